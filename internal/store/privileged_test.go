package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// counts is how many rows each table has that a privileged transaction writes to.
func (e *engine) counts() map[string]int64 {
	db := rawDB(e.T, e.config)
	n := map[string]int64{"size": number(e.T, db, "SELECT size FROM ledger_head"), "at": number(e.T, db, "SELECT at FROM ledger_head")}
	for _, table := range append(store.PrivilegedTables(), "leaves", "tree_hashes", "feed", "enrolments", "log_key") {
		n[table] = number(e.T, db, "SELECT COUNT(*) FROM "+table)
	}
	return n
}

func TestPrivilegedLeavesNothingWhenItFails(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		rows := rapid.Custom(func(t *rapid.T) drawn { return draw(t, e.IDs()) })
		if err := e.automatic(rows.Example(1).put); err != nil {
			t.Fatal(err)
		}
		before := e.counts()
		var told []store.Event
		e.Subscribe(func(ev store.Event) { told = append(told, ev) })
		failure := errors.New("the test says so")
		for name, fail := range map[string]func(ctx context.Context, p *store.PrivTx) error{
			"error": func(context.Context, *store.PrivTx) error { return failure },
			"panic": func(context.Context, *store.PrivTx) error { panic(failure) },
			"facts": func(_ context.Context, p *store.PrivTx) error { p.Entry.Facts.Event = "never heard of"; return nil },
			"row": func(ctx context.Context, p *store.PrivTx) error {
				return p.PutGrant(ctx, model.RoleGrant{ID: 1, Person: 404})
			},
			"table": func(ctx context.Context, p *store.PrivTx) error { return p.Exec(ctx, "DROP TABLE no_such_table") },
		} {
			err := func() (err error) {
				defer func() {
					if v := recover(); v != nil {
						err = v.(error)
					}
				}()
				return e.automatic(func(ctx context.Context, p *store.PrivTx) error {
					if err := rows.Example(2).put(ctx, p); err != nil {
						t.Error(err)
					}
					return fail(ctx, p)
				})
			}()
			if err == nil || (name == "error" || name == "panic") && !errors.Is(err, failure) {
				t.Errorf("%s: error %v", name, err)
			}
			if diff := cmp.Diff(before, e.counts()); diff != "" || told != nil {
				t.Errorf("%s: told %v, rows: %s", name, told, diff)
			}
		}
		if err := e.automatic(rows.Example(3).put); err != nil {
			t.Errorf("after the failures: %v", err)
		}
		e.replay()
	})
}

func TestPrivilegedRowsReferToTheirEntry(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		rows := rapid.Custom(func(t *rapid.T) drawn { return draw(t, e.IDs()) })
		if err := e.automatic(rows.Example(1).put); err != nil {
			t.Fatal(err)
		}
		db := rawDB(t, e.config)
		for _, table := range store.PrivilegedTables() {
			if n := number(t, db, "SELECT COUNT(*) FROM "+table+" WHERE leaf = 0"); n != 1 {
				t.Errorf("%s has %d rows of entry 0, want 1", table, n)
			}
			for _, leaf := range []string{"1", "NULL"} {
				if _, err := db.ExecContext(t.Context(), "UPDATE "+table+" SET leaf = "+leaf); err == nil {
					t.Errorf("a row of %s refers to entry %s, which there is not", table, leaf)
				}
			}
		}
		if _, err := db.ExecContext(t.Context(), "DELETE FROM leaves"); err == nil {
			t.Error("an entry was deleted that rows refer to")
		}
		e.replay()
	})
}

func TestPrivilegedTellsWhatChanged(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		var told []store.Event
		e.Subscribe(func(ev store.Event) { told = append(told, ev) })
		s := model.Sanction{ID: 1, Account: 7, Kind: model.SanctionSuspend, Request: 9, Start: e.clock.Now(), Leaf: 0}
		if err := e.automatic(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(p.PutSanction(ctx, s), p.PutClass(ctx, store.AccountClass{Account: 8, Class: model.ClassVerified}))
		}); err != nil {
			t.Fatal(err)
		}
		want := []store.Event{{Kind: store.EventSanctions, Account: 7, Sanctions: []model.Sanction{s}},
			{Kind: store.EventClass, Account: 8}, {Kind: store.EventStaff}}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
		told = nil
		s.LiftedAt = e.tick()
		if err := e.automatic(func(ctx context.Context, p *store.PrivTx) error { return p.PutSanction(ctx, s) }); err != nil {
			t.Fatal(err)
		}
		want = []store.Event{{Kind: store.EventSanctions, Leaf: 1, Account: 7}, {Kind: store.EventStaff, Leaf: 1}}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}

// TestPrivilegedWritesHaveOneOrder has many callers at once, of two nodes where there can be two, write entries and
// members' rows.
func TestPrivilegedWritesHaveOneOrder(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		nodes := []*store.Store{e.Store}
		if e.Shared() {
			nodes = append(nodes, openStore(t, store.Config{URL: e.config.URL, Node: 1, Now: e.clock.Now}))
		}
		callers, each := testkit.Size(8, 32), testkit.Size(10, 100)
		var mu sync.Mutex
		var leaves []int64
		var wg sync.WaitGroup
		for _, node := range nodes {
			heard := &heard{}
			node.Subscribe(heard.hear)
			for caller := range callers {
				wg.Go(func() {
					for i := range each {
						e.tick()
						leaf, err := putSetting(t.Context(), node, fmt.Sprint(caller), fmt.Sprint(i))
						if err != nil {
							t.Error(err)
							return
						}
						if !heard.has(leaf) {
							t.Errorf("the events of entry %d were not told when its write returned", leaf)
						}
						mu.Lock()
						leaves = append(leaves, leaf)
						mu.Unlock()
					}
				})
			}
		}
		wg.Wait()
		slices.Sort(leaves)
		for i, leaf := range leaves {
			if leaf != int64(i) {
				t.Fatalf("entries %v are not one after the other", leaves)
			}
		}
		if size := e.replay(); size != int64(len(nodes)*callers*each) {
			t.Errorf("the ledger has %d entries", size)
		}
	})
}

// heard notes the entries whose events were told.
type heard struct{ leaves sync.Map }

func (h *heard) hear(e store.Event)  { h.leaves.Store(e.Leaf, true) }
func (h *heard) has(leaf int64) bool { _, ok := h.leaves.Load(leaf); return ok }

// openStore opens a store that ends with the test.
func openStore(t *testing.T, c store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// putSetting is the smallest privileged write. It gives the entry that says so.
func putSetting(ctx context.Context, s *store.Store, name, value string) (leaf int64, err error) {
	err = s.Privileged(ctx, func(p *store.PrivTx) error {
		p.Entry.Facts.Event, p.Entry.Facts.Kind = ledger.EventAutomatic, model.CmdSetSetting
		leaf = p.Leaf()
		return p.PutSetting(ctx, name, value)
	})
	return leaf, err
}

func TestRowWrittenTwiceInOneEntryIsRecordedOnce(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		for _, values := range [][]string{{"a", "b"}, {"c", "a"}} {
			err := e.automatic(func(ctx context.Context, p *store.PrivTx) error {
				for _, v := range values {
					if err := p.PutSetting(ctx, "name", v); err != nil {
						return err
					}
				}
				if len(p.Rows()) != 1 || p.Rows()[0].Values["value"] != values[1] {
					t.Errorf("recorded %v", p.Rows())
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		e.replay()
	})
}

func TestTimeOfAnEntryIsTakenInItsTurn(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		first, err := putSetting(t.Context(), e.Store, "a", "1")
		if err != nil {
			t.Fatal(err)
		}
		made := e.clock.Now()
		e.tick()
		err = e.automatic(func(_ context.Context, p *store.PrivTx) error {
			if p.Leaf() != first+1 || !p.Previous().Equal(made) || !p.Now().Equal(e.clock.Now()) || p.Head().Size != p.Leaf() {
				t.Errorf("entry %d at %v after %v, head %d", p.Leaf(), p.Now(), p.Previous(), p.Head().Size)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
