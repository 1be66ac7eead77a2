package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// faulty is something that staff do through the guard, every durable step of which is to fail.
type faulty struct {
	before func(w *testkit.World)
	do     func(w *testkit.World) error
	done   func(w *testkit.World) bool
}

// faults are the privileged transactions of each kind: at once, into the wait, by a turned key, by time, and a refusal.
func faults() map[string]faulty {
	suspended := func(w *testkit.World) model.Request {
		out, err := w.Submit("agent", w.Command(model.CmdSuspend, "president"))
		for _, login := range []string{"lead", "gov"} {
			if err == nil {
				out, err = w.Turn(login, out.Request.ID)
			}
		}
		if err != nil {
			w.TB.Fatal(err)
		}
		return out.Request
	}
	dark := func(handle string, want bool) func(*testkit.World) bool {
		return func(w *testkit.World) bool { return w.Dark(handle) == want }
	}
	due := func(w *testkit.World) error { return w.Guard.Due(w.TB.Context()) }
	return map[string]faulty{
		"a session's suspension": {
			before: func(w *testkit.World) { w.Case("uncle") },
			do:     submitting("agent", model.CmdSuspend, "uncle"), done: dark("uncle", true),
		},
		"a request": {
			before: func(w *testkit.World) { w.Case("president") },
			do:     submitting("agent", model.CmdBan, "president"),
			done:   func(w *testkit.World) bool { return len(open(w)) == 1 },
		},
		"the last key, which begins the wait": {
			before: func(w *testkit.World) { suspended(w) },
			do:     turning("security"),
			done:   func(w *testkit.World) bool { return open(w)[0].State == model.StateWaiting },
		},
		"an effect that is due": {
			before: func(w *testkit.World) {
				if _, err := w.Turn("security", suspended(w).ID); err != nil {
					w.TB.Fatal(err)
				}
				w.Clock.Advance(15 * time.Minute)
			},
			do: due, done: dark("president", true),
		},
		"an undo": {
			before: func(w *testkit.World) {
				w.Do("lead", w.Command(model.CmdSuspend, "newsroom"), "lead", "agent")
				if _, err := w.Submit("lead2", w.Command(model.CmdRestore, "newsroom")); err != nil {
					w.TB.Fatal(err)
				}
			},
			do: turning("lead2"), done: dark("newsroom", false),
		},
		"an end of employment": {
			before: func(w *testkit.World) {
				suspended(w)
				end := model.Command{Kind: model.CmdSetEmployment, Person: w.Actor("agent").Person, Reason: "gone", Params: map[string]string{"status": "ended"}}
				if _, err := w.Submit("admin", end); err != nil {
					w.TB.Fatal(err)
				}
			},
			do: turning("admin"), done: func(w *testkit.World) bool { return len(open(w)) == 0 },
		},
		"an employment that ends by time": {
			before: func(w *testkit.World) { w.Clock.Advance(24 * time.Hour) },
			do:     due,
			done:   func(w *testkit.World) bool { return person(w, "lastday").Employment.Status == model.EmploymentEnded },
		},
		"a refusal": {
			before: func(w *testkit.World) { w.Case("president") },
			do: func(w *testkit.World) error {
				if err := submitting("lastday", model.CmdDeactivate, "president")(w); err == nil || model.KindOf(err) != model.KindForbidden {
					return fmt.Errorf("it was not refused: %w", err)
				}
				return nil
			},
			done: func(w *testkit.World) bool {
				return lastEntry(w).Event == ledger.EventRefused && lastEntry(w).Law == guard.LawLeavers
			},
		},
	}
}

func submitting(login string, kind model.CommandKind, handle string) func(*testkit.World) error {
	return func(w *testkit.World) error {
		_, err := w.Submit(login, model.Command{Kind: kind, Account: w.Accounts[handle], Reason: "because of the test"})
		return err
	}
}

// turning turns a login's key on the newest open request.
func turning(login string) func(*testkit.World) error {
	return func(w *testkit.World) error {
		all := open(w)
		_, err := w.Turn(login, all[len(all)-1].ID)
		return err
	}
}

func open(w *testkit.World) []model.Request {
	w.TB.Helper()
	all, err := w.Store.OpenRequests(w.TB.Context())
	if err != nil {
		w.TB.Fatal(err)
	}
	return all
}

func person(w *testkit.World, login string) model.Person {
	w.TB.Helper()
	p, err := w.Store.Person(w.TB.Context(), w.Actor(login).Person)
	if err != nil {
		w.TB.Fatal(err)
	}
	return p
}

func lastEntry(w *testkit.World) ledger.Facts {
	w.TB.Helper()
	head, _, err := w.Store.LedgerHead(w.TB.Context())
	if err != nil {
		w.TB.Fatal(err)
	}
	rec, err := w.Store.Record(w.TB.Context(), head.Size-1)
	if err != nil {
		w.TB.Fatal(err)
	}
	e, err := rec.Open()
	if err != nil {
		w.TB.Fatal(err)
	}
	return e.Facts
}

var errInjected = errors.New("injected by the test")

// TestEveryStepFails has each statement of each of these transactions fail, before it took effect and after; and then it
// and all that follow. Whatever came of it, each effect has its entry and each entry its effect, and it can be done again.
func TestEveryStepFails(t *testing.T) {
	for name, f := range faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			image := imageOf(t, f)
			steps := 0
			image.with(func(w *testkit.World) {
				w.Store.OnStep(func(string) error { steps++; return nil }, func(string) error { return nil })
				if err := f.do(w); err != nil || !f.done(w) {
					t.Fatalf("without a fault: %v, done: %t", err, f.done(w))
				}
			})
			if steps < 10 {
				t.Fatalf("%d steps only", steps)
			}
			for i := range steps {
				for _, mode := range modes(i, steps) {
					image.with(func(w *testkit.World) {
						what := image.fail(w, f, i, mode)
						image.check(w, f, fmt.Sprintf("step %d of %d fails %s (%s)", i+1, steps, mode, what))
					})
				}
			}
		})
	}
}

// modes are how a step fails: the first and the last ones in each way, those between in turn, unless the test is the long
// one.
func modes(step, of int) []string {
	all := []string{"before", "after", "for good"}
	if step < 2 || step >= of-2 {
		return all
	}
	return testkit.Size(all[step%3:step%3+1], all)
}

// image is the files of a world that is about to do something.
type image struct {
	*testkit.World
	dir string // where the files are
	run string // where a world is made of them
}

func imageOf(t *testing.T, f faulty) image {
	t.Helper()
	w := testkit.NewWorld(t, testkit.WorldOptions{Dir: testkit.Memory(t)})
	f.before(w)
	if err := w.Store.Close(); err != nil {
		t.Fatal(err)
	}
	i := image{w, testkit.Memory(t), testkit.Memory(t)}
	w.CopyFiles(i.dir)
	return i
}

// with opens the image and closes it again.
func (i image) with(fn func(*testkit.World)) {
	i.TB.Helper()
	clean(i.TB, i.run)
	from := *i.World
	from.Dir = i.dir
	from.CopyFiles(i.run)
	w := i.World.In(i.run)
	fn(w)
	if err := w.Store.Close(); err != nil {
		i.TB.Error(err)
	}
}

func clean(t testing.TB, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
}

// fail does it with its i-th step failing, and says which that was.
func (i image) fail(w *testkit.World, f faulty, step int, mode string) (what string) {
	i.TB.Helper()
	n, over := -1, false
	w.Store.OnStep(func(text string) error {
		if n++; n == step {
			what = strings.Join(strings.Fields(text), " ")
		}
		if !over && (n == step && mode == "before" || n >= step && mode == "for good") {
			return errInjected
		}
		return nil
	}, func(string) error {
		if !over && n == step && mode == "after" {
			return errInjected
		}
		return nil
	})
	_ = f.do(w) // whether it says so or not, is for check to see
	over = true // the writer is idle now, and hears of it with its next write
	return what
}

// check holds the database against the ledger, and has it done again unless it is done.
func (i image) check(w *testkit.World, f faulty, what string) {
	i.TB.Helper()
	whole(w, what)
	if f.done(w) {
		return
	}
	w.Clock.Advance(time.Second)
	err := f.do(w)
	// What waited may have been refused for the doubt (law 12). Everything else can be done as if nothing had been.
	if (err != nil || !f.done(w)) && lastEntry(w).Law != guard.LawFailClosed {
		i.TB.Errorf("%s: again: %v, done: %t", what, err, f.done(w))
	}
	whole(w, what+", and again")
}

// whole holds a world's database against its ledger: every effect has an entry, every entry an effect.
func whole(w *testkit.World, what string) {
	w.TB.Helper()
	report, err := audit.Verify(w.TB.Context(), w.Store, nil)
	if err != nil {
		w.TB.Fatalf("%s: %v", what, err)
	}
	for _, f := range report.Findings {
		w.TB.Errorf("%s: %s", what, f)
	}
}
