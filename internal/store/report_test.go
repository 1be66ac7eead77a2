package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// file files a report; with fills in what is not as usual.
func (e *engine) file(reporter, target model.ID, with func(*model.Report)) (r model.Report) {
	e.Helper()
	r, err := e.tryFile(reporter, target, with)
	if err != nil {
		e.Fatal(err)
	}
	return r
}

func (e *engine) tryFile(reporter, target model.ID, with func(*model.Report)) (filed model.Report, err error) {
	e.Helper()
	r := model.Report{ID: e.IDs().Next(), Reporter: reporter, Target: target, Category: model.ReportSpam, Weight: model.FullWeight,
		CreatedAt: e.tick()}
	if with != nil {
		with(&r)
	}
	err = e.try(func(ctx context.Context, tx *store.Tx) (err error) {
		filed, err = tx.AddReport(ctx, r)
		return err
	})
	return filed, err
}

func TestReportsGatherOnTheOneOpenCase(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, ben, president := e.account("ann"), e.account("ben"), e.account("president")
		post := e.post(president, nil)
		about := func(r *model.Report) { r.Posts, r.Comment = []model.ID{post, post}, "again" }
		first, second := e.file(ann, president, about), e.file(ben, president, about)
		if first.Case == 0 || first.Case != second.Case || len(first.Posts) != 1 || first.Filed != 1 {
			t.Fatalf("the reports are %+v and %+v", first, second)
		}
		reports := got[[]model.Report](e)(e.ReportsOn(t.Context(), first.Case, store.Range{Limit: 9}))
		if diff := cmp.Diff([]model.Report{second, first}, reports); diff != "" {
			t.Error(diff)
		}
		c := got[model.Case](e)(e.OpenCase(t.Context(), president))
		want := model.Case{ID: first.Case, Account: president, State: model.CaseOpen, Reports: 2, OpenedAt: first.CreatedAt,
			Since: first.CreatedAt, Rank: -first.CreatedAt.UnixMilli(), Stakes: model.Stakes{Full: 200, Spam: 200}}
		if diff := cmp.Diff(want, c); diff != "" {
			t.Error(diff)
		}
		resolve := func(ctx context.Context, tx *store.Tx) error {
			return tx.ResolveCase(ctx, c.ID, model.OutcomeNoAction, e.tick())
		}
		e.write(resolve)
		e.wantKind(e.try(resolve), model.KindNotFound)
		third := e.file(ann, president, about)
		if third.Case == first.Case || third.ID == first.ID {
			t.Error("a report is on a resolved case")
		}
		if r := got[model.Case](e)(e.Case(t.Context(), first.Case)); r.State != model.CaseResolved || r.ResolvedAt.IsZero() || r.Outcome != model.OutcomeNoAction {
			t.Errorf("the resolved case is %+v", r)
		}
		open := got[[]model.Case](e)(e.Cases(t.Context(), store.CaseFilter{State: model.CaseOpen, Limit: 9}))
		if len(open) != 1 || open[0].ID != third.Case {
			t.Errorf("open cases are %+v", open)
		}
	})
}

// TestReportsOfOneMemberAreOne: they are added to, and weigh what the first one weighed.
func TestReportsOfOneMemberAreOne(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, president := e.account("ann"), e.account("president")
		a, b := e.post(president, nil), e.post(president, nil)
		light := func(r *model.Report) {
			r.Posts, r.Comment, r.Weight, r.Doubts = []model.ID{a}, "rude", model.LightWeight-1, "new"
		}
		first := e.file(ann, president, light)
		e.file(ann, president, light)
		again := e.file(ann, president, func(r *model.Report) {
			r.Posts, r.Comment, r.Category = []model.ID{b, a}, "and illegal", model.ReportLegal
		})
		want := first
		want.Posts, want.Comment, want.Category, want.Filed = []model.ID{a, b}, "rude\n\nand illegal", model.ReportLegal, 3
		if diff := cmp.Diff(want, again); diff != "" {
			t.Error(diff)
		}
		e.file(ann, president, nil) // a milder category takes nothing back
		reports := got[[]model.Report](e)(e.ReportsOn(t.Context(), first.Case, store.Range{Limit: 9}))
		want.Filed = 4
		if diff := cmp.Diff([]model.Report{want}, reports); diff != "" {
			t.Error(diff)
		}
		c := got[model.Case](e)(e.Case(t.Context(), first.Case))
		if diff := cmp.Diff(model.Stakes{Light: 49, Legal: 49}, c.Stakes); diff != "" || c.Reports != 1 {
			t.Errorf("%d reports %s", c.Reports, diff)
		}
		kept := got[[]model.Evidence](e)(e.Evidence(t.Context(), first.Case, store.Range{Limit: 9}))
		if len(kept) != 2 || kept[0].Named != 1 || kept[1].Named != 1 {
			t.Errorf("the evidence is %+v", kept)
		}
	})
}

func TestReportsAtOnceOpenOneCase(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		president := e.account("president")
		var reporters []model.ID
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
			id := e.account("reporter_" + name)
			reporters = append(reporters, id, id) // each files twice at once
		}
		var wg sync.WaitGroup
		for _, reporter := range reporters {
			r := model.Report{ID: e.IDs().Next(), Reporter: reporter, Target: president, Weight: 60, Category: model.ReportViolation}
			wg.Go(func() {
				err := e.try(func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.AddReport(ctx, r)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		open := got[[]model.Case](e)(e.Cases(t.Context(), store.CaseFilter{State: model.CaseOpen, Limit: 9}))
		if len(open) != 1 || open[0].Reports != 10 || open[0].Stakes != (model.Stakes{Full: 600, Violation: 600}) {
			t.Errorf("open cases are %+v", open)
		}
	})
}

func TestReporterRecord(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, ben := e.account("ann"), e.account("ben")
		outcomes := []model.CaseOutcome{model.OutcomeNoAction, model.OutcomeActed, model.OutcomeNoAction, model.OutcomeNone}
		var since time.Time
		for i, outcome := range outcomes {
			r := e.file(ann, e.account("target"+string(rune('a'+i))), nil)
			if outcome != model.OutcomeNone {
				e.write(func(ctx context.Context, tx *store.Tx) error { return tx.ResolveCase(ctx, r.Case, outcome, e.tick()) })
			}
			if i == 1 {
				since = r.CreatedAt
			}
		}
		record := func(who model.ID, most int) store.Record {
			return got[store.Record](e)(e.ReporterRecord(t.Context(), who, since, most))
		}
		if r := record(ann, 9); r != (store.Record{Held: 1, NotHeld: 2, Recent: 2}) {
			t.Errorf("the record is %+v", r)
		}
		if r := record(ann, 2); r != (store.Record{NotHeld: 1, Recent: 2}) {
			t.Errorf("the newest two are %+v", r)
		}
		if r := record(ben, 9); r != (store.Record{}) {
			t.Errorf("somebody who never reported has %+v", r)
		}
	})
}
