package guard_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// newWorldWithSQL is a world with a second way into its database, round the store.
func newWorldWithSQL(t *testing.T) (*world, *sql.DB) {
	t.Helper()
	dir := t.TempDir()
	w := &world{testkit.NewWorld(t, testkit.WorldOptions{Dir: dir}), t}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "keyturn.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return w, db
}

func (w *world) exec(db *sql.DB, text string) {
	w.t.Helper()
	if _, err := db.ExecContext(w.t.Context(), text); err != nil {
		w.t.Fatal(err)
	}
}

// TestLaw06OneEntryEach walks a request to each of its ends: every step is one entry, which says what happened.
func TestLaw06OneEntryEach(t *testing.T) {
	w := newWorld(t)
	w.pass(9 * time.Hour) // lastday's contract is over
	reason := func(stop func(a guard.Actor, id model.ID) (guard.Outcome, error), by string, q model.Request) {
		t.Helper()
		if _, err := stop(w.Actor(by), q.ID); err != nil {
			t.Fatal(err)
		}
	}
	var q model.Request
	step := func(what string, event ledger.Event, law string, do func()) {
		t.Helper()
		size := w.size()
		do()
		w.recorded(size, what, event, law)
	}
	suspend := func(handle string) func() { return func() { q = w.ask("agent", w.Command(model.CmdSuspend, handle)) } }
	key := func(login string) func() { return func() { w.turn(q, login) } }

	step("a request", ledger.EventRequested, "", suspend("president"))
	step("a key", ledger.EventKey, "", key("lead"))
	step("another", ledger.EventKey, "", key("gov"))
	step("the last, after which it waits", ledger.EventKey, "", key("security"))
	step("its time", ledger.EventExecuted, "", func() { w.pass(15 * time.Minute) })
	step("a restore", ledger.EventRequested, "", func() { q = w.ask("agent", w.Command(model.CmdRestore, "president")) })
	step("done at once", ledger.EventExecuted, "", key("lead2"))
	step("what a session does", ledger.EventExecuted, "", func() { w.Do("agent", w.Command(model.CmdSuspend, "uncle")) })
	step("a refusal", ledger.EventRefused, leavers, func() { w.Submit("lastday", w.Command(model.CmdSuspend, "president")) })
	step("one by the policy", ledger.EventRefused, "", func() { w.Submit("auditor", w.Command(model.CmdSuspend, "uncle")) })
	suspend("newsroom")()
	step("withdrawing", ledger.EventWithdrawn, "", func() {
		reason(func(a guard.Actor, id model.ID) (guard.Outcome, error) {
			return w.Guard.Withdraw(t.Context(), a, id, "no")
		}, "agent", q)
	})
	suspend("newsroom")()
	step("declining", ledger.EventDeclined, "", func() {
		reason(func(a guard.Actor, id model.ID) (guard.Outcome, error) {
			return w.Guard.Decline(t.Context(), a, id, "no")
		}, "lead", q)
	})
	suspend("newsroom")()
	step("a veto", ledger.EventVetoed, "", func() {
		reason(func(a guard.Actor, id model.ID) (guard.Outcome, error) { return w.Guard.Veto(t.Context(), a, id, "no") }, "lead", q)
	})
	suspend("newsroom")()
	step("running out", ledger.EventExpired, "", func() { w.pass(24 * time.Hour) })
	step("nothing due", ledger.EventRequested, "", func() { w.Due(); suspend("newsroom")() })
	w.whole()
}

// TestLaw06AFailingEffectLeavesNothing has the database refuse the effect's own row: then there is no entry, no request
// and no charge either; what waited waits on, and stands in nobody's way.
func TestLaw06AFailingEffectLeavesNothing(t *testing.T) {
	w, db := newWorldWithSQL(t)
	waiting := w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
	pending := w.ask("agent", w.Command(model.CmdBan, "uncle"))
	w.exec(db, `CREATE TRIGGER trouble BEFORE INSERT ON sanctions BEGIN SELECT RAISE(ABORT, 'trouble'); END`)
	size, before := w.size(), w.state()
	if _, err := w.Submit("agent", w.Command(model.CmdSuspend, "aunt")); err == nil || !strings.Contains(err.Error(), "trouble") {
		t.Errorf("an effect that fails gives %v", err)
	}
	if w.size() != size || len(w.state()) != len(before) {
		t.Errorf("it left %d entries and %d rows", w.size()-size, len(w.state())-len(before))
	}
	w.Clock.Advance(24 * time.Hour)
	if err := w.Guard.Due(t.Context()); err == nil || !strings.Contains(err.Error(), "trouble") {
		t.Errorf("what is due gives %v", err)
	}
	if w.State(waiting.ID) != model.StateWaiting || w.State(pending.ID) != model.StateExpired {
		t.Errorf("what could not be done is %s, and what came after it %s", w.State(waiting.ID), w.State(pending.ID))
	}
	if m, err := w.Store.Person(t.Context(), w.person("lastday")); err != nil || m.Employment.Status != model.EmploymentEnded {
		t.Errorf("an employment that was to end meanwhile is %s, %v", m.Employment.Status, err)
	}
	w.exec(db, `DROP TRIGGER trouble`)
	w.Due()
	if w.State(waiting.ID) != model.StateExecuted || !w.Dark("newsroom") {
		t.Errorf("when the trouble is over it is %s", w.State(waiting.ID))
	}
	w.whole()
}

// TestLaw06ImpossibleIsRefused: what cannot be done however often it is tried is refused, once, with an entry.
func TestLaw06ImpossibleIsRefused(t *testing.T) {
	w, db := newWorldWithSQL(t)
	id, _ := w.enrolment("lead", "admin")
	q := w.waiting("admin", w.on(model.CmdEnrollCredential, "lead", "enrolment", id.String()), "admin", "security", "lead2")
	w.exec(db, fmt.Sprintf(`UPDATE enrolments SET login = 'nobody' WHERE id = %d`, id))
	size := w.size()
	w.Clock.Advance(24 * time.Hour)
	w.Due()
	if got := w.request(q.ID); got.State != model.StateRefused || !strings.Contains(got.Outcome, "nobody") {
		t.Errorf("it is %s: %q", got.State, got.Outcome)
	}
	w.Due()
	if grew := w.size() - size; grew != 2 { // lastday's contract has ended too
		t.Errorf("the ledger grew by %d entries", grew)
	}
	w.whole()
}

// TestLaw06WhateverHappensTheLedgerKnows does a few hundred things at random, by everybody, and then has the auditor
// rebuild the database from the ledger.
func TestLaw06WhateverHappensTheLedgerKnows(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newWorld(t)
			w.chaos(testkit.Rand(seed), 250)
			w.whole()
			w.noProtectedHarmByOne()
		})
	}
}

// chaos does n things at random; most are refused.
func (w *world) chaos(r *rand.Rand, n int) {
	w.t.Helper()
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	staff := append([]string{"lead.oncall"}, allStaff...)
	done := map[string]int{}
	for range n {
		by, handle := staff[r.IntN(len(staff))], pick("president", "newsroom", "astronaut", "uncle", "aunt")
		var err error
		open, _ := w.Store.OpenRequests(w.t.Context())
		switch what := r.IntN(12); {
		case what < 4:
			_, err = w.Submit(by, w.anything(r, handle, staff[r.IntN(len(staff))]))
		case what < 9 && len(open) > 0: // mostly on what was asked for last, so that something gets its keys
			_, err = w.Turn(by, open[max(0, len(open)-1-r.IntN(3))].ID)
		case what == 9 && len(open) > 0:
			stop := []func(a guard.Actor, id model.ID) (guard.Outcome, error){
				func(a guard.Actor, id model.ID) (guard.Outcome, error) {
					return w.Guard.Veto(w.t.Context(), a, id, "no")
				},
				func(a guard.Actor, id model.ID) (guard.Outcome, error) {
					return w.Guard.Decline(w.t.Context(), a, id, "no")
				},
				func(a guard.Actor, id model.ID) (guard.Outcome, error) {
					return w.Guard.Withdraw(w.t.Context(), a, id, "no")
				},
			}[r.IntN(3)]
			_, err = stop(w.Actor(by), open[r.IntN(len(open))].ID)
		default:
			w.pass([]time.Duration{time.Second, time.Minute, 20 * time.Minute, 3 * time.Hour}[r.IntN(4)])
		}
		switch kind := model.KindOf(err); {
		case err == nil, kind == model.KindForbidden, kind == model.KindConflict, kind == model.KindInvalid, kind == model.KindFrozen:
			done[string(kind)]++
		default:
			w.t.Fatalf("something at random gave %v", err)
		}
	}
	w.t.Logf("what became of it: %v", done)
}

// anything is a command at random.
func (w *world) anything(r *rand.Rand, handle, login string) model.Command {
	w.t.Helper()
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	switch r.IntN(20) {
	case 0:
		return w.Command(model.CmdSetClass, handle, "class", pick("standard", "verified", "high_profile", "government"))
	case 1:
		return w.on(model.CmdGrantRole, login, "role", pick("agent", "lead", "security"), "revoke", pick("true", "false"))
	case 2:
		return w.on(model.CmdSetEmployment, login, "status", pick("active", "notice"))
	case 3:
		return plain(model.CommandKind(pick("freeze", "unfreeze")))
	case 4:
		return w.publish(func(doc object) { doc.at("breaker")["darkenings"] = 50 + r.IntN(100) })
	case 5, 6, 7, 8:
		return w.Command(model.CmdRestore, handle)
	}
	harms := w.harms(handle)
	return harms[r.IntN(len(harms))]
}

// noProtectedHarmByOne reads in the ledger that nothing took effect on a protected account by fewer than two people,
// but for brief locks.
func (w *world) noProtectedHarmByOne() {
	w.t.Helper()
	executed := 0
	for rec, err := range w.Store.Records(w.t.Context(), 0) {
		if err != nil {
			w.t.Fatal(err)
		}
		e, err := rec.Open()
		if err != nil {
			w.t.Fatal(err)
		}
		f := e.Facts
		if f.Event != ledger.EventExecuted {
			continue
		}
		executed++
		info, _ := model.InfoOf(f.Kind)
		switch info.Group {
		case model.GroupDarken, model.GroupSilence:
			if f.Class.Protected() && f.Keyholders() < 2 && f.Kind != model.CmdLock {
				w.t.Errorf("entry %d: %s on a %s account by %d keys", f.Index, f.Kind, f.Class, f.Keyholders())
			}
		}
	}
	if executed < 10 {
		w.t.Errorf("only %d of the things took effect: this test tests nothing", executed)
	}
}
