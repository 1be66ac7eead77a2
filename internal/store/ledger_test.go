package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestLedgerIsReadInPieces(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx := t.Context()
		head, at, err := e.LedgerHead(ctx)
		if empty, _ := ledger.RootAt(0, nil); err != nil || head != empty || !at.IsZero() {
			t.Errorf("an empty ledger's head is %v at %v (%v)", head, at, err)
		}
		const entries = 21
		for i := range int64(entries) {
			e.put(func(ctx context.Context, p *store.PrivTx) error {
				p.Entry.Private = map[string]string{"reason": fmt.Sprint("reason ", i)}
				return p.PutSetting(ctx, "name", fmt.Sprint(i))
			})
			if head, at, err = e.LedgerHead(ctx); err != nil || head.Size != i+1 || !at.Equal(e.clock.Now()) {
				t.Fatalf("head %v at %v (%v)", head, at, err)
			}
			if now, err := ledger.RootAt(i+1, e.TreeHashes(ctx)); err != nil || now != head {
				t.Errorf("the tree's head is %v (%v), not %v", now, err, head)
			}
			e.tick()
		}
		for _, first := range []int64{0, 20, 21} {
			next := first
			for rec, err := range e.Records(ctx, first) {
				if err != nil || rec.Index != next {
					t.Fatalf("entry %d (%v), want %d", rec.Index, err, next)
				}
				one := got[ledger.Record](e)(e.Record(ctx, next))
				leaf := got[[][]byte](e)(e.Leaves(ctx, next, 1))
				if diff := cmp.Diff(rec, one); diff != "" || string(leaf[0]) != string(rec.Leaf) {
					t.Errorf("entry %d read alone is another: %s, leaf %s", next, diff, leaf)
				}
				next++
			}
			if next != entries {
				t.Errorf("from %d the entries end at %d", first, next)
			}
		}
		if leaves := got[[][]byte](e)(e.Leaves(ctx, 3, 15)); len(leaves) != 15 {
			t.Errorf("%d leaves", len(leaves))
		}
		if _, err := e.Leaves(ctx, 3, entries); err == nil {
			t.Error("leaves that there are not were read")
		}
		_, err = e.Record(ctx, entries)
		e.wantKind(err, model.KindNotFound)
		if private := got[map[string]string](e)(e.PrivateOf(ctx, 7)); private["reason"] != "reason 7" {
			t.Errorf("private part %v", private)
		}
		e.replay()
	})
}

// TestManyHashesAreReadAtOnce asks for more than one statement holds, in no order, some twice.
func TestManyHashesAreReadAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		db := rawDB(t, e.config)
		const n = 3*store.MaxList/2 + 1
		var rows strings.Builder
		for i := range n {
			fmt.Fprintf(&rows, ",(%d, $1)", i)
		}
		if _, err := db.ExecContext(t.Context(), "INSERT INTO tree_hashes (idx, hash) VALUES "+rows.String()[1:], make([]byte, 32)); err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), "UPDATE tree_hashes SET hash = $1 WHERE idx = 700", slices.Repeat([]byte{7}, 32)); err != nil {
			t.Fatal(err)
		}
		indexes := []int64{700}
		for i := int64(n - 1); i >= 0; i-- {
			indexes = append(indexes, i, i/2)
		}
		read := e.TreeHashes(t.Context())
		hashes, err := read.ReadHashes(indexes)
		if err != nil || len(hashes) != len(indexes) {
			t.Fatalf("%d hashes (%v), want %d", len(hashes), err, len(indexes))
		}
		for i, h := range hashes {
			if want := (tlog.Hash{}); (h != want) != (indexes[i] == 700) {
				t.Errorf("hash %d is %v", indexes[i], h)
			}
		}
		if _, err := read.ReadHashes([]int64{1, n}); err == nil {
			t.Error("a hash that there is not was read")
		}
		if hashes, err := read.ReadHashes(nil); len(hashes) != 0 || err != nil {
			t.Errorf("no hashes: %v %v", hashes, err)
		}
	})
}

func TestLogHasOneKeyAndOneOrigin(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx := t.Context()
		if origin := got[string](e)(e.Origin(ctx)); origin != "" {
			t.Errorf("origin %q of a log that was not born", origin)
		}
		_, _, err := e.LogKey(ctx)
		e.wantKind(err, model.KindNotFound)
		set := func() error {
			return e.automatic(func(ctx context.Context, p *store.PrivTx) error {
				if err := p.SetLogKey(ctx, "secret", "public"); err != nil {
					return err
				}
				return p.SetOrigin(ctx, "example.org/log")
			})
		}
		if err := set(); err != nil {
			t.Fatal(err)
		}
		if err := set(); !e.IsConflict(err) {
			t.Errorf("a second key: %v", err)
		}
		secret, public, err := e.LogKey(ctx)
		if secret != "secret" || public != "public" || err != nil || got[string](e)(e.Origin(ctx)) != "example.org/log" {
			t.Errorf("%q %q %v", secret, public, err)
		}
		entry, err := got[ledger.Record](e)(e.Record(ctx, 0)).Open()
		if err != nil || entry.Facts.Origin != "example.org/log" {
			t.Errorf("the first entry has the origin %q (%v)", entry.Facts.Origin, err)
		}
	})
}
