package prove

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// row is one privileged row as the ledger writes it.
type row map[string]string

func (r row) number(column string) int64 {
	n, _ := strconv.ParseInt(r[column], 10, 64)
	return n
}

func (r row) id(column string) model.ID { return model.ID(r.number(column)) }

// time is the zero time where there is none.
func (r row) time(column string) time.Time {
	if ms := r.number(column); ms != 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// param is a parameter of a request's command.
func (r row) param(name string) string {
	params := map[string]string{}
	_ = json.Unmarshal([]byte(r["params"]), &params) // what cannot be read has none
	return params[name]
}

// truth is everything that is so at a moment: the privileged rows by table, and what members see of their own.
type truth struct {
	now     time.Time
	size    int64 // of the ledger
	latest  time.Time
	tables  map[string][]row
	members string
}

// look reads the truth.
func (w *world) look() (*truth, error) {
	t := &truth{now: w.clock.Now(), tables: map[string][]row{}}
	head, latest, err := w.store.LedgerHead(w.ctx)
	if err != nil {
		return nil, err
	}
	t.size, t.latest = head.Size, latest
	for _, table := range store.PrivilegedTables() {
		for r, err := range w.store.PrivilegedRows(w.ctx, table) {
			if err != nil {
				return nil, err
			}
			t.tables[table] = append(t.tables[table], r.Values)
		}
	}
	var b strings.Builder
	for _, handle := range handles {
		a, err := w.store.Account(w.ctx, w.accounts[handle])
		if err != nil {
			return nil, err
		}
		// A handle is no member's own to keep: the staff may rename an account, by a takeover.
		fmt.Fprintf(&b, "%s %q %q %d %d %d\n", handle, a.DisplayName, a.Note, a.Followers, a.Following, a.Posts)
		for _, id := range w.posts[handle] {
			p, err := w.store.Post(w.ctx, id)
			if err != nil {
				return nil, err
			}
			fmt.Fprintln(&b, p.Text, p.DeletedAt, p.Favourites, p.Reblogs, p.Replies)
		}
	}
	t.members = b.String()
	return t, nil
}

// find is the row of a table with an ID; nil when there is none.
func (t *truth) find(table string, id model.ID) row {
	column := store.KeyColumn(table)
	for _, r := range t.tables[table] {
		if r.id(column) == id {
			return r
		}
	}
	return nil
}

// key is how a table's rows are told apart.
func key(table string, r row) string { return r[store.KeyColumn(table)] }

func (t *truth) where(table, column string, id model.ID) []row {
	var found []row
	for _, r := range t.tables[table] {
		if r.id(column) == id {
			found = append(found, r)
		}
	}
	return found
}

// roles are those that a person holds.
func (t *truth) roles(person model.ID) []model.Role {
	var held []model.Role
	for _, g := range t.where("role_grants", "person", person) {
		if g.number("revoked_at") == 0 {
			held = append(held, model.Role(g["role"]))
		}
	}
	return held
}

func (t *truth) employment(person model.ID) model.Employment {
	p := t.find("persons", person)
	return model.Employment{Kind: model.EmploymentKind(p["employment_kind"]), Status: model.EmploymentStatus(p["employment_status"]), EndsAt: p.time("ends_at")}
}

// sponsors are everyone who counts as the same human as a person at a moment: whoever asked for a role or passkey of
// theirs, or invited them to make it, within 30 days, held still or not; and their sponsors.
func (t *truth) sponsors(person model.ID, at time.Time) []model.ID {
	found := []model.ID{}
	queue := []model.ID{person}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		var direct []model.ID
		for _, g := range t.where("role_grants", "person", p) {
			if at.Sub(g.time("granted_at")) < 30*24*time.Hour {
				direct = append(direct, g.id("sponsor"))
			}
		}
		for _, c := range t.where("credentials", "person", p) {
			if at.Sub(c.time("enrolled_at")) < 30*24*time.Hour {
				direct = append(direct, c.id("sponsor"), c.id("invited_by"))
			}
		}
		for _, s := range direct {
			if s != 0 && s != person && !slices.Contains(found, s) {
				found, queue = append(found, s), append(queue, s)
			}
		}
	}
	return found
}

// past is what a path has seen that rows forget: every class that an account had, and until when.
type past struct {
	classes []classHeld
}

type classHeld struct {
	account model.ID
	class   model.Class
	until   time.Time
}

// after is the past with what an entry's rows have changed.
func (p past) after(entries []ledger.Facts) past {
	classes := slices.Clone(p.classes)
	for _, f := range entries {
		for _, r := range f.Rows {
			if r.Table == "account_classes" && r.Before["class"] != "" && r.Before["class"] != r.Values["class"] {
				classes = append(classes, classHeld{row(r.Values).id("account"), model.Class(r.Before["class"]), f.Time})
			}
		}
	}
	return past{classes}
}

// strictest is the highest class that an account has, or had within the 7 days before.
func (t *truth) strictest(p past, account model.ID) model.Class {
	c := model.ClassStandard
	if r := t.find("account_classes", account); r != nil {
		c = model.Class(r["class"])
	}
	for _, h := range p.classes {
		if h.account == account && t.now.Sub(h.until) < 7*24*time.Hour && h.class.Rank() > c.Rank() {
			c = h.class
		}
	}
	return c
}

// digest is the truth without what makes no difference to what anybody can do: IDs, and times but for how long ago or how
// far ahead they are, roughly.
func (t *truth) digest() [sha256.Size]byte {
	lines := []string{}
	for table, rows := range t.tables {
		for _, r := range rows {
			if line := t.line(table, r); line != "" {
				lines = append(lines, table+" "+line)
			}
		}
	}
	slices.Sort(lines)
	return sha256.Sum256([]byte(strings.Join(lines, "\n")))
}

// line is one row for the digest; empty where it matters to nothing any more.
func (t *truth) line(table string, r row) string {
	switch table {
	case "settings", "strikes", "request_keys":
		return ""
	case "requests":
		if state := model.RequestState(r["state"]); !state.Open() {
			return ""
		}
		return t.words(r, "kind", "account", "post", "person", "params", "requester", "state", "expires_at", "effect_at") + t.signers(r.id("id"))
	case "sanctions":
		over := r.number("lifted_at") != 0 || r.number("end_at") != 0 && !t.now.Before(r.time("end_at"))
		if over && (r["kind"] != string(model.SanctionLock) || t.now.Sub(r.time("start_at")) > 24*time.Hour) {
			return ""
		}
		return t.words(r, "account", "post", "kind", "case_id", "start_at", "end_at") + fmt.Sprint(over)
	case "charges":
		if r["kind"] != string(model.CmdRestore) && t.now.Sub(r.time("at")) > 24*time.Hour {
			return ""
		}
		return t.words(r, "person", "account", "kind", "case_id", "at")
	case "vetoes":
		return t.words(r, "person", "case_id", "at") + t.find("requests", r.id("request"))["state"]
	case "freezes":
		if r.number("ended_at") != 0 || r.number("ends_at") != 0 && t.now.Sub(r.time("started_at")) > 24*time.Hour {
			return ""
		}
		return t.words(r, "scope", "started_by", "confirmed_by", "started_at", "ends_at")
	case "credentials":
		return t.words(r, "login", "sponsor", "invited_by", "enrolled_at", "revoked_at")
	case "policies":
		return r["hash"]
	}
	var columns []string
	for c := range r {
		if c != "id" && c != "leaf" {
			columns = append(columns, c)
		}
	}
	slices.Sort(columns)
	return t.words(r, columns...)
}

// words writes columns with times as ages.
func (t *truth) words(r row, columns ...string) string {
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(c)
		b.WriteByte('=')
		switch {
		case (c == "at" || strings.HasSuffix(c, "_at")) && r.number(c) != 0:
			b.WriteString(strconv.Itoa(age(t.now.Sub(r.time(c)))))
		default:
			b.WriteString(r[c])
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func (t *truth) signers(request model.ID) string {
	var who []string
	for _, k := range t.where("request_keys", "request", request) {
		who = append(who, k["person"])
	}
	slices.Sort(who)
	return strings.Join(who, ",")
}

// age is roughly how long ago, or how far ahead: between which two of the spans that the laws name.
func age(d time.Duration) int {
	spans := []time.Duration{time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 24 * time.Hour,
		7 * 24 * time.Hour, 14 * 24 * time.Hour, 30 * 24 * time.Hour}
	at, _ := slices.BinarySearchFunc(spans, d.Abs(), cmp.Compare[time.Duration])
	if d < 0 {
		return -1 - at
	}
	return at
}
