package audit

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

// Finding is one place where the ledger or the database is not what it must be.
type Finding struct {
	Entry int64  `json:"entry"`           // of the ledger, or -1 when the finding is about a row of the database
	Table string `json:"table,omitempty"` // of the row
	Key   string `json:"key,omitempty"`   // of the row
	What  string `json:"what"`
}

// String is the finding in one line.
func (f Finding) String() string {
	if f.Table != "" {
		return fmt.Sprintf("%s %s: %s", f.Table, f.Key, f.What)
	}
	return fmt.Sprintf("entry %d: %s", f.Entry, f.What)
}

// Report is what a verification found.
type Report struct {
	Origin     string    `json:"origin"`
	Size       int64     `json:"size"`
	Root       string    `json:"root"`
	Signatures int64     `json:"signatures"` // WebAuthn signatures that were checked
	Rows       int64     `json:"rows"`       // privileged rows that were compared
	Findings   []Finding `json:"findings"`
}

// OK reports whether nothing was found.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// Verify checks a store: the tree over the leaves, each entry's facts against its leaf, every signature, and that the
// replayed facts are exactly the privileged rows. progress, unless nil, is told how many entries are done. An error
// means that something could not be read, not that something is wrong.
func Verify(ctx context.Context, st *store.Store, progress func(done, of int64)) (Report, error) {
	head, _, err := st.LedgerHead(ctx)
	if err != nil {
		return Report{}, err
	}
	r := &replay{tables: map[string]map[string]map[string]string{}}
	r.report.Size, r.report.Root = head.Size, fmt.Sprintf("%x", head.Root[:])
	if r.report.Origin, err = st.Origin(ctx); err != nil {
		return Report{}, err
	}
	if settings, err := guard.LoadSettings(ctx, st); err != nil {
		return Report{}, err
	} else if r.rp, err = passkey.NewRelyingParty(settings.DeskURL, ""); err != nil {
		return Report{}, err
	}
	r.rootAt = func(size int64) (ledger.Head, error) { return ledger.RootAt(size, st.TreeHashes(ctx)) }
	records := r.through(st.Records(ctx, 0), head.Size, progress)
	err = ledger.VerifyTree(records, head, st.TreeHashes(ctx), func(d ledger.Difference) {
		r.find(d.Index, "%s", d.What)
	})
	if err != nil {
		return r.report, err
	}
	if err := r.compare(ctx, st); err != nil {
		return r.report, err
	}
	return r.report, nil
}

// replay rebuilds the privileged tables from the ledger's facts.
type replay struct {
	report Report
	rp     passkey.RelyingParty
	rootAt func(size int64) (ledger.Head, error)
	tables map[string]map[string]map[string]string // table → key → column → text
}

func (r *replay) find(entry int64, format string, args ...any) {
	r.report.Findings = append(r.report.Findings, Finding{Entry: entry, What: fmt.Sprintf(format, args...)})
}

// through replays each record on its way to the verification of the tree.
func (r *replay) through(records iter.Seq2[ledger.Record, error], size int64, progress func(done, of int64)) iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		for rec, err := range records {
			if err == nil {
				r.apply(rec)
			}
			if !yield(rec, err) {
				return
			}
			if progress != nil && rec.Index%1000 == 999 {
				progress(rec.Index+1, size)
			}
		}
	}
}

func (r *replay) apply(rec ledger.Record) {
	e, err := rec.Open()
	if err != nil {
		r.find(rec.Index, "its facts cannot be read: %v", err)
		return
	}
	for _, row := range e.Facts.Rows {
		table := r.tables[row.Table]
		if table == nil {
			table = map[string]map[string]string{}
			r.tables[row.Table] = table
		}
		if !maps.Equal(table[row.Key], row.Before) {
			r.find(rec.Index, "it says that %s %s was something else before than the entries before it say", row.Table, row.Key)
		}
		table[row.Key] = row.Values
	}
	for _, row := range e.Facts.Rows {
		if row.Table == "request_keys" && row.Before == nil {
			r.signature(rec.Index, row)
		}
	}
	r.effect(e)
}

// signature checks one key: that its credential signed this request, and a head that this ledger had.
func (r *replay) signature(entry int64, row ledger.Row) {
	k, err := store.KeyOf(row)
	if err != nil {
		r.find(entry, "key %s cannot be read: %v", row.Key, err)
		return
	}
	if k.Credential == 0 {
		return // a session stood for it; effect checks that it sufficed
	}
	q, err1 := store.RequestOf(ledger.Row{Values: r.tables["requests"][k.Request.String()]})
	c, err2 := store.CredentialOf(ledger.Row{Values: r.tables["credentials"][k.Credential.String()]})
	if err1 != nil || err2 != nil {
		r.find(entry, "key %s is on a request or by a credential that the ledger does not know", row.Key)
		return
	}
	signed := ledger.Head{Size: k.HeadSize}
	copy(signed.Root[:], k.HeadHash)
	challenge, err := approval.Challenge(q, k.Person, k.ExpiresAt, signed)
	if err == nil {
		err = r.rp.VerifyAssertion(challenge, c.PublicKey, k.Assertion)
	}
	if err != nil {
		r.find(entry, "the signature of key %s is not good: %v", row.Key, err)
	}
	if c.Person != k.Person {
		r.find(entry, "key %s was turned with somebody else's credential", row.Key)
	}
	if had, err := r.rootAt(k.HeadSize); k.HeadSize > entry || err != nil || had != signed {
		r.find(entry, "key %s signed a head of %d entries that this ledger never had: history was rewritten", row.Key, k.HeadSize)
	}
	r.report.Signatures++
}

// effect checks that what took effect had as many people's keys as it needed.
func (r *replay) effect(e ledger.Entry) {
	f := e.Facts
	if f.Event != ledger.EventExecuted || f.Keyholders() >= f.Need.Keys && f.Need.Keys > 0 {
		return
	}
	r.find(f.Index, "%s took effect with %d of %d keys", f.Kind, f.Keyholders(), f.Need.Keys)
}

// compare holds the rows of the database against the replayed ones.
func (r *replay) compare(ctx context.Context, st *store.Store) error {
	for _, name := range store.PrivilegedTables() {
		left := maps.Clone(r.tables[name])
		for row, err := range st.PrivilegedRows(ctx, name) {
			if err != nil {
				return err
			}
			r.report.Rows++
			want, known := left[row.Key]
			delete(left, row.Key)
			if !known || want == nil {
				r.row(row, "the row is in the database but not in the ledger")
			} else if diff := differing(want, row.Values); len(diff) > 0 {
				r.row(row, "the database differs from the ledger in "+describe(diff, want, row.Values))
			}
		}
		for key, values := range left {
			if values != nil {
				r.row(ledger.Row{Table: name, Key: key}, "the row is in the ledger but not in the database")
			}
		}
	}
	for name := range r.tables {
		if !slices.Contains(store.PrivilegedTables(), name) {
			r.report.Findings = append(r.report.Findings, Finding{Entry: -1, Table: name, What: "the ledger has rows of a table that there is not"})
		}
	}
	return nil
}

func (r *replay) row(row ledger.Row, what string) {
	r.report.Findings = append(r.report.Findings, Finding{Entry: -1, Table: row.Table, Key: row.Key, What: what})
}

// differing lists the columns in which two rows differ.
func differing(want, got map[string]string) []string {
	var cols []string
	for c := range want {
		if v, ok := got[c]; !ok || v != want[c] {
			cols = append(cols, c)
		}
	}
	slices.Sort(cols)
	return cols
}

func describe(cols []string, want, got map[string]string) string {
	out := ""
	for i, c := range cols {
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprintf("%s (%q, not %q)", c, clip(got[c]), clip(want[c]))
	}
	return out
}

// clip keeps a long value from filling the screen.
func clip(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}
