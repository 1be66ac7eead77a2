package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// TestCrashAtEveryStep ends the process before each statement of each of these transactions, and after the last: what is
// left is as before it or as after it, its ledger is whole, and it can be done.
func TestCrashAtEveryStep(t *testing.T) {
	for name, f := range faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := imageOf(t, f)
			crashes := crashes{t: t, dir: testkit.Memory(t)}
			i.with(func(w *testkit.World) {
				crashes.during(w, func() {
					if err := f.do(w); err != nil || !f.done(w) {
						t.Errorf("without a crash: %v, done: %t", err, f.done(w))
					}
				})
			})
			for n, at := range crashes.at {
				left := image{i.World, crashes.left(n), i.run}
				left.with(func(w *testkit.World) {
					if last := n == len(crashes.at)-1; last && !f.done(w) {
						t.Errorf("what was acknowledged is not there after a crash")
					}
					left.check(w, f, "a crash before "+at)
				})
			}
		})
	}
}

// crashes are the files of a world as they were at each step.
type crashes struct {
	t   *testing.T
	dir string
	at  []string // the statement that was next
}

func (c *crashes) left(n int) string { return filepath.Join(c.dir, fmt.Sprint(n)) }

// during keeps what a crash would leave at each step of what fn does, and at the end.
func (c *crashes) during(w *testkit.World, fn func()) {
	keep := func(next string) {
		if err := os.Mkdir(c.left(len(c.at)), 0o700); err != nil {
			c.t.Error(err)
		}
		w.CopyFiles(c.left(len(c.at)))
		c.at = append(c.at, strings.Join(strings.Fields(next), " "))
	}
	over := false
	w.Store.OnStep(func(text string) error {
		if !over {
			keep(text)
		}
		return nil
	}, func(string) error { return nil })
	fn()
	over = true // the writer is idle now, and hears of it with its next write
	keep("nothing more")
}

// grouped are writes of members and of staff that one commit carries: two posts, a suspension, a refusal.
type grouped struct {
	posts [2]model.ID
	errs  [4]error
}

// do queues them up behind a write that holds the writer, in order; one after the other where the writer could not be
// held.
func (g *grouped) do(t *testing.T, w *testkit.World) {
	t.Helper()
	began, end, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		_ = w.Store.Write(context.Background(), func(*store.Tx) error { // whether it fails is not what is looked at
			close(began)
			<-end
			return nil
		})
	}()
	held := false
	select {
	case <-began:
		held = true
	case <-over:
	}
	var done sync.WaitGroup
	for n, write := range []func() error{
		func() error { return g.post(w, 0) },
		func() error { return submitting("agent", model.CmdSuspend, "uncle")(w) },
		func() error { return submitting("lastday", model.CmdDeactivate, "president")(w) },
		func() error { return g.post(w, 1) },
	} {
		if !held {
			g.errs[n] = write()
			continue
		}
		done.Go(func() { g.errs[n] = write() })
		awaitQueue(t, w.Store, n+1)
	}
	close(end)
	<-over
	done.Wait()
}

func (g *grouped) post(w *testkit.World, n int) error {
	g.posts[n] = w.Store.IDs().Next()
	ctx := context.Background()
	return w.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.AddPost(ctx, model.Post{ID: g.posts[n], Account: w.Accounts["niece"], Text: "a post", Visibility: model.Public, CreatedAt: w.Clock.Now()}, nil)
		return err
	})
}

// there tells which of the four are in the store. The refusal is an entry beyond those that were there before.
func (g *grouped) there(w *testkit.World, size int64) (there [4]bool) {
	w.TB.Helper()
	for i, n := range []int{0, 3} {
		_, err := w.Store.Post(w.TB.Context(), g.posts[i])
		there[n] = err == nil
	}
	there[1] = w.Dark("uncle")
	now := ledgerSize(w)
	if there[1] {
		now--
	}
	there[2] = now > size
	return there
}

func ledgerSize(w *testkit.World) int64 {
	w.TB.Helper()
	head, _, err := w.Store.LedgerHead(w.TB.Context())
	if err != nil {
		w.TB.Fatal(err)
	}
	return head.Size
}

// TestGroupCommitFailsAtEveryStep has each statement of a group fail, before it took effect and after. Whoever was told
// that it is done finds it; whoever was not does not; and one whose own statement failed takes nobody along.
func TestGroupCommitFailsAtEveryStep(t *testing.T) {
	i := imageOf(t, faulty{before: func(*testkit.World) {}})
	steps, size := 0, int64(0)
	i.with(func(w *testkit.World) {
		var g grouped
		size = ledgerSize(w)
		w.Store.OnStep(func(string) error { steps++; return nil }, func(string) error { return nil })
		g.do(t, w)
		if there := g.there(w, size); there != [4]bool{true, true, true, true} {
			t.Fatalf("without a fault: %v, %v", there, g.errs)
		}
	})
	for step := range steps {
		for _, mode := range modes(step, steps) {
			i.with(func(w *testkit.World) {
				var g grouped
				what := i.fail(w, faulty{do: func(w *testkit.World) error { g.do(t, w); return nil }}, step, mode)
				what = fmt.Sprintf("step %d of %d fails %s (%s)", step+1, steps, mode, what)
				whole(w, what)
				g.answered(t, g.there(w, size), what, mode == "after" && strings.Contains(what, "(COMMIT)"))
			})
		}
	}
}

// answered holds what is there to what each was told. Of a commit that said that it failed when it had taken effect
// nobody was told so.
func (g *grouped) answered(t *testing.T, there [4]bool, what string, unsaid bool) {
	t.Helper()
	for n, err := range g.errs {
		done := err == nil || n == 2 && model.KindOf(err) == model.KindForbidden
		if done != there[n] && !unsaid {
			t.Errorf("%s: write %d is there: %t, and it was told: %v", what, n, there[n], err)
		}
	}
}

// TestGroupCommitCrashesAtEveryStep ends the process at each step of a group: all of it is there or none.
func TestGroupCommitCrashesAtEveryStep(t *testing.T) {
	i := imageOf(t, faulty{before: func(*testkit.World) {}})
	crashes := crashes{t: t, dir: testkit.Memory(t)}
	var g grouped
	var size int64
	i.with(func(w *testkit.World) {
		size = ledgerSize(w)
		crashes.during(w, func() { g.do(t, w) })
	})
	for n, at := range crashes.at {
		left := image{i.World, crashes.left(n), i.run}
		left.with(func(w *testkit.World) {
			whole(w, "a crash before "+at)
			want := [4]bool{}
			if n == len(crashes.at)-1 {
				want = [4]bool{true, true, true, true}
			}
			if there := g.there(w, size); there != want {
				t.Errorf("after a crash before %s there is %v", at, there)
			}
		})
	}
}
