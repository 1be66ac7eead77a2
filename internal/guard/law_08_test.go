package guard_test

import (
	"slices"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// TestLaw08ToldBeforeTheCallReturns: whoever keeps in memory what is dark has been told when the call that changes it
// returns, by order and by time, and the other nodes' feed has it.
func TestLaw08ToldBeforeTheCallReturns(t *testing.T) {
	w := newWorld(t)
	active := map[model.ID][]model.SanctionKind{} // what a reader on this node knows
	w.Store.Subscribe(func(e store.Event) {
		if e.Kind != store.EventSanctions {
			return
		}
		active[e.Account] = nil
		for _, s := range e.Sanctions {
			active[e.Account] = append(active[e.Account], s.Kind)
		}
	})
	knows := func(handle string, want ...model.SanctionKind) {
		t.Helper()
		if got := active[w.Accounts[handle]]; !slices.Equal(got, want) {
			t.Errorf("a reader knows of %v on @%s, not of %v", got, handle, want)
		}
	}
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	knows("uncle", model.SanctionSuspend)
	w.Do("agent", w.Command(model.CmdRestore, "uncle"))
	knows("uncle")
	q := w.ask("agent", w.Command(model.CmdLimit, "astronaut"))
	w.turn(q, "agent")
	knows("astronaut")
	w.turn(q, "lead")
	knows("astronaut", model.SanctionLimit)
	w.waiting("agent", w.Command(model.CmdDeactivate, "president"), "lead", "gov", "security")
	knows("president")
	w.pass(15 * time.Minute)
	knows("president", model.SanctionDeactivate)
	post := w.Command(model.CmdRemovePost, "uncle")
	post.Post = w.Post("uncle", "spam")
	w.Do("agent2", post)
	knows("uncle", model.SanctionRemovePost)
	back := w.Command(model.CmdRestore, "uncle")
	back.Post = post.Post
	w.Do("agent2", back)
	knows("uncle")
	w.refused(leavers, "a refusal", w.submitting("lastday", w.Command(model.CmdDeactivate, "astronaut")))
	knows("astronaut", model.SanctionLimit)
}
