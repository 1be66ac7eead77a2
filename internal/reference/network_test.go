package reference_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/demo"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/policy"
	"keyturn/internal/reference"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// network is a store with random staff, accounts and history, and what of it a decision can depend on.
type network struct {
	t        *testing.T
	r        *rand.Rand
	clock    *testkit.Clock
	store    *store.Store
	guard    *guard.Guard
	rings    map[model.ID]*softkey.Ring
	logins   map[model.ID]model.ID
	people   []model.Person
	accounts []model.Account
	posts    map[model.ID]model.ID
	appeals  []model.Appeal // one against each sanction
	last     time.Time      // of the last entry
	table    reference.Table
	charges  []map[string]string
	takings  map[model.ID][]reference.Taking
	static   reference.World
}

// budgets are small, so that they run out.
var budgets = map[model.Role]reference.Budget{
	model.RoleAgent:             {AccountsHour: 2, AccountsDay: 3, ReachHour: 4, ReachDay: 6},
	model.RoleLead:              {AccountsHour: 3, AccountsDay: 4, ReachHour: 8, ReachDay: 10},
	model.RoleSecurity:          {AccountsHour: 2, AccountsDay: 2, ReachHour: 6, ReachDay: 6},
	model.RoleGovernmentAffairs: {AccountsHour: 1, AccountsDay: 3, ReachHour: 4, ReachDay: 12},
}

func newNetwork(t *testing.T, r *rand.Rand) *network {
	t.Helper()
	n := &network{t: t, r: r, clock: testkit.NewClock(time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)), rings: map[model.ID]*softkey.Ring{},
		logins: map[model.ID]model.ID{}, posts: map[model.ID]model.ID{}, takings: map[model.ID][]reference.Taking{}}
	var err error
	if n.table, err = reference.ReadTable(); err != nil {
		t.Fatal(err)
	}
	if n.store, err = store.Open(t.Context(), store.Config{Dir: t.TempDir(), Now: n.clock.Now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.store.Close() })
	n.members()
	n.born()
	n.took()
	for range 40 {
		n.something()
	}
	n.learn()
	return n
}

// members makes accounts that follow each other, each with a post.
func (n *network) members() {
	ctx := n.t.Context()
	var accounts []model.Account
	var follows []model.Follow
	for i := range 16 {
		a := model.Account{ID: n.store.IDs().Next(), Handle: fmt.Sprintf("a%d", i), CreatedAt: n.clock.Now()}
		for _, b := range accounts {
			if n.r.IntN(4) == 0 {
				follows = append(follows, model.Follow{ID: n.store.IDs().Next(), Follower: a.ID, Followee: b.ID, CreatedAt: n.clock.Now()})
			}
		}
		accounts = append(accounts, a)
	}
	n.write(func(tx *store.Tx) error {
		if err := tx.SeedAccounts(ctx, accounts); err != nil {
			return err
		}
		if err := tx.SeedFollows(ctx, follows); err != nil {
			return err
		}
		for _, a := range accounts {
			n.posts[a.ID] = tx.NextID()
			post := model.Post{ID: n.posts[a.ID], Account: a.ID, Text: "a post", Visibility: model.Public, CreatedAt: n.clock.Now()}
			if _, err := tx.AddPost(ctx, post, nil); err != nil {
				return err
			}
		}
		return nil
	})
	n.accounts = accounts
}

func (n *network) write(fn func(*store.Tx) error) {
	n.t.Helper()
	if err := n.store.Write(n.t.Context(), fn); err != nil {
		n.t.Fatal(err)
	}
}

// born makes the staff: any roles, any employment, passkeys or none; and classes, some of them lowered lately.
func (n *network) born() {
	b := guard.Birth{Policy: smallBudgets(n.t), Since: n.clock.Now().Add(-400 * 24 * time.Hour), Settings: guard.Settings{
		URL: "http://localhost:1", DeskURL: testkit.DeskURL, WaitDivisor: 1, HighProfileAt: guard.HighProfileAt, Demo: true}}
	rp, err := passkey.NewRelyingParty(testkit.DeskURL, "test")
	if err != nil {
		n.t.Fatal(err)
	}
	several := n.r.IntN(2) == 0
	rings := map[string]*softkey.Ring{}
	for i := range 14 {
		f := guard.Founder{Name: fmt.Sprintf("p%d", i), Team: pick(n.r, []string{"east", "west", "security"}), Employment: n.employment()}
		f.Roles = []model.Role{pick(n.r, model.Roles())}
		if second := pick(n.r, model.Roles()); several && n.r.IntN(3) == 0 && second != f.Roles[0] {
			f.Roles = append(f.Roles, second)
		}
		login := guard.FounderLogin{Name: fmt.Sprintf("login%d", i)}
		if n.r.IntN(8) > 0 {
			ring, registered, err := demo.MakeRing(rp, login.Name)
			if err != nil {
				n.t.Fatal(err)
			}
			rings[login.Name] = ring
			login.Credentials = []guard.FounderCredential{{Name: "key", Registered: registered}}
		}
		f.Logins = []guard.FounderLogin{login}
		b.Founders = append(b.Founders, f)
	}
	for _, a := range n.accounts {
		c := store.AccountClass{Account: a.ID, Class: pick(n.r, model.Classes())}
		if from := pick(n.r, model.Classes()); n.r.IntN(3) == 0 && from.Rank() > c.Class.Rank() {
			c.LoweredFrom, c.LoweredAt = from, n.clock.Now().Add(-time.Duration(n.r.IntN(10*24))*time.Hour)
		}
		b.Classes = append(b.Classes, c)
	}
	if err := guard.Born(n.t.Context(), n.store, b); err != nil {
		n.t.Fatal(err)
	}
	if n.guard, err = guard.New(n.t.Context(), n.store, n.clock.Now, slog.New(slog.DiscardHandler)); err != nil {
		n.t.Fatal(err)
	}
	for name, ring := range rings {
		l, err := n.store.LoginNamed(n.t.Context(), name)
		if err != nil {
			n.t.Fatal(err)
		}
		n.rings[l.Person], n.logins[l.Person] = ring, l.ID
	}
	if n.people, err = n.store.People(n.t.Context()); err != nil {
		n.t.Fatal(err)
	}
}

func (n *network) employment() model.Employment {
	e := model.Employment{Kind: pick(n.r, []model.EmploymentKind{model.Employee, model.Employee, model.Contractor}), Status: model.EmploymentActive}
	switch n.r.IntN(8) {
	case 0:
		e.Status = model.EmploymentNotice
	case 1, 2:
		e.EndsAt = n.clock.Now().Add(time.Duration(1+n.r.IntN(40*24)) * time.Hour)
	}
	return e
}

// smallBudgets is the shipped policy with budgets that a small network can use up.
func smallBudgets(t *testing.T) *policy.Bundle {
	t.Helper()
	shipped, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(shipped.Encode(), &doc); err != nil {
		t.Fatal(err)
	}
	for role, b := range budgets {
		doc["budgets"].(map[string]any)[string(role)] = map[string]any{"accounts_per_hour": b.AccountsHour,
			"accounts_per_day": b.AccountsDay, "reach_per_hour": b.ReachHour, "reach_per_day": b.ReachDay}
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	b, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// something has a random person try a random command, and everybody sign it; most fail.
func (n *network) something() {
	ctx := n.t.Context()
	n.clock.Advance(time.Duration(1+n.r.IntN(20)) * time.Minute)
	q, cmd := n.question()
	if cmd.Kind == model.CmdGrantRole || cmd.Kind == model.CmdSetEmployment || cmd.Kind == model.CmdSetClass {
		return
	}
	if cmd.Kind == model.CmdSuspend && n.r.IntN(2) == 0 {
		cmd.Params["ground"] = "legal"
	}
	cmd.Reason = "because of the test"
	out, err := n.guard.Submit(ctx, guard.Actor{Person: q.Person, Login: n.logins[q.Person]}, cmd)
	for person, ring := range n.rings {
		if err != nil || out.Request.State != model.StatePending {
			break
		}
		a := guard.Actor{Person: person, Login: n.logins[person]}
		options, e := n.guard.Challenge(ctx, a, out.Request.ID)
		if e != nil {
			continue
		}
		response, e := ring.Assert(testkit.DeskURL, options)
		if e != nil {
			n.t.Fatal(e)
		}
		if next, e := n.guard.Turn(ctx, a, out.Request.ID, response); e == nil {
			out = next
		}
	}
	if err := n.guard.Due(ctx); err != nil {
		n.t.Fatal(err)
	}
}

// took has some people have taken something from others lately, each with one key.
func (n *network) took() {
	ctx := n.t.Context()
	for _, by := range n.people[:4] {
		for range n.r.IntN(8) {
			from, ago := pick(n.r, n.people).ID, time.Duration(n.r.IntN(48*60))*time.Minute
			q := model.Request{Command: model.Command{Kind: model.CmdSetEmployment, Person: from, Reason: "because of the test"}, Requester: by.ID,
				Need: model.Requirement{Keys: 1, Teams: 1}, Nonce: make([]byte, 32), State: model.StateExecuted, Policy: "of then"}
			err := n.store.Privileged(ctx, func(p *store.PrivTx) error {
				q.ID, q.CreatedAt, q.ClosedAt = p.NextID(), p.Now().Add(-ago), p.Now().Add(-ago)
				p.Entry.Facts.Event = ledger.EventExpired
				return p.PutRequest(ctx, q)
			})
			if err != nil {
				n.t.Fatal(err)
			}
			n.takings[by.ID] = append(n.takings[by.ID], reference.Taking{From: from, At: q.ClosedAt})
		}
	}
}

// learn reads from the rows what the reference is to know.
func (n *network) learn() {
	ctx := n.t.Context()
	n.clock.Advance(time.Second)
	if err := n.guard.Due(ctx); err != nil {
		n.t.Fatal(err)
	}
	n.last = n.clock.Now()
	for row, err := range n.store.PrivilegedRows(ctx, "charges") {
		if err != nil {
			n.t.Fatal(err)
		}
		n.charges = append(n.charges, row.Values)
	}
	var err error
	if n.people, err = n.store.People(ctx); err != nil {
		n.t.Fatal(err)
	}
	n.static = reference.World{Table: n.table, Budgets: budgets, People: map[model.ID]reference.Person{}, Accounts: map[model.ID]reference.Account{}}
	for row, err := range n.store.PrivilegedRows(ctx, "freezes") {
		if err != nil {
			n.t.Fatal(err)
		}
		v := row.Values
		n.static.Freezes = append(n.static.Freezes, reference.Freeze{All: v["scope"] == string(store.FreezeAll), By: model.ID(number(v["started_by"])),
			Begun: at(v["started_at"]), Confirmed: v["confirmed_by"] != "0", Ended: v["ended_at"] != "0", Ends: at(v["ends_at"])})
	}
	for _, p := range n.people {
		n.static.People[p.ID] = n.person(ctx, p)
	}
	for _, a := range n.accounts {
		n.static.Accounts[a.ID] = n.account(ctx, a.ID)
	}
}

func (n *network) person(ctx context.Context, p model.Person) reference.Person {
	held, err := n.store.CredentialsOf(ctx, p.ID)
	if err != nil {
		n.t.Fatal(err)
	}
	m := reference.Person{Roles: p.RoleSet(), Team: p.Team, Employment: p.Employment, Passkeys: len(held), TakenFrom: n.takings[p.ID]}
	for _, c := range n.charges {
		if c["person"] != p.ID.String() {
			continue
		}
		if c["kind"] == string(model.CmdRestore) {
			m.Undone = append(m.Undone, at(c["at"]))
			continue
		}
		m.Darkened = append(m.Darkened, reference.Darkening{Reach: number(c["reach"]), At: at(c["at"])})
	}
	return m
}

func number(s string) int64 {
	v, _ := strconv.ParseInt(s, 10, 64)
	return v
}

func at(s string) time.Time {
	if s == "0" {
		return time.Time{}
	}
	return time.UnixMilli(number(s))
}

func (n *network) account(ctx context.Context, id model.ID) reference.Account {
	class, err := n.store.ClassOf(ctx, id)
	if err != nil {
		n.t.Fatal(err)
	}
	row, err := n.store.Account(ctx, id)
	if err != nil {
		n.t.Fatal(err)
	}
	a := reference.Account{Class: class.Class, LoweredFrom: class.LoweredFrom, LoweredAt: class.LoweredAt, Followers: row.Followers}
	for _, c := range n.charges {
		if c["account"] == id.String() && c["kind"] == string(model.CmdRestore) {
			a.Undone = append(a.Undone, model.ID(number(c["case_id"])))
		}
	}
	all, err := n.store.Sanctions(ctx, id)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, s := range all {
		brief := s.Kind == model.SanctionLock && !s.End.IsZero() && s.End.Sub(s.Start) <= 15*time.Minute
		if brief {
			a.BriefLocks = append(a.BriefLocks, s.Start)
		}
		if !s.LiftedAt.IsZero() || s.Post != 0 {
			continue
		}
		q, err := n.store.Request(ctx, s.Request)
		if err != nil {
			n.t.Fatal(err)
		}
		keys, err := n.store.KeysOn(ctx, q.ID)
		if err != nil {
			n.t.Fatal(err)
		}
		by := []model.ID{q.Requester}
		for _, k := range keys {
			by = append(by, k.Person)
		}
		appeal := model.Appeal{ID: n.store.IDs().Next(), Account: id, Subject: s.ID, Text: "no", CreatedAt: n.clock.Now()}
		n.write(func(tx *store.Tx) error { return tx.AddAppeal(ctx, appeal) })
		n.appeals = append(n.appeals, appeal)
		a.Sanctions = append(a.Sanctions, reference.Sanction{ID: s.ID, By: by, Took: q.Need, At: s.Start, End: s.End, Case: s.Case, Brief: brief,
			Legal: q.Command.Params["ground"] == "legal"})
	}
	return a
}

// world is what the reference decides on, now.
func (n *network) world() reference.World {
	w := n.static
	w.Now = n.clock.Now()
	return w
}

// randomKeys draws a requirement and keys, in the words of the reference and of approval.
func randomKeys(r *rand.Rand) (model.Requirement, []reference.Signer, []approval.Holder) {
	need := model.Requirement{Keys: 1 + r.IntN(4), Teams: 1 + r.IntN(2)}
	for _, role := range model.Roles() {
		if r.IntN(4) == 0 {
			need.Roles = append(need.Roles, role)
		}
	}
	var signers []reference.Signer
	var holders []approval.Holder
	for id := range model.ID(5) {
		s := reference.Signer{Person: id + 1, Team: pick(r, []string{"east", "west", ""})}
		for _, role := range model.Roles() {
			if r.IntN(4) == 0 {
				s.Roles = append(s.Roles, role)
			}
		}
		if r.IntN(3) == 0 {
			s.Sponsors = append(s.Sponsors, model.ID(1+r.IntN(7)))
		}
		if r.IntN(4) > 0 {
			signers = append(signers, s)
			holders = append(holders, approval.Holder{Person: s.Person, Roles: s.Roles, Team: s.Team, SameAs: s.Sponsors})
		}
	}
	return need, signers, holders
}
