package guard_test

import (
	"context"
	"errors"
	"testing"
	"time"

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
