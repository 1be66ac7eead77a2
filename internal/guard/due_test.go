package guard_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// TestRun does what comes due while it runs, and ends with its context.
func TestRun(t *testing.T) {
	w := newWorld(t)
	q := w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.Guard.Run(ctx); close(done) }()
	w.Clock.Advance(10 * time.Minute)
	testkit.Eventually(t, 10*time.Second, func() error {
		if state := w.State(q.ID); state != model.StateExecuted {
			return errors.New("it is " + string(state))
		}
		return nil
	})
	cancel()
	<-done
}

// TestDueOnTwoNodes: both may find the same thing due; it is done once.
func TestDueOnTwoNodes(t *testing.T) {
	w := newWorld(t)
	other := w.OpenGuard()
	w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
	w.Clock.Advance(9 * time.Hour) // lastday's contract too
	size := w.size()
	errs := make(chan error, 2)
	go func() { errs <- w.Guard.Due(t.Context()) }()
	go func() { errs <- other.Due(t.Context()) }()
	if err := errors.Join(<-errs, <-errs); err != nil {
		t.Error(err)
	}
	if n := len(w.sanctions("newsroom")); n != 1 || w.size() != size+2 {
		t.Errorf("%d sanctions, %d entries", n, w.size()-size)
	}
	w.whole()
}

// TestDueEndsWhatAnotherPolicyMadeVoid: what is open when a policy comes into force, also what waits, and nothing that is
// asked for under it.
func TestDueEndsWhatAnotherPolicyMadeVoid(t *testing.T) {
	w := newWorld(t)
	pending, waiting := w.ask("agent", w.Command(model.CmdBan, "president")), w.waiting("agent", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
	if err := w.Guard.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Do("admin", w.publish(func(doc object) { doc.at("rows", "ban", "government")["keys"] = 4 }), "admin")
	next := w.ask("agent", w.Command(model.CmdBan, "president"))
	for range 2 {
		if err := w.Guard.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []model.Request{pending, waiting} {
		got, err := w.Store.Request(t.Context(), q.ID)
		if err != nil || got.State != model.StateRefused || !strings.Contains(got.Outcome, "the policy has changed") {
			t.Errorf("%s is %s (%q), %v", got.Command.Kind, got.State, got.Outcome, err)
		}
		if f := w.entry(got.Leaf); f.Event != ledger.EventRefused || f.Law != guard.LawSigned || f.Actor != 0 {
			t.Errorf("the entry says %+v", f)
		}
	}
	if state := w.State(next.ID); state != model.StatePending {
		t.Errorf("what was asked for under the new policy is %s", state)
	}
	w.whole()
}
