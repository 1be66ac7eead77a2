package guard_test

import (
	"strings"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// many is one command on many accounts.
func (w *world) many(kind model.CommandKind, handles []string, params ...string) []model.Command {
	w.t.Helper()
	var all []model.Command
	for _, handle := range handles {
		all = append(all, w.Command(kind, handle, params...))
	}
	return all
}

// bulk gives a command on many accounts.
func (w *world) bulk(login string, cmds []model.Command) ([]guard.BulkResult, error) {
	return w.Guard.Bulk(w.t.Context(), w.Actor(login), cmds)
}

func (w *world) bulking(login string, cmds []model.Command) func() error {
	return func() error {
		_, err := w.bulk(login, cmds)
		return err
	}
}

var standardHandles = []string{"uncle", "aunt", "cousin", "niece"}

// TestBulk does one thing to many accounts: each by an entry of its own, which says of which bulk command it was part.
func TestBulk(t *testing.T) {
	for _, kind := range []model.CommandKind{model.CmdWarn, model.CmdLock, model.CmdSensitive, model.CmdLimit, model.CmdDeactivate, model.CmdSuspend} {
		w := newWorld(t)
		size := w.size()
		results, err := w.bulk("agent", w.many(kind, standardHandles))
		if err != nil || len(results) != 4 || w.size() != size+4 {
			t.Fatalf("%s: %d results, %d entries, %v", kind, len(results), w.size()-size, err)
		}
		marks := map[string]bool{}
		for i, r := range results {
			q := w.request(r.Outcome.Request.ID)
			marks[q.Command.Params["bulk"]] = true
			if r.Err != nil || q.State != model.StateExecuted || q.Command.Account != w.Accounts[standardHandles[i]] || q.Leaf != size+int64(i) {
				t.Errorf("%s on @%s is %s in entry %d, %v", kind, standardHandles[i], q.State, q.Leaf, r.Err)
			}
			if w.Dark(standardHandles[i]) != (kind != model.CmdWarn) {
				t.Errorf("%s on @%s did nothing", kind, standardHandles[i])
			}
		}
		if len(marks) != 1 || marks[""] {
			t.Errorf("%s: the marks are %v", kind, marks)
		}
		w.whole()
	}
}

// TestBulkTellsEach: what cannot be done on one account is told of that one; the others are done.
func TestBulkTellsEach(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdSuspend, "uncle"))
	w.Do("agent", w.Command(model.CmdSuspend, "niece"))
	results, err := w.bulk("agent2", w.many(model.CmdRestore, standardHandles))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []model.ErrorKind{"", model.KindConflict, model.KindConflict, ""} {
		got := model.ErrorKind("")
		if results[i].Err != nil {
			got = results[i].Err.Kind
		}
		if got != want {
			t.Errorf("@%s: %v", standardHandles[i], results[i].Err)
		}
		w.light(standardHandles[i], "a bulk restore")
	}
	w.whole()
}

// TestBulkInput is refused whole, and leaves nothing.
func TestBulkInput(t *testing.T) {
	w := newWorld(t)
	var crowd []model.Command
	for range guard.MaxBulk + 1 {
		crowd = append(crowd, w.Command(model.CmdWarn, "uncle"))
	}
	stranger, post := w.many(model.CmdWarn, standardHandles), w.many(model.CmdRestore, standardHandles)
	stranger[3].Account, stranger[3].Case = 12345, 0
	post[1].Post = w.Post("aunt", "hello")
	mixed := append(w.many(model.CmdWarn, standardHandles[:2]), w.Command(model.CmdLock, "niece"))
	for what, tt := range map[string]struct {
		kind  model.ErrorKind
		field string
		cmds  []model.Command
	}{
		"nobody":          {model.KindInvalid, "accounts", nil},
		"too many":        {model.KindInvalid, "accounts", crowd},
		"one twice":       {model.KindInvalid, "accounts", w.many(model.CmdWarn, []string{"uncle", "aunt", "uncle"})},
		"two commands":    {model.KindInvalid, "kind", mixed},
		"a ban":           {model.KindInvalid, "kind", w.many(model.CmdBan, standardHandles)},
		"a purge":         {model.KindInvalid, "kind", w.many(model.CmdPurge, standardHandles)},
		"a class":         {model.KindInvalid, "kind", w.many(model.CmdSetClass, standardHandles, "class", "verified")},
		"a post":          {model.KindInvalid, "params", post},
		"a sanction":      {model.KindInvalid, "params", w.many(model.CmdRestore, standardHandles, "sanction", "1")},
		"its own mark":    {model.KindInvalid, "params.bulk", w.many(model.CmdWarn, standardHandles, "bulk", "1")},
		"no length":       {model.KindInvalid, "params.for", w.many(model.CmdSuspend, standardHandles, "for", "soon")},
		"an unknown word": {model.KindInvalid, "params.keys", w.many(model.CmdSuspend, standardHandles, "keys", "0")},
		"nobody's ID":     {model.KindNotFound, "", stranger},
	} {
		w.invalid(tt.kind, tt.field, what, w.bulking("agent", tt.cmds))
	}
	w.invalid(model.KindInvalid, "params.bulk", "a mark on a single command", w.submitting("agent", w.Command(model.CmdSuspend, "uncle", "bulk", "1")))
}

// TestLaw01NeverInBulk: where one account is protected nothing is done to any, whatever the command, and the asker is told
// which: by its class, by what it was lowered from, or about to rise.
func TestLaw01NeverInBulk(t *testing.T) {
	w, db := newWorldWithSQL(t)
	w.Do("admin", w.Command(model.CmdSetClass, "aunt", "class", "verified"), "admin")
	w.Do("admin", w.Command(model.CmdSetClass, "aunt", "class", "standard"), "admin", "security", "lead")
	w.followed(db, "cousin", 100_000)
	for _, handle := range []string{"president", "newsroom", "astronaut", "aunt", "cousin"} {
		for _, kind := range []model.CommandKind{model.CmdWarn, model.CmdLock, model.CmdLimit, model.CmdDeactivate, model.CmdSuspend, model.CmdRestore} {
			cmds := w.many(kind, []string{"uncle", handle, "niece"})
			w.refused("two_keys", string(kind)+" with @"+handle+" among them", func() error {
				_, err := w.bulk("lead", cmds)
				if err != nil && (!strings.Contains(err.Error(), "@"+handle) || strings.Contains(err.Error(), "@uncle")) {
					t.Errorf("it is told as %v", err)
				}
				return err
			})
			if f := w.entry(w.size() - 1); f.Account != w.Accounts[handle] || strings.Contains(f.Note, handle) {
				t.Errorf("its entry is about %s and says %q", f.Handle, f.Note)
			}
		}
	}
	w.refused("two_keys", "several", func() error {
		_, err := w.bulk("lead", w.many(model.CmdWarn, []string{"uncle", "newsroom", "astronaut"}))
		if !strings.Contains(err.Error(), "@newsroom, @astronaut") {
			t.Errorf("it is told as %v", err)
		}
		return err
	})
	w.whole()
}

// TestLaw01NeverInBulkMeanwhile: an account that becomes protected after the bulk command was let in, between two of its
// commands or before a scheduled one's time, is refused by the mark.
func TestLaw01NeverInBulkMeanwhile(t *testing.T) {
	w, db := newWorldWithSQL(t)
	first := true
	w.Store.Subscribe(func(e store.Event) {
		if e.Kind == store.EventStaff && first { // the first of the four is done
			first = false
			w.followed(db, "cousin", 100_000)
		}
	})
	results, err := w.bulk("agent", w.many(model.CmdWarn, standardHandles))
	if err != nil {
		t.Fatal(err)
	}
	for i, handle := range standardHandles {
		if risen := handle == "cousin"; risen != (results[i].Err != nil && results[i].Err.Law == "two_keys") {
			t.Errorf("@%s: %v", handle, results[i].Err)
		}
	}
	results, err = w.bulk("agent", w.many(model.CmdWarn, []string{"uncle", "niece"}, "at", w.in(24*time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	// A rise that the target's signed state does not show would be let through by the keys: the table asks for one.
	w.followed(db, "niece", 100_000)
	w.pass(24 * time.Hour)
	for i, want := range []model.RequestState{model.StateExecuted, model.StateRefused} {
		q := w.request(results[i].Outcome.Request.ID)
		if q.State != want || want == model.StateRefused && w.entry(q.Leaf).Law != "two_keys" {
			t.Errorf("scheduled, the one on @%s is %s by %q", q.Target.Handle, q.State, w.entry(q.Leaf).Law)
		}
	}
	w.whole()
}

// TestLaw10BulkIsBounded by the budget of whoever gives it, and by the breaker.
func TestLaw10BulkIsBounded(t *testing.T) {
	w := newWorldUnder(t, budgets(t, "agent", 2, 3, 1000, 1000))
	states := func(login string) (done, refused int) {
		results, err := w.bulk(login, w.many(model.CmdSuspend, standardHandles))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Err == nil {
				done++
			} else if r.Err.Law == bounded {
				refused++
				if f := w.entry(w.size() - 1); f.Event != ledger.EventRefused {
					t.Errorf("the last entry says %s", f.Event)
				}
			}
		}
		return done, refused
	}
	if done, refused := states("agent"); done != 2 || refused != 2 {
		t.Errorf("with a budget of two an hour %d were done and %d refused", done, refused)
	}
	w = newWorldUnder(t, bundle(t, func(doc object) { doc["breaker"] = object{"darkenings": 3, "window": "10m", "freeze": "30m"} }))
	if done, refused := states("agent"); done != 3 || refused != 1 {
		t.Errorf("with a breaker at three %d were done and %d refused", done, refused)
	}
	w.whole()
}

// TestBulkByWhoMayNot: each is refused, and nothing is done.
func TestBulkByWhoMayNot(t *testing.T) {
	w := newWorld(t)
	results, err := w.bulk("auditor", w.many(model.CmdSuspend, standardHandles))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if r.Err == nil || r.Err.Kind != model.KindForbidden {
			t.Errorf("@%s by an auditor: %v", standardHandles[i], r.Err)
		}
		w.light(standardHandles[i], "by an auditor")
	}
}
