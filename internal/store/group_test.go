package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// openEmbedded opens an embedded store in a new directory.
func openEmbedded(t *testing.T) (*store.Store, store.Config) {
	t.Helper()
	c := store.Config{Dir: t.TempDir(), Now: time.Now}
	return openStore(t, c), c
}

// holdWriter keeps the writer of an embedded store busy, so that writes queue up behind it, until release is called.
// What queued up is then written in one group with the write that held it, whose error release returns.
func holdWriter(s *store.Store) (release func() error) {
	began, end, result := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		result <- s.Write(context.Background(), func(*store.Tx) error {
			close(began)
			<-end
			return nil
		})
	}()
	<-began
	return func() error {
		close(end)
		return <-result
	}
}

// awaitQueue waits until n writes queue up.
func awaitQueue(t *testing.T, s *store.Store, n int) {
	t.Helper()
	testkit.Eventually(t, 30*time.Second, func() error {
		if q := s.Queued(); q != n {
			return fmt.Errorf("%d writes wait, not %d", q, n)
		}
		return nil
	})
}

// addAccount is the smallest write of a member.
func addAccount(ctx context.Context, s *store.Store, handle string) (id model.ID, err error) {
	id = s.IDs().Next()
	return id, s.Write(ctx, func(tx *store.Tx) error {
		return tx.AddAccount(ctx, model.Account{ID: id, Handle: handle, CreatedAt: time.Now()})
	})
}

func TestWritersShareCommits(t *testing.T) {
	s, _ := openEmbedded(t)
	var commits atomic.Int64
	if err := s.OnCommit(func() bool { commits.Add(1); return true }); err != nil {
		t.Fatal(err)
	}
	release := holdWriter(s)
	const writers = 64
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			id, err := addAccount(t.Context(), s, "member"+strconv.Itoa(i))
			if err != nil {
				t.Error(err)
			}
			if _, err := s.Account(t.Context(), id); err != nil {
				t.Errorf("a write that returned is not there: %v", err)
			}
		})
	}
	awaitQueue(t, s, writers)
	if err := release(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if n := commits.Load(); n > 2 {
		t.Errorf("%d commits for %d writes that waited together, want 2 at most", n, writers+1)
	}
	if n := s.Writes(); n != writers+1 {
		t.Errorf("%d writes counted, want %d", n, writers+1)
	}
}

func TestFailureInAGroupUndoesItselfOnly(t *testing.T) {
	s, _ := openEmbedded(t)
	failure := errors.New("the test says so")
	write := func(handle string, end func() error) (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = fmt.Errorf("panic: %w", v.(error))
			}
		}()
		return s.Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.AddAccount(t.Context(), model.Account{ID: tx.NextID(), Handle: handle}); err != nil {
				return err
			}
			return end()
		})
	}
	release := holdWriter(s)
	var wg sync.WaitGroup
	for i, end := range []func() error{
		func() error { return nil },
		func() error { return failure },
		func() error { panic(failure) },
		func() error { return nil },
	} {
		wg.Go(func() {
			err := write("member"+strconv.Itoa(i), end)
			_, there := s.AccountByHandle(t.Context(), "member"+strconv.Itoa(i))
			if fails := i == 1 || i == 2; errors.Is(err, failure) != fails || (there != nil) != fails {
				t.Errorf("write %d: %v, and reading what it wrote: %v", i, err, there)
			}
		})
		awaitQueue(t, s, i+1)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestWriteOfACallerWhoLeftIsNotRun(t *testing.T) {
	s, _ := openEmbedded(t)
	gone, leave := context.WithCancel(t.Context())
	release := holdWriter(s)
	var wg sync.WaitGroup
	wg.Go(func() {
		err := s.Write(gone, func(*store.Tx) error {
			t.Error("a write was run whose caller had left")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	awaitQueue(t, s, 1)
	leave()
	if err := release(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if _, err := addAccount(gone, s, "late"); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who had left before got %v", err)
	}
}

func TestCloseFinishesTheWritesUnderWay(t *testing.T) {
	for name, c := range map[string]store.Config{
		"sqlite":   {Dir: t.TempDir(), Now: time.Now},
		"postgres": {URL: testkit.Postgres(t), Now: time.Now},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			release := holdWriter(s)
			var released atomic.Bool
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := s.Close(); err != nil || !released.Load() {
					t.Errorf("closed (%v), while a write was under way: %t", err, !released.Load())
				}
			})
			time.Sleep(50 * time.Millisecond) // for a Close that does not wait to return
			released.Store(true)
			if err := release(); err != nil {
				t.Errorf("a write that was under way when the store was closed: %v", err)
			}
			wg.Wait()
			if _, err := addAccount(t.Context(), s, "late"); model.KindOf(err) != model.KindUnavailable {
				t.Errorf("a write after the close: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("closing again: %v", err)
			}
		})
	}
}

func TestReadOnlyStoreTakesNoWrites(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		e.account("there")
		c := e.config
		c.ReadOnly = true
		look := openStore(t, c)
		for kind, k := range bothKinds {
			if err := k.write(t.Context(), look, kind); model.KindOf(err) != model.KindUnavailable {
				t.Errorf("%s: %v", kind, err)
			}
		}
		if _, err := look.AccountByHandle(t.Context(), "there"); err != nil {
			t.Error(err)
		}
	})
}
