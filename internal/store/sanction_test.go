package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestSanctionsStayUntilTheyAreLifted(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, now := t.Context(), e.clock.Now()
		all := []model.Sanction{
			{ID: 1, Account: 7, Kind: model.SanctionSuspend, Start: now, End: now.Add(time.Hour)}, // comes to its end by itself
			{ID: 2, Account: 8, Kind: model.SanctionLimit, Start: now},
			{ID: 3, Account: 7, Post: 9, Kind: model.SanctionRemovePost, Start: now},
			{ID: 4, Account: 7, Kind: model.SanctionBan, Start: now, LiftedAt: now.Add(time.Minute)},
		}
		strikes := []store.Strike{{ID: 5, Account: 7, Request: 1, Case: 2, Rule: "3", At: now}, {ID: 6, Account: 7, At: now, RetractedAt: now}}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			var errs []error
			for _, s := range all {
				errs = append(errs, p.PutSanction(ctx, s))
			}
			return errors.Join(append(errs, p.PutStrike(ctx, strikes[0]), p.PutStrike(ctx, strikes[1]))...)
		})
		list := got[[]model.Sanction](e)
		for name, c := range map[string]struct{ got, want []model.Sanction }{
			"of one":         {list(e.Sanctions(ctx, 7)), []model.Sanction{all[0], all[2], all[3]}},
			"unlifted":       {list(e.UnliftedSanctions(ctx, 7)), []model.Sanction{all[0], all[2]}},
			"unlifted, all":  {list(e.AllUnliftedSanctions(ctx)), all[:3]},
			"of nobody":      {list(e.Sanctions(ctx, 6)), nil},
			"of nobody, now": {list(e.UnliftedSanctions(ctx, 6)), nil},
		} {
			if diff := cmp.Diff(c.want, c.got, sameRows); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if diff := cmp.Diff(strikes, got[[]store.Strike](e)(e.Strikes(ctx, 7)), sameRows); diff != "" {
			t.Error(diff)
		}
		one, strike := got[model.Sanction](e)(e.Sanction(ctx, 3)), got[store.Strike](e)(e.Strike(ctx, 6))
		if diff := cmp.Diff(all[2], one, sameRows) + cmp.Diff(strikes[1], strike, sameRows); diff != "" {
			t.Error(diff)
		}
		_, err1 := e.Sanction(ctx, 5)
		_, err2 := e.Strike(ctx, 3)
		e.wantKind(err1, model.KindNotFound)
		e.wantKind(err2, model.KindNotFound)
	})
}

func TestSanctionsBetween(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, now := t.Context(), e.clock.Now()
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			var errs []error
			for id, minute := range map[model.ID]int{10: 0, 13: 1, 12: 1, 11: 2, 14: 3} { // their IDs are not in the order of their times
				errs = append(errs, p.PutSanction(ctx, model.Sanction{ID: id, Account: 7, Kind: model.SanctionLimit,
					Start: now.Add(time.Duration(minute) * time.Minute)}))
			}
			return errors.Join(errs...)
		})
		var last model.Sanction
		var ids []model.ID
		for range 3 {
			page := got[[]model.Sanction](e)(e.SanctionsBetween(ctx, now.Add(time.Minute), now.Add(3*time.Minute), last, 2))
			for _, last = range page {
				ids = append(ids, last.ID)
			}
		}
		e.wantIDs(ids, 12, 13, 11)
	})
}

func TestAccountIsStandardUntilAClassIsSet(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, now := t.Context(), e.clock.Now()
		class := got[store.AccountClass](e)
		if c := class(e.ClassOf(ctx, 7)); c != (store.AccountClass{Account: 7, Class: model.ClassStandard}) {
			t.Errorf("got %+v", c)
		}
		rows := []store.AccountClass{
			{Account: 7, Class: model.ClassStandard, LoweredFrom: model.ClassVerified, LoweredAt: now},
			{Account: 8, Class: model.ClassGovernment, Verified: true},
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(p.PutClass(ctx, rows[0]), p.PutClass(ctx, rows[1]))
		})
		for _, want := range rows {
			if c := class(e.ClassOf(ctx, want.Account)); c != want {
				t.Errorf("got %+v, want %+v", c, want)
			}
		}
		if diff := cmp.Diff(rows[1:], got[[]store.AccountClass](e)(e.ProtectedAccounts(ctx))); diff != "" {
			t.Error(diff)
		}
	})
}
