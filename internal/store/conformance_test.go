package store_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir, os.Getenv(childMode))
	}
	if err := flag.Set("rapid.checks", strconv.Itoa(testkit.Size(20, 1000))); err != nil {
		panic(err)
	}
	testkit.Main(m)
}

// engine is one of the two engines, with an empty store on it.
type engine struct {
	*testing.T
	*store.Store
	config store.Config
	clock  *testkit.Clock
}

// onEach runs a test on both engines: the same calls must have the same results.
func onEach(t *testing.T, test func(t *testing.T, e *engine)) {
	for name, cfg := range map[string]func(t *testing.T) store.Config{
		"sqlite":   func(t *testing.T) store.Config { return store.Config{Dir: t.TempDir()} },
		"postgres": func(t *testing.T) store.Config { return store.Config{URL: testkit.Postgres(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			clock := testkit.NewClock(time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC))
			c := cfg(t)
			c.Now = clock.Now
			s, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, &engine{t, s, c, clock})
		})
	}
}

// write runs a write that must succeed.
func (e *engine) write(fn func(ctx context.Context, tx *store.Tx) error) {
	e.Helper()
	if err := e.try(fn); err != nil {
		e.Fatal(err)
	}
}

func (e *engine) try(fn func(ctx context.Context, tx *store.Tx) error) error {
	return e.Write(e.Context(), func(tx *store.Tx) error { return fn(e.Context(), tx) })
}

// tick moves the clock on, so that the next ID is of a later millisecond.
func (e *engine) tick() time.Time { return e.clock.Advance(time.Millisecond) }

// account makes an account.
func (e *engine) account(handle string) model.ID {
	e.Helper()
	a := model.Account{ID: e.IDs().Next(), Handle: handle, DisplayName: "The " + handle, CreatedAt: e.tick()}
	e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddAccount(ctx, a) })
	return a.ID
}

// post makes a post; with fills in what is not as usual.
func (e *engine) post(account model.ID, with func(*model.Post)) model.ID {
	e.Helper()
	p := model.Post{ID: e.IDs().Next(), Account: account, Text: "hello", Visibility: model.Public, CreatedAt: e.tick()}
	if with != nil {
		with(&p)
	}
	e.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.AddPost(ctx, p, nil)
		return err
	})
	return p.ID
}

// got gives the value of a read that must succeed.
func got[T any](e *engine) func(T, error) T {
	return func(v T, err error) T {
		e.Helper()
		if err != nil {
			e.Fatal(err)
		}
		return v
	}
}

// wantKind checks the kind of an error.
func (e *engine) wantKind(err error, want model.ErrorKind) {
	e.Helper()
	if model.KindOf(err) != want || err == nil {
		e.Errorf("error %v is of kind %q, want %q", err, model.KindOf(err), want)
	}
}

// wantIDs checks a list of IDs.
func (e *engine) wantIDs(got []model.ID, want ...model.ID) {
	e.Helper()
	if !slices.Equal(got, want) {
		e.Errorf("got %v, want %v", got, want)
	}
}

func refersTo(links []store.Link) []model.ID {
	var ids []model.ID
	for _, l := range links {
		ids = append(ids, l.To)
	}
	return ids
}

func postIDs(posts []model.Post) []model.ID {
	var ids []model.ID
	for _, p := range posts {
		ids = append(ids, p.ID)
	}
	return ids
}
