package store_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestReportsGatherOnTheOneOpenCase(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, president := e.account("ann"), e.account("president")
		post := e.post(president, nil)
		file := func(target model.ID) (r model.Report) {
			r = model.Report{ID: e.IDs().Next(), Reporter: ann, Target: target, Posts: []model.ID{post},
				Category: model.ReportSpam, Comment: "again", CreatedAt: e.tick()}
			e.write(func(ctx context.Context, tx *store.Tx) (err error) {
				r, err = tx.AddReport(ctx, r)
				return err
			})
			return r
		}
		first, second := file(president), file(president)
		if first.Case == 0 || first.Case != second.Case {
			t.Fatalf("reports are on cases %d and %d", first.Case, second.Case)
		}
		reports := got[[]model.Report](e)(e.ReportsOn(t.Context(), first.Case, store.Range{Limit: 9}))
		if diff := cmp.Diff([]model.Report{second, first}, reports); diff != "" {
			t.Error(diff)
		}
		c := got[model.Case](e)(e.OpenCase(t.Context(), president))
		want := model.Case{ID: first.Case, Account: president, State: model.CaseOpen, Reports: 2, OpenedAt: first.CreatedAt}
		if diff := cmp.Diff(want, c); diff != "" {
			t.Error(diff)
		}
		resolve := func(ctx context.Context, tx *store.Tx) error { return tx.ResolveCase(ctx, c.ID, e.tick()) }
		e.write(resolve)
		e.wantKind(e.try(resolve), model.KindNotFound)
		third := file(president)
		if third.Case == first.Case {
			t.Error("a report is on a resolved case")
		}
		if r := got[model.Case](e)(e.Case(t.Context(), first.Case)); r.State != model.CaseResolved || r.ResolvedAt.IsZero() {
			t.Errorf("the resolved case is %+v", r)
		}
		open := got[[]model.Case](e)(e.Cases(t.Context(), model.CaseOpen, store.Range{Limit: 9}))
		if len(open) != 1 || open[0].ID != third.Case {
			t.Errorf("open cases are %+v", open)
		}
	})
}

func TestReportsAtOnceOpenOneCase(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, president := e.account("ann"), e.account("president")
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				err := e.try(func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.AddReport(ctx, model.Report{ID: tx.NextID(), Reporter: ann, Target: president})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		open := got[[]model.Case](e)(e.Cases(t.Context(), model.CaseOpen, store.Range{Limit: 9}))
		if len(open) != 1 || open[0].Reports != 20 {
			t.Errorf("open cases are %+v", open)
		}
	})
}
