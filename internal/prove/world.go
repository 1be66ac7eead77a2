package prove

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"keyturn/internal/demo"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
	"keyturn/internal/staff"
	"keyturn/internal/store"
)

const (
	networkURL = "http://localhost:8080"
	deskURL    = "http://localhost:8081"
	file       = "keyturn.db"
)

// begin is when every world begins.
var begin = time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC)

// handles are a world's accounts: one of each class, and a second standard one.
var handles = []string{"president", "newsroom", "astronaut", "uncle", "aunt"}

func bornClasses() []model.Class {
	return []model.Class{model.ClassGovernment, model.ClassHighProfile, model.ClassVerified, model.ClassStandard, model.ClassStandard}
}

// cast is what stays the same in every copy of a world.
type cast struct {
	rules    rulebook
	accounts map[string]model.ID
	posts    map[string][]model.ID
	cases    map[string]model.ID
	rings    map[string]*softkey.Ring // every key ever made; the store says which of them are enrolled
}

// image is a world put away: its database and its moment.
type image struct {
	cast *cast
	db   []byte
	at   time.Time
}

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is an open store with its guard, under a clock that only the explorer moves.
type world struct {
	*cast
	ctx   context.Context
	clock *clock
	store *store.Store
	guard *guard.Guard
	staff *staff.Staff
	told  map[model.ID][]model.ID // what the store's events say is on each account (law 8)
	calls int                     // of the guard
}

// newWorld makes a world in an empty directory.
func newWorld(ctx context.Context, dir string, rules rulebook) (*world, error) {
	w := &world{ctx: ctx, clock: &clock{now: begin}, cast: &cast{rules: rules, accounts: map[string]model.ID{},
		posts: map[string][]model.ID{}, cases: map[string]model.ID{}}}
	if err := w.openStore(dir); err != nil {
		return nil, err
	}
	if err := w.populate(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	classes := map[model.ID]model.Class{}
	for i, class := range bornClasses() {
		classes[w.accounts[handles[i]]] = class
	}
	var err error
	w.rings, err = demo.Born(ctx, w.store, demo.Birth{URL: networkURL, DeskURL: deskURL, Divisor: 1, Now: begin, Classes: classes, Policy: rules.bundle})
	if err == nil {
		for login, ring := range w.rings {
			ring.Authenticators = append(ring.Authenticators, softkey.New(login)) // a spare one, to enrol
		}
		w.rings[novice] = &softkey.Ring{Login: novice, Authenticators: []*softkey.Authenticator{softkey.New(novice)}}
		err = w.openGuard()
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *world) populate() error {
	var accounts []model.Account
	var follows []model.Follow
	for _, handle := range handles {
		w.accounts[handle] = w.store.IDs().Next()
		accounts = append(accounts, model.Account{ID: w.accounts[handle], Handle: handle, CreatedAt: begin})
	}
	for _, follower := range handles[3:] {
		for _, followee := range handles[:4] {
			if follower != followee {
				follows = append(follows, model.Follow{ID: w.store.IDs().Next(), Follower: w.accounts[follower], Followee: w.accounts[followee], CreatedAt: begin})
			}
		}
	}
	return w.store.Write(w.ctx, func(tx *store.Tx) error {
		if err := errors.Join(tx.SeedAccounts(w.ctx, accounts), tx.SeedFollows(w.ctx, follows)); err != nil {
			return err
		}
		for _, handle := range handles {
			for range 2 {
				p := model.Post{ID: tx.NextID(), Account: w.accounts[handle], Text: "a post", Visibility: model.Public, CreatedAt: begin}
				if _, err := tx.AddPost(w.ctx, p, nil); err != nil {
					return err
				}
				w.posts[handle] = append(w.posts[handle], p.ID)
			}
			r, err := tx.AddReport(w.ctx, model.Report{ID: tx.NextID(), Reporter: w.accounts["aunt"], Target: w.accounts[handle],
				Category: model.ReportViolation, CreatedAt: begin})
			if err != nil {
				return err
			}
			w.cases[handle] = r.Case
		}
		return nil
	})
}

// open brings an image to life in a directory, whatever was there before. It opens a second later: IDs are made of the
// time, and a process that starts anew would make the same again.
func (i image) open(ctx context.Context, dir string) (*world, error) {
	for _, name := range []string{file, file + "-wal", file + "-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, file), i.db, 0o600); err != nil {
		return nil, err
	}
	w := &world{ctx: ctx, cast: i.cast, clock: &clock{now: i.at.Add(time.Second)}}
	if err := w.openStore(dir); err != nil {
		return nil, err
	}
	if err := w.openGuard(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// putAway closes the world and returns its image.
func (w *world) putAway(dir string) (image, error) {
	if err := w.close(); err != nil {
		return image{}, err
	}
	db, err := os.ReadFile(filepath.Join(dir, file))
	return image{w.cast, db, w.clock.Now()}, err
}

func (w *world) close() error { return w.store.Close() }

func (w *world) openStore(dir string) (err error) {
	if w.store, err = store.Open(w.ctx, store.Config{Dir: dir, Now: w.clock.Now}); err != nil {
		return fmt.Errorf("opening a world: %w", err)
	}
	return nil
}

func (w *world) openGuard() (err error) {
	if w.guard, err = guard.New(w.ctx, w.store, w.clock.Now, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	w.guard.Knows(w.rules.bundle)
	if w.staff, err = staff.New(w.ctx, staff.Config{Store: w.store, Guard: w.guard, Now: w.clock.Now}); err != nil {
		return err
	}
	return w.listen()
}

// listen keeps what the store tells of sanctions, as the memory of every reader does.
func (w *world) listen() error {
	w.told = map[model.ID][]model.ID{}
	all, err := w.store.AllUnliftedSanctions(w.ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		w.told[s.Account] = append(w.told[s.Account], s.ID)
	}
	var mu sync.Mutex
	w.store.Subscribe(func(e store.Event) {
		if e.Kind != store.EventSanctions {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		w.told[e.Account] = nil
		for _, s := range e.Sanctions {
			w.told[e.Account] = append(w.told[e.Account], s.ID)
		}
		slices.Sort(w.told[e.Account])
	})
	return nil
}
