package store_test

import (
	"context"
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

// bothKinds are a write of a member and a privileged one, each of which leaves something that can be looked for.
var bothKinds = map[string]struct {
	write func(ctx context.Context, s *store.Store, name string) error
	there func(ctx context.Context, s *store.Store, name string) (bool, error)
}{
	"member": {
		func(ctx context.Context, s *store.Store, name string) error {
			_, err := addAccount(ctx, s, name)
			return err
		},
		func(ctx context.Context, s *store.Store, name string) (bool, error) {
			_, err := s.AccountByHandle(ctx, name)
			if model.KindOf(err) == model.KindNotFound {
				return false, nil
			}
			return err == nil, err
		},
	},
	"privileged": {
		func(ctx context.Context, s *store.Store, name string) error {
			_, err := putSetting(ctx, s, name, "there")
			return err
		},
		func(ctx context.Context, s *store.Store, name string) (bool, error) {
			_, found, err := s.Setting(ctx, name)
			return found, err
		},
	},
}

// ticking is a clock that goes on by a millisecond whenever it is asked.
func ticking() func() time.Time {
	c := testkit.NewClock(time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC))
	return func() time.Time { return c.Advance(time.Millisecond) }
}

// reopened checks a store that was closed and opened again: what must be there is, and the ledger is whole.
func reopened(t *testing.T, c store.Config) *engine {
	t.Helper()
	e := &engine{T: t, Store: openStore(t, c), config: c}
	e.replay()
	return e
}

func TestCommitThatFailsLeavesNothing(t *testing.T) {
	for name, kind := range bothKinds {
		t.Run(name, func(t *testing.T) {
			c := store.Config{Dir: t.TempDir(), Now: ticking()}
			s, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			var broken atomic.Bool
			if err := s.OnCommit(func() bool { return !broken.Load() }); err != nil {
				t.Fatal(err)
			}
			told := 0
			s.Subscribe(func(store.Event) { told++ })
			broken.Store(true)
			var wg sync.WaitGroup
			for i := range 5 {
				wg.Go(func() {
					err := kind.write(t.Context(), s, "lost"+strconv.Itoa(i))
					if model.KindOf(err) != model.KindUnavailable {
						t.Errorf("a write whose commit failed: %v", err)
					}
					if there, err := kind.there(t.Context(), s, "lost"+strconv.Itoa(i)); there || err != nil {
						t.Errorf("a write whose commit failed is there (%v)", err)
					}
				})
			}
			wg.Wait()
			broken.Store(false)
			if told != 0 {
				t.Errorf("%d events were told of writes that failed", told)
			}
			if err := kind.write(t.Context(), s, "kept"); err != nil {
				t.Errorf("a write after the failure: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			e := reopened(t, c)
			for name, want := range map[string]bool{"kept": true, "lost0": false, "lost4": false} {
				if there, err := kind.there(t.Context(), e.Store, name); there != want || err != nil {
					t.Errorf("%s is there: %t (%v)", name, there, err)
				}
			}
		})
	}
}

// TestRowWithoutItsEntryIsNotCommitted writes a privileged row past every method, for an entry that there is not: that
// is found when the group is committed, which is lost with it.
func TestRowWithoutItsEntryIsNotCommitted(t *testing.T) {
	s, c := openEmbedded(t)
	forge := func() error {
		return s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.Exec(t.Context(), "INSERT INTO settings (name, value, leaf) VALUES ('forged', '', 7)")
		})
	}
	if err := forge(); err == nil {
		t.Error("a row was committed without its entry")
	}
	if n := number(t, rawDB(t, c), "SELECT COUNT(*) FROM settings"); n != 0 {
		t.Errorf("%d rows are there", n)
	}
	if _, err := putSetting(t.Context(), s, "good", ""); err != nil {
		t.Errorf("the next write: %v", err)
	}
}

// pages changes how large the embedded database may become, in pages; 0 is as large as it is now.
func pages(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		if n == 0 {
			now, err := tx.Text(t.Context(), "PRAGMA page_count")
			if err != nil {
				return err
			}
			if n, err = strconv.ParseInt(now, 10, 64); err != nil {
				return err
			}
		}
		_, err := tx.Text(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", n))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFullDiskLosesNothing fills the disk while many write at once. SQLite ends a transaction by itself when it finds
// the disk full: whatever was answered as failed must not be there all the same.
func TestFullDiskLosesNothing(t *testing.T) {
	for name, kind := range bothKinds {
		t.Run(name, func(t *testing.T) {
			c := store.Config{Dir: t.TempDir(), Now: ticking()}
			s, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if err := kind.write(t.Context(), s, "first"); err != nil {
				t.Fatal(err)
			}
			pages(t, s, 0)
			release := holdWriter(s)
			const writers = 200
			var kept [writers]bool
			var refused atomic.Int64
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() {
					err := kind.write(t.Context(), s, fill(i))
					if kept[i] = err == nil; !kept[i] {
						refused.Add(1)
					}
					if !kept[i] && model.KindOf(err) != model.KindUnavailable {
						t.Errorf("a write to a full disk: %v", err)
					}
					if there, err := kind.there(t.Context(), s, "first"); !there || err != nil {
						t.Errorf("reading beside a full disk: %t, %v", there, err)
					}
				})
			}
			awaitQueue(t, s, writers)
			if err := release(); err != nil && model.KindOf(err) != model.KindUnavailable {
				t.Error(err)
			}
			wg.Wait()
			if refused.Load() == 0 {
				t.Error("the disk never was full")
			}
			pages(t, s, 1<<30)
			if err := kind.write(t.Context(), s, "last"); err != nil {
				t.Errorf("a write when there is room again: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			e := reopened(t, c)
			for i, want := range kept {
				if there, err := kind.there(t.Context(), e.Store, fill(i)); there != want || err != nil {
					t.Errorf("write %d was kept: %t, is there: %t (%v)", i, want, there, err)
				}
			}
			if there, err := kind.there(t.Context(), e.Store, "last"); !there || err != nil {
				t.Errorf("the last write is there: %t (%v)", there, err)
			}
		})
	}
}

// fill is a name of the greatest length that a handle has.
func fill(i int) string { return fmt.Sprintf("%0*d", model.MaxHandle, i) }
