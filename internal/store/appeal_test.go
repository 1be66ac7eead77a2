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

// appeal files an appeal.
func (e *engine) appeal(account, subject model.ID) model.Appeal {
	e.Helper()
	a := model.Appeal{ID: e.IDs().Next(), Account: account, Subject: subject, Text: "I did not write that", CreatedAt: e.tick()}
	e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddAppeal(ctx, a) })
	return a
}

func TestAppeals(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, ann, bob := t.Context(), e.account("ann"), e.account("bob")
		open, granted, settled, rejected, retracted := e.appeal(ann, 1), e.appeal(ann, 2), e.appeal(bob, 3), e.appeal(ann, 4), e.appeal(bob, 5)
		at := e.tick()
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			granted.Decision = model.AppealDecision{Appeal: granted.ID, Account: ann, Subject: 2, Request: 7, State: model.AppealGranted, At: at}
			rejected.Decision = model.AppealDecision{Appeal: rejected.ID, Account: ann, Subject: 4, Request: 8, State: model.AppealRejected, At: at}
			return errors.Join(p.PutAppealDecision(ctx, granted.Decision), p.PutAppealDecision(ctx, rejected.Decision),
				p.CloseAppeal(ctx, 2), p.CloseAppeal(ctx, 4), p.CloseAppeal(ctx, 404),
				p.PutSanction(ctx, model.Sanction{ID: open.Subject, Account: ann, Kind: model.SanctionLimit, Start: at}),
				p.PutSanction(ctx, model.Sanction{ID: settled.Subject, Account: bob, Kind: model.SanctionLimit, Start: at, LiftedAt: at}),
				p.PutStrike(ctx, store.Strike{ID: retracted.Subject, Account: bob, At: at, RetractedAt: at}))
		})
		granted.ClosedAt, settled.ClosedAt, rejected.ClosedAt, retracted.ClosedAt = at, at, at, at
		list := got[[]model.Appeal](e)
		for state, want := range map[model.AppealState][]model.Appeal{model.AppealOpen: {open}, model.AppealGranted: {granted},
			model.AppealSettled: {retracted, settled}, model.AppealRejected: {rejected}} {
			if diff := cmp.Diff(want, list(e.Appeals(ctx, state, store.Range{Limit: 9})), sameRows); diff != "" {
				t.Errorf("%s: %s", state, diff)
			}
			if s := want[0].State(); s != state {
				t.Errorf("a %s appeal is %s", state, s)
			}
		}
		if diff := cmp.Diff([]model.Appeal{open, granted, rejected}, list(e.AppealsOf(ctx, ann)), sameRows); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(granted, got[model.Appeal](e)(e.Appeal(ctx, granted.ID)), sameRows); diff != "" {
			t.Error(diff)
		}
		_, err := e.Appeal(ctx, 404)
		e.wantKind(err, model.KindNotFound)
		nOpen, made, err := e.AppealsMade(ctx, ann, granted.CreatedAt.Add(-time.Millisecond))
		if err != nil || nOpen != 1 || made != 2 {
			t.Errorf("%d are open and %d were made (%v), want 1 and 2", nOpen, made, err)
		}
		err = e.try(func(ctx context.Context, tx *store.Tx) error {
			return tx.AddAppeal(ctx, model.Appeal{ID: tx.NextID(), Account: ann, Subject: 4, Text: "again", CreatedAt: at})
		})
		if !e.IsConflict(err) {
			t.Errorf("a second appeal against the same: %v", err)
		}
	})
}

func TestReportsOverATime(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, ann, bob := t.Context(), e.account("ann"), e.account("bob")
		from := e.tick()
		file := func(category model.ReportCategory, target model.ID) (c model.ID) {
			e.write(func(ctx context.Context, tx *store.Tx) error {
				r, err := tx.AddReport(ctx, model.Report{ID: tx.NextID(), Reporter: ann, Target: target, Category: category, CreatedAt: e.clock.Now()})
				c = r.Case
				return err
			})
			return c
		}
		for i, minutes := range []time.Duration{1, 3, 8, 4} {
			c := file([]model.ReportCategory{model.ReportSpam, model.ReportLegal, model.ReportSpam, model.ReportOther}[i], bob)
			a := e.appeal(ann, model.ID(10+i))
			e.clock.Advance(minutes * time.Minute)
			e.put(func(ctx context.Context, p *store.PrivTx) error {
				err := p.CloseAppeal(ctx, a.Subject)
				if i < 3 {
					state := []model.AppealState{model.AppealGranted, model.AppealRejected, model.AppealRejected}[i]
					err = errors.Join(err, p.PutAppealDecision(ctx, model.AppealDecision{Appeal: a.ID, Account: ann, Subject: a.Subject, State: state}))
				}
				return err
			})
			e.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.ResolveCase(ctx, c, model.OutcomeActed, e.clock.Now())
			})
			if i == 3 {
				break
			}
			e.tick()
		}
		to := e.tick()
		last := file(model.ReportSpam, bob) // after it
		e.appeal(ann, 99)

		reports := got[map[model.ReportCategory]int64](e)(e.ReportsBetween(ctx, from, to))
		if diff := cmp.Diff(map[model.ReportCategory]int64{model.ReportSpam: 2, model.ReportLegal: 1, model.ReportOther: 1}, reports); diff != "" {
			t.Error(diff)
		}
		before := got[map[model.ReportCategory]int64](e)(e.ReportsBefore(ctx, last, to.Add(-time.Millisecond)))
		after := got[map[model.ReportCategory]int64](e)(e.ReportsBefore(ctx, last, e.clock.Now()))
		if len(before) != 0 || after[model.ReportSpam] != 1 {
			t.Errorf("on the last case there are %v and then %v", before, after)
		}
		opened, resolved, took, err := e.CasesBetween(ctx, from, to)
		if err != nil || opened != 4 || resolved != 4 || took.Round(time.Second) != 3*time.Minute+30*time.Second {
			t.Errorf("%d cases opened, %d resolved in %s, %v", opened, resolved, took, err)
		}
		made, closed, took, err := e.AppealsBetween(ctx, from, to)
		if err != nil || made != 4 || took.Round(time.Second) != 3*time.Minute+30*time.Second {
			t.Errorf("%d appeals in %s, %v", made, took, err)
		}
		if diff := cmp.Diff(map[model.AppealState]int64{model.AppealGranted: 1, model.AppealRejected: 2, model.AppealSettled: 1}, closed); diff != "" {
			t.Error(diff)
		}
		if _, _, took, err := e.CasesBetween(ctx, to, to.Add(time.Hour)); err != nil || took != 0 {
			t.Errorf("of no cases the median is %s, %v", took, err)
		}
		if opened, resolved, took, err := e.CasesBetween(ctx, from, from.Add(61*time.Second)); err != nil || opened != 2 || resolved != 1 || took != time.Minute+time.Millisecond {
			t.Errorf("in the first minute %d opened, %d resolved in %s, %v", opened, resolved, took, err)
		}
	})
}
