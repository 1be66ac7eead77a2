package guard_test

import (
	"testing"
	"time"

	"keyturn/internal/model"
)

// TestNight is the story itself: the contractor, the agent, the right three, the one key that brings it back.
func TestNight(t *testing.T) {
	w := newWorld(t)
	deactivate := w.Command(model.CmdDeactivate, "president")

	w.refused("leavers_hold_no_keys", "the contractor's last day", w.submitting("lastday", deactivate))

	out, err := w.Submit("agent", deactivate)
	if err != nil {
		t.Fatal(err)
	}
	if out.Request.State != model.StatePending || out.Missing.Keys != 3 || len(out.Missing.Roles) != 3 {
		t.Fatalf("agent's request is %s and misses %+v", out.Request.State, out.Missing)
	}
	for _, login := range []string{"lead", "gov", "security"} {
		if w.Dark("president") {
			t.Fatalf("dark before %s turned a key", login)
		}
		if out, err = w.Turn(login, out.Request.ID); err != nil {
			t.Fatal(err)
		}
	}
	if out.Request.State != model.StateWaiting || w.Dark("president") {
		t.Fatalf("after three keys the request is %s", out.Request.State)
	}
	w.Clock.Advance(15*time.Minute - time.Millisecond)
	w.Due()
	if w.Dark("president") {
		t.Fatal("dark before the wait was over")
	}
	w.Clock.Advance(time.Millisecond)
	w.Due()
	if !w.Dark("president") {
		t.Fatal("not dark after the wait")
	}
	w.Do("agent2", w.Command(model.CmdRestore, "president"), "lead2")
	w.light("president", "after one key")
	w.whole()
}
