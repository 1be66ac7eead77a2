package prove

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// Options say how far to look.
type Options struct {
	Dir     string // for the worlds; best in memory
	Deep    bool
	Rogue   string           // a login: only rogues that it is part of; empty: all
	Scene   string           // only scenes in whose name this is
	Now     func() time.Time // to say how long it took
	Workers int              // how many starts are explored at a time
	// Progress, when set, is told how much of the work is done.
	Progress func(done, all int)
}

// Result is what was found.
type Result struct {
	Starts      int           `json:"starts"` // rogues in scenes
	States      int           `json:"states"`
	Transitions int           `json:"transitions"`
	Calls       int           `json:"calls"` // of the guard
	Depth       int           `json:"depth"` // actions after the scene
	Laws        []string      `json:"laws"`
	Took        time.Duration `json:"took"`
	Found       *Counter      `json:"counterexample,omitempty"`
}

// Counter is a counterexample: the shortest way that was found to a broken law.
type Counter struct {
	Violation
	Policy string   `json:"policy"`
	Scene  string   `json:"scene"`
	Rogue  []string `json:"rogue"`
	Steps  []string `json:"steps"`
}

// start is one rogue in one scene, and how deep to look from there.
type start struct {
	scene scene
	from  image
	rogue rogue
	depth int
	deep  bool // every action after every other
	waits bool // time passes as the last action too: it does so alike for every rogue, so one in each scene is enough
}

// Run explores. An error is trouble; what breaks a law is in the result.
func Run(ctx context.Context, o Options) (Result, error) {
	began := o.Now()
	starts, err := o.starts(ctx)
	if err != nil {
		return Result{}, err
	}
	if len(starts) == 0 {
		return Result{}, model.Invalid("rogue", "%q is nobody whom the explorer plays in such a scene", o.Rogue)
	}
	results, err := o.all(ctx, starts)
	if err != nil {
		return Result{}, err
	}
	sum := Result{Starts: len(starts), Laws: LawsChecked(), Took: o.Now().Sub(began).Round(time.Millisecond)}
	for _, r := range results {
		sum.States, sum.Transitions, sum.Calls, sum.Depth = sum.States+r.States, sum.Transitions+r.Transitions, sum.Calls+r.Calls, max(sum.Depth, r.Depth)
		if r.Found != nil && (sum.Found == nil || len(r.Found.Steps) < len(sum.Found.Steps)) {
			sum.Found = r.Found
		}
	}
	return sum, nil
}

// all explores every start, some at a time. The first that finds something ends it.
func (o Options) all(ctx context.Context, starts []start) ([]Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results, errs := make([]Result, len(starts)), make([]error, len(starts))
	jobs := make(chan int)
	var done int
	var mu sync.Mutex
	var workers sync.WaitGroup
	for n := range max(1, o.Workers) {
		dir := filepath.Join(o.Dir, fmt.Sprint("worker-", n))
		workers.Go(func() {
			for i := range jobs {
				x := explorer{ctx: ctx, dir: dir, start: starts[i], seen: map[[sha256.Size]byte]bool{}}
				results[i], errs[i] = x.explore()
				if results[i].Found != nil || errs[i] != nil {
					cancel()
				}
				mu.Lock()
				done++
				if o.Progress != nil {
					o.Progress(done, len(starts))
				}
				mu.Unlock()
			}
		})
	}
	for i := range starts {
		if ctx.Err() == nil {
			jobs <- i
		}
	}
	close(jobs)
	workers.Wait()
	for i, err := range errs {
		if errors.Is(err, context.Canceled) {
			errs[i] = nil // another start has found something, or the caller has had enough
		}
	}
	return results, errors.Join(append(errs, context.Cause(withoutFinds(ctx, results)))...)
}

// withoutFinds is the context that says whether the caller ended the search, which a find does too.
func withoutFinds(ctx context.Context, results []Result) context.Context {
	if slices.ContainsFunc(results, func(r Result) bool { return r.Found != nil }) {
		return context.Background()
	}
	return ctx
}

// explorer looks from one start, breadth first.
type explorer struct {
	start
	ctx  context.Context
	dir  string
	seen map[[sha256.Size]byte]bool
	r    Result
}

// node is a state: the actions that lead to it from the scene, and what rows forget of the way.
type node struct {
	steps []action
}

// elsewhere reports whether an action is about another account than the last one was: what is done to one changes nothing
// about another but what budgets and freezes say, for which there are a second standard account and scenes.
func (n node) elsewhere(a action) bool {
	if len(n.steps) == 0 || a.about == "" {
		return false
	}
	last := n.steps[len(n.steps)-1].about
	return last != "" && last != a.about
}

func (x *explorer) explore() (Result, error) {
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return x.r, err
	}
	actions := x.rogue.actions()
	level := []node{{}}
	for x.r.Depth < x.depth && len(level) > 0 && x.r.Found == nil {
		x.r.Depth++
		var next []node
		for _, n := range level {
			found, err := x.expand(n, actions)
			if err != nil || x.r.Found != nil {
				return x.r, err
			}
			next = append(next, found...)
		}
		level = next
	}
	return x.r, nil
}

// reach goes the way to a state again, and puts it away to start from many times.
func (x *explorer) reach(n node) (image, past, error) {
	w, err := x.from.open(x.ctx, x.dir)
	if err != nil {
		return image{}, past{}, err
	}
	var p past
	if p, err = pastOf(w, 0, past{}); err != nil {
		return image{}, p, errors.Join(err, w.close())
	}
	for _, a := range n.steps {
		head, _, err := w.store.LedgerHead(x.ctx)
		if err == nil {
			if err = a.do(w); isRefusal(err) {
				err = nil
			}
		}
		if err == nil {
			p, err = pastOf(w, head.Size, p)
		}
		if err != nil {
			return image{}, p, errors.Join(fmt.Errorf("doing again %s: %w", a.name, err), w.close())
		}
	}
	i, err := w.putAway(x.dir)
	return i, p, err
}

func pastOf(w *world, from int64, p past) (past, error) {
	entries, err := w.entriesFrom(from)
	return p.after(entries), err
}

// entriesFrom reads the ledger from an entry on.
func (w *world) entriesFrom(index int64) ([]ledger.Facts, error) {
	var all []ledger.Facts
	for rec, err := range w.store.Records(w.ctx, index) {
		if err != nil {
			return nil, err
		}
		e, err := rec.Open()
		if err != nil {
			return nil, err
		}
		all = append(all, e.Facts)
	}
	return all, nil
}

// expand does every action in a state, and returns the states that were not seen before.
func (x *explorer) expand(n node, actions []action) (next []node, err error) {
	here, p, err := x.reach(n)
	if err != nil {
		return nil, err
	}
	var w *world
	var before *truth
	defer func() {
		if w != nil {
			x.r.Calls += w.calls
			err = errors.Join(err, w.close())
		}
	}()
	for _, a := range actions {
		if err := x.ctx.Err(); err != nil {
			return nil, err
		}
		if !x.deep && (n.elsewhere(a) || a.dear && (x.scene.name != firstDay || len(n.steps) > 0)) {
			continue
		}
		if a.due && !x.waits && len(n.steps) == x.depth-1 {
			continue
		}
		if w == nil {
			if w, err = here.open(x.ctx, x.dir); err != nil {
				return nil, err
			}
			if before, err = w.look(); err != nil {
				return nil, err
			}
			x.seen[before.digest()] = true
		}
		after, spent, err := x.try(w, n, a, before, p)
		if err = errors.Join(err, x.ctx.Err()); err != nil || x.r.Found != nil {
			return nil, err
		}
		before = after
		if !spent {
			continue
		}
		if d := after.digest(); !x.seen[d] {
			x.seen[d] = true
			x.r.States++
			if !a.last {
				next = append(next, node{steps: append(slices.Clone(n.steps), a)})
				if v := x.rogue.probe(w, after); v != nil {
					x.found(n, a, v)
					return nil, nil
				}
			}
		}
		x.r.Calls += w.calls
		closing := w
		w = nil
		if err := closing.close(); err != nil {
			return nil, err
		}
	}
	return next, nil
}

// try does one action and holds what came of it to the laws. spent: it led to another state.
func (x *explorer) try(w *world, n node, a action, before *truth, p past) (after *truth, spent bool, err error) {
	x.r.Transitions++
	if err := a.do(w); err != nil && !isRefusal(err) {
		return nil, false, fmt.Errorf("%s: %w", a.name, err)
	}
	s := step{w: w, before: before, past: p, ranDue: a.due}
	if s.entries, err = w.entriesFrom(before.size); err != nil {
		return nil, false, err
	}
	if quiet(s.entries) && !a.due && !a.last && x.r.Transitions%lookAnyway != 0 {
		return before, false, nil
	}
	if after, err = w.look(); err != nil {
		return nil, false, err
	}
	s.after = after
	for _, check := range checks() {
		if v := check(s); v != nil {
			x.found(n, a, v)
			return after, true, nil
		}
	}
	return after, a.last || after.digest() != before.digest(), nil
}

// lookAnyway is how often the rows are read although the ledger says that none has changed.
const lookAnyway = 10

// quiet reports whether the entries are refusals that say of no row that it changed.
func quiet(entries []ledger.Facts) bool {
	return !slices.ContainsFunc(entries, func(f ledger.Facts) bool { return f.Event != ledger.EventRefused || len(f.Rows) > 0 })
}

// found keeps a violation, unless the search was ended meanwhile: then whatever was read failed.
func (x *explorer) found(n node, a action, v *Violation) {
	if x.ctx.Err() != nil {
		return
	}
	c := Counter{Violation: *v, Policy: x.from.cast.rules.name, Scene: x.scene.name, Rogue: x.rogue.logins}
	for _, s := range append(slices.Clone(n.steps), a) {
		c.Steps = append(c.Steps, s.name)
	}
	x.r.Found = &c
}
