package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestAccountSessions(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		add := func(account model.ID, hash string) store.AccountSession {
			s := store.AccountSession{Hash: []byte(hash), ID: e.IDs().Next(), Account: account, Agent: "Firefox",
				CreatedAt: e.tick(), UsedAt: e.tick(), ExpiresAt: e.tick().Add(time.Hour)}
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddAccountSession(ctx, s) })
			return s
		}
		one, two, theirs := add(ann, "one"), add(ann, "two"), add(bob, "theirs")
		want := func(account model.ID, all ...store.AccountSession) {
			t.Helper()
			if diff := cmp.Diff(all, got[[]store.AccountSession](e)(e.AccountSessions(t.Context(), account, e.clock.Now()))); diff != "" {
				t.Error(diff)
			}
		}
		if diff := cmp.Diff(one, got[store.AccountSession](e)(e.AccountSession(t.Context(), one.Hash))); diff != "" {
			t.Error(diff)
		}
		want(ann, two, one)
		one.UsedAt, one.ExpiresAt = e.tick(), e.tick().Add(2*time.Hour)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.UseAccountSession(ctx, one) })
		want(ann, one, two)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndAccountSession(ctx, bob, one.ID) })
		want(ann, one, two)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndAccountSession(ctx, ann, two.ID) })
		want(ann, one)
		two = add(ann, "two")
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndAccountSessions(ctx, ann, one.ID) })
		want(ann, one)
		want(bob, theirs)
		e.clock.Advance(time.Hour)
		want(bob)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.DropExpired(ctx, e.clock.Now()) })
		_, err := e.AccountSession(t.Context(), theirs.Hash)
		e.wantKind(err, model.KindNotFound)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndAccountSessions(ctx, ann, 0) })
		want(ann)
		_ = two
	})
}

func TestEpoch(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann := e.account("ann")
		if n := got[int64](e)(e.Epoch(t.Context(), ann)); n != 0 {
			t.Errorf("a new account's epoch is %d", n)
		}
		_, err := e.Epoch(t.Context(), ann+1)
		e.wantKind(err, model.KindNotFound)
		hold := func(epoch int64) error {
			return e.try(func(ctx context.Context, tx *store.Tx) error { return tx.HoldEpoch(ctx, ann, epoch) })
		}
		if err := hold(0); err != nil {
			t.Error(err)
		}
		e.wantKind(hold(1), model.KindUnauthenticated)
	})
}

func TestAccessOfApps(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		var apps []store.App
		for _, name := range []string{"toot", "tusky"} {
			app := store.App{ID: e.IDs().Next(), Name: name, ClientID: name, CreatedAt: e.tick(), SecretHash: []byte{1}}
			apps = append(apps, app)
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddApp(ctx, app) })
		}
		token := func(app int, account model.ID, hash string) time.Time {
			at := e.tick()
			e.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.AddToken(ctx, store.Token{Hash: []byte(hash), ID: tx.NextID(), App: apps[app].ID, Account: account, CreatedAt: at})
			})
			return at
		}
		first, last := token(0, ann, "a"), token(0, ann, "b")
		other := token(1, ann, "c")
		token(0, bob, "d")
		e.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.AddCode(ctx, store.Code{Hash: []byte("code"), App: apps[0].ID, Account: ann, ExpiresAt: e.clock.Now().Add(time.Hour)})
		})
		all := got[[]store.Access](e)(e.AccessTo(t.Context(), ann, 10))
		if len(all) != 2 || all[0].App.Name != "tusky" || !all[0].First.Equal(other) ||
			all[1].App.Name != "toot" || all[1].Tokens != 2 || !all[1].First.Equal(first) || !all[1].Last.Equal(last) {
			t.Errorf("the apps are %+v", all)
		}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndAccess(ctx, ann, apps[0].ID) })
		if all := got[[]store.Access](e)(e.AccessTo(t.Context(), ann, 10)); len(all) != 1 || all[0].App.Name != "tusky" {
			t.Errorf("after an end the apps are %+v", all)
		}
		_, err := e.Token(t.Context(), []byte("d"))
		if err != nil {
			t.Errorf("another's token was ended: %v", err)
		}
		e.wantKind(e.try(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.TakeCode(ctx, []byte("code"))
			return err
		}), model.KindNotFound)
	})
}
