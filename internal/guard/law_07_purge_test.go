package guard_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

const lost = "nothing_is_lost_in_the_dark"

// purge has an account purged by the keys of those who are named.
func (w *world) purge(handle string, keys ...string) {
	w.t.Helper()
	w.Do("agent", w.Command(model.CmdPurge, handle), keys...)
}

// erase erases until nothing more is to be erased.
func (w *world) erase() {
	w.t.Helper()
	for more := true; more; {
		var err error
		if more, err = w.Guard.Erase(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	if _, err := w.Guard.Erase(w.t.Context()); err != nil { // says that nothing is left
		w.t.Fatal(err)
	}
}

// purged reads the purge of an account.
func (w *world) purged(handle string) store.Purge {
	w.t.Helper()
	u, err := w.Store.Purge(w.t.Context(), w.Accounts[handle])
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

// TestLaw07PurgeAfterTheHold: content is erased only when the account itself was dark for 30 days without a break, by one
// sanction or by several.
func TestLaw07PurgeAfterTheHold(t *testing.T) {
	w := newWorld(t)
	early := func(what string) {
		t.Helper()
		w.refused(lost, what, w.submitting("lead", w.Command(model.CmdPurge, "uncle")))
	}
	early("an account that is not dark")
	w.Do("agent", w.Command(model.CmdLimit, "uncle"))
	post := w.Command(model.CmdRemovePost, "uncle")
	post.Post = w.Post("uncle", "something")
	w.Do("agent", post)
	w.pass(31 * day)
	early("an account that is limited, with a dark post")
	w.Do("agent", w.Command(model.CmdSuspend, "uncle", "for", "240h"))
	w.pass(10*day - time.Millisecond)
	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	w.pass(20 * day)
	early("a moment before 30 days")
	q := w.ask("agent", w.Command(model.CmdLock, "astronaut", "for", "1h")) // time goes on whatever else is asked for
	w.pass(time.Millisecond)
	if w.State(q.ID) != model.StatePending {
		t.Error("something else was closed")
	}
	w.ask("lead", w.Command(model.CmdPurge, "uncle"))
	w.Do("agent", w.Command(model.CmdRestore, "uncle"))
	early("an account that was restored")
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	w.pass(30*day - time.Millisecond)
	early("a moment before 30 days since it was darkened again")
	w.pass(time.Millisecond)
	w.ask("lead", w.Command(model.CmdPurge, "uncle"))
	w.whole()
}

// TestLaw07PurgeIsDecidedAgain: brought back while the request waits, nothing is erased.
func TestLaw07PurgeIsDecidedAgain(t *testing.T) {
	w := newWorld(t)
	w.Post("newsroom", "something")
	w.Do("agent", w.Command(model.CmdSuspend, "newsroom", "for", "720h30m"), "lead", "agent")
	w.pass(30 * day)
	q := w.waiting("agent", w.Command(model.CmdPurge, "newsroom"), "lead", "security", "agent")
	w.needs(q, 3, []model.Role{model.RoleLead, model.RoleSecurity}, 1, time.Hour)
	w.pass(time.Hour) // the suspension has come to its end
	if got := w.request(q.ID); got.State != model.StateRefused || w.entry(got.Leaf).Law != lost {
		t.Errorf("it is %s by %q", got.State, w.entry(got.Leaf).Law)
	}
	w.erase()
	if posts := w.posts("newsroom"); len(posts) != 1 {
		t.Errorf("%d posts are left", len(posts))
	}
}

// TestLaw07PurgeWaitsForAppeals: what an appeal could bring back is not erased before it is decided.
func TestLaw07PurgeWaitsForAppeals(t *testing.T) {
	w := newWorld(t)
	appeal := w.banned()
	w.pass(31 * day)
	purging := w.submitting("lead", w.Command(model.CmdPurge, "uncle"))
	w.invalid(model.KindConflict, "", "an appeal that is open", purging)
	w.Do("lead2", w.deciding("uncle", appeal, "reject"))
	if err := purging(); err != nil {
		t.Error(err)
	}
}

// posts are an account's posts.
func (w *world) posts(handle string) []model.ID {
	w.t.Helper()
	ids, err := w.Store.PostIDsOf(w.t.Context(), w.Accounts[handle], store.Range{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

// TestPurge erases, however often the server stops meanwhile, and records the end of it. The account stays dark past the
// end of what it was dark by, and its handle stays taken.
func TestPurge(t *testing.T) {
	w := newWorld(t)
	for i := range 450 {
		w.Post("uncle", fmt.Sprint("post ", i))
	}
	w.Write(func(tx *store.Tx) error {
		return errors.Join(tx.SetProfile(t.Context(), model.Account{ID: w.Accounts["uncle"], DisplayName: "Uncle", Note: "about me"}),
			tx.AddCredentials(t.Context(), model.Credentials{Account: w.Accounts["uncle"], Email: "uncle@example.org", PasswordHash: "x"}))
	})
	w.Do("agent", w.Command(model.CmdSuspend, "uncle", "for", "744h"))
	w.pass(30 * day)
	q := w.ask("agent", w.Command(model.CmdPurge, "uncle"))
	w.needs(q, 2, []model.Role{model.RoleLead}, 1, 0)
	w.turn(q, "agent", "lead")
	size := w.size()
	if u := w.purged("uncle"); u.Request != q.ID || !u.DoneAt.IsZero() || len(w.posts("uncle")) == 0 {
		t.Errorf("at first the purge is %+v", u)
	}
	for step := 0; w.purged("uncle").DoneAt.IsZero(); step++ {
		w.Guard = w.OpenGuard()
		if _, err := w.Guard.Erase(t.Context()); err != nil || step > 10 {
			t.Fatalf("step %d: %v", step, err)
		}
	}
	if f := w.entry(size); w.size() != size+1 || f.Event != ledger.EventAutomatic || f.Kind != model.CmdPurge || f.Account != w.Accounts["uncle"] || f.Request != q.ID {
		t.Errorf("the end of it is %d entries, the first of which says %+v", w.size()-size, f)
	}
	a, err := w.Store.Account(t.Context(), w.Accounts["uncle"])
	if err != nil || a.Handle != "uncle" || a.DisplayName+a.Note != "" || a.Posts+a.Followers+a.Following != 0 || len(w.posts("uncle")) != 0 {
		t.Errorf("left are %+v, %v", a, err)
	}
	if _, err := w.Store.Credentials(t.Context(), a.ID); model.KindOf(err) != model.KindNotFound {
		t.Errorf("it can be signed in to: %v", err)
	}
	w.pass(400 * day)
	if !w.Dark("uncle") {
		t.Error("it came back when the suspension ended")
	}
	for what, cmd := range map[string]model.Command{"a restore": w.Command(model.CmdRestore, "uncle"), "a restore of what it was dark by": w.Command(model.CmdRestore,
		"uncle", "sanction", w.sanctions("uncle")[0].ID.String()), "a second purge": w.Command(model.CmdPurge, "uncle"),
		"a way in": w.Command(model.CmdChangeEmail, "uncle", "email", "new@example.org"), "another handle": w.Command(model.CmdRenameHandle, "uncle",
			"handle", "somebody")} {
		w.invalid(model.KindConflict, "", what, w.submitting("lead", cmd))
	}
	err = w.Store.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddAccount(t.Context(), model.Account{ID: tx.NextID(), Handle: "UNCLE", CreatedAt: w.Clock.Now()})
	})
	if model.KindOf(err) != model.KindConflict {
		t.Errorf("somebody else becomes @uncle: %v", err)
	}
	w.whole()
}

// TestPurgeWhileItRuns: the guard's own loop erases, and ends with its context.
func TestPurgeWhileItRuns(t *testing.T) {
	w := newWorld(t)
	w.Post("uncle", "something")
	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	w.pass(30 * day)
	w.purge("uncle", "agent", "lead")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.Guard.Run(ctx); close(done) }()
	testkit.Eventually(t, 20*time.Second, func() error {
		if w.purged("uncle").DoneAt.IsZero() {
			return errors.New("it is not done")
		}
		return nil
	})
	cancel()
	<-done
}

// TestPurgeKeepsEvidence until the case is resolved, and is not done before.
func TestPurgeKeepsEvidence(t *testing.T) {
	w := newWorld(t)
	threats := w.Post("uncle", "threats")
	var onCase model.ID
	w.Write(func(tx *store.Tx) error {
		r, err := tx.AddReport(t.Context(), model.Report{ID: tx.NextID(), Reporter: w.Accounts["niece"], Target: w.Accounts["uncle"],
			Posts: []model.ID{threats}, Category: model.ReportViolation, CreatedAt: w.Clock.Now()})
		onCase = r.Case
		return err
	})
	evidence := func() int {
		t.Helper()
		kept, err := w.Store.Evidence(t.Context(), onCase, store.Range{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(kept)
	}
	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	w.pass(30 * day)
	w.purge("uncle", "agent", "lead")
	w.erase()
	if len(w.posts("uncle")) != 0 || evidence() != 1 || !w.purged("uncle").DoneAt.IsZero() {
		t.Errorf("left are %v and %d pieces of evidence", w.posts("uncle"), evidence())
	}
	w.resolve("uncle")
	w.erase()
	if evidence() != 0 || w.purged("uncle").DoneAt.IsZero() {
		t.Errorf("when the case is resolved %d pieces of evidence are left", evidence())
	}
	w.whole()
}

// TestLaw07PurgeTakesValidKeys: what a row alone says was purged is not erased, and can be restored. Somebody with write
// access to the database put it there, or changed what it says.
func TestLaw07PurgeTakesValidKeys(t *testing.T) {
	for what, tamper := range map[string]func(w *world, p *store.PrivTx, q model.Request, keys []model.Key) error{
		"no request": func(w *world, p *store.PrivTx, _ model.Request, _ []model.Key) error {
			return p.PutPurge(w.t.Context(), store.Purge{Account: w.Accounts["uncle"], Request: 12345, At: p.Now()})
		},
		"another request": func(w *world, p *store.PrivTx, q model.Request, _ []model.Key) error {
			return p.PutPurge(w.t.Context(), store.Purge{Account: w.Accounts["uncle"], Request: q.ID, At: q.ClosedAt})
		},
		"another account's purge": func(w *world, p *store.PrivTx, q model.Request, _ []model.Key) error {
			q.Command.Kind, q.Command.Account = model.CmdPurge, w.Accounts["aunt"]
			return errors.Join(p.PutRequest(w.t.Context(), q), p.PutPurge(w.t.Context(), store.Purge{Account: w.Accounts["uncle"], Request: q.ID, At: q.ClosedAt}))
		},
		"a request that was changed": func(w *world, p *store.PrivTx, q model.Request, _ []model.Key) error {
			q.Command.Kind = model.CmdPurge
			return errors.Join(p.PutRequest(w.t.Context(), q), p.PutPurge(w.t.Context(), store.Purge{Account: w.Accounts["uncle"], Request: q.ID, At: q.ClosedAt}))
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			w.Post("uncle", "something")
			ban := w.Do("agent", w.Command(model.CmdBan, "uncle"), "agent", "lead")
			q := w.request(ban.Request.ID)
			keys, err := w.Store.KeysOn(t.Context(), q.ID)
			if err != nil {
				t.Fatal(err)
			}
			err = w.Store.Privileged(t.Context(), func(p *store.PrivTx) error {
				p.Entry.Facts.Event = ledger.EventAutomatic
				return tamper(w, p, q, keys)
			})
			if err != nil {
				t.Fatal(err)
			}
			w.erase()
			if len(w.posts("uncle")) != 1 || !w.purged("uncle").DoneAt.IsZero() {
				t.Errorf("it was erased: %+v", w.purged("uncle"))
			}
			w.Do("agent", w.Command(model.CmdRestore, "uncle"))
			w.light("uncle", "restored, since no keys stand for the purge")
		})
	}
}

// TestLaw11PurgeTakesTheKeysOfItsClass, whatever made the account dark, and never comes by time.
func TestLaw11PurgeTakesTheKeysOfItsClass(t *testing.T) {
	w := newWorld(t)
	w.Post("president", "something")
	w.deactivated()
	w.pass(400 * day)
	w.erase()
	if len(w.posts("president")) != 1 {
		t.Fatal("it was erased by time alone")
	}
	q := w.ask("agent", w.Command(model.CmdPurge, "president"))
	w.needs(q, 3, theThree, 1, day)
	w.turn(q, "lead", "gov", "security")
	w.pass(day - time.Millisecond)
	w.erase()
	if len(w.posts("president")) != 1 {
		t.Error("it was erased before the wait was over")
	}
	w.pass(time.Millisecond)
	w.erase()
	if len(w.posts("president")) != 0 {
		t.Error("it was not erased by the keys of the right three")
	}
	w.whole()
}

// TestLaw10PurgeIsFrozen and charged like any darkening.
func TestLaw10PurgeIsFrozen(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	w.pass(30 * day)
	w.Do("lead", plain(model.CmdFreeze, "scope", "all"), "lead")
	w.refused(bounded, "a purge in a freeze", w.submitting("agent", w.Command(model.CmdPurge, "uncle")))
	w.pass(time.Hour)
	w.purge("uncle", "agent", "lead")
	for _, login := range []string{"agent", "lead"} {
		if n, _, err := w.Store.Charged(t.Context(), w.person(login), w.Clock.Now().Add(-time.Hour)); err != nil || n != 1 {
			t.Errorf("%s is charged %d times, %v", login, n, err)
		}
	}
}

// TestLaw07PurgeErasesAddresses also where the ledger keeps them apart: in the entries by which the account's address was
// changed, and in no others. The ledger says so, and stays whole.
func TestLaw07PurgeErasesAddresses(t *testing.T) {
	w := newWorld(t)
	changed := w.ask("agent", w.Command(model.CmdChangeEmail, "uncle", "email", "uncle@example.org"))
	w.turn(changed, "agent", "lead")
	theirs := w.ask("agent", w.Command(model.CmdChangeEmail, "aunt", "email", "aunt@example.org"))
	w.turn(theirs, "agent", "lead")
	warned := w.Do("agent", w.Command(model.CmdWarn, "uncle"))
	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	w.pass(31 * day)
	w.Do("agent", w.Command(model.CmdPurge, "uncle"), "agent", "lead")
	leaf := func(q model.Request) int64 {
		q, err := w.Store.Request(t.Context(), q.ID)
		if err != nil {
			t.Fatal(err)
		}
		return q.Leaf
	}
	for entry, gone := range map[int64]bool{changed.Opened: true, leaf(changed): true, theirs.Opened: false, leaf(theirs): false, warned.Leaf: false} {
		private, err := w.Store.PrivateOf(t.Context(), entry)
		if err != nil || (private == nil) != gone {
			t.Errorf("entry %d has %v, %v", entry, private, err)
		}
	}
	w.whole()
}
