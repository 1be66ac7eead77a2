package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestNotifications(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		tell := func(kind model.NotificationKind) model.Notification {
			n := model.Notification{ID: e.IDs().Next(), Account: ann, From: bob, Kind: kind, CreatedAt: e.tick()}
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddNotification(ctx, n) })
			return n
		}
		one, two, three := tell(model.NotifyFollow), tell(model.NotifyMention), tell(model.NotifyReblog)
		list := func(g store.Range) []model.Notification {
			return got[[]model.Notification](e)(e.Notifications(t.Context(), ann, g))
		}
		if diff := cmp.Diff([]model.Notification{three, two}, list(store.Range{Limit: 2})); diff != "" {
			t.Error(diff)
		}
		remove := func(by model.ID) error {
			return e.try(func(ctx context.Context, tx *store.Tx) error { return tx.RemoveNotification(ctx, by, two.ID) })
		}
		e.wantKind(remove(bob), model.KindNotFound)
		if err := remove(ann); err != nil {
			t.Error(err)
		}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.TakeBackNotification(ctx, one) })
		if diff := cmp.Diff([]model.Notification{three}, list(store.Range{Limit: 9})); diff != "" {
			t.Error(diff)
		}
		for _, id := range []model.ID{two.ID, one.ID} { // the second would go back
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.MarkNotifications(ctx, ann, id) })
		}
		if id := got[model.ID](e)(e.NotificationMark(t.Context(), ann)); id != two.ID {
			t.Errorf("read up to %d, want %d", id, two.ID)
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(p.PutSanction(ctx, model.Sanction{ID: three.ID + 1, Account: ann, Kind: model.SanctionLimit, Start: three.CreatedAt}),
				p.PutStrike(ctx, store.Strike{ID: three.ID - 1, Account: ann, At: two.CreatedAt}),
				p.PutStrike(ctx, store.Strike{ID: three.ID + 2, Account: bob, At: three.CreatedAt}))
		})
		warning := model.Notification{ID: three.ID + 1, Account: ann, From: ann, Kind: model.NotifyWarning, CreatedAt: three.CreatedAt}
		strike := model.Notification{ID: three.ID - 1, Account: ann, From: ann, Kind: model.NotifyWarning, CreatedAt: two.CreatedAt}
		for _, c := range []struct {
			of   store.Range
			want []model.Notification
		}{
			{store.Range{Limit: 9}, []model.Notification{warning, three, strike}},
			{store.Range{Limit: 2}, []model.Notification{warning, three}},
			{store.Range{Before: warning.ID, After: strike.ID, Limit: 9}, []model.Notification{three}},
			{store.Range{After: strike.ID, Up: true, Limit: 1}, []model.Notification{three}},
		} {
			if diff := cmp.Diff(c.want, list(c.of)); diff != "" {
				t.Errorf("%+v: %s", c.of, diff)
			}
		}
		putAway := func(by, id model.ID) error {
			return e.try(func(ctx context.Context, tx *store.Tx) error { return tx.RemoveNotification(ctx, by, id) })
		}
		e.wantKind(putAway(bob, strike.ID), model.KindNotFound)
		if err := putAway(ann, strike.ID); err != nil {
			t.Error(err)
		}
		e.wantKind(putAway(ann, strike.ID), model.KindNotFound)
		if diff := cmp.Diff([]model.Notification{warning, three}, list(store.Range{Limit: 9})); diff != "" {
			t.Error(diff)
		}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.ClearNotifications(ctx, ann) })
		if left := list(store.Range{Limit: 9}); len(left) != 0 {
			t.Errorf("%v is left", left)
		}
	})
}
