package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestAccountsAreListedByWhatIsOnThem(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		var ids []model.ID
		for _, handle := range []string{"Anna", "anton", "berta", "carl", "dora"} {
			ids = append(ids, e.account(handle))
		}
		e.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetProfile(ctx, model.Account{ID: ids[2], DisplayName: "ANTONIA"})
		})
		anna, anton, berta, carl, dora := ids[0], ids[1], ids[2], ids[3], ids[4]
		now, post := e.clock.Now(), e.post(carl, nil)
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			for _, s := range []model.Sanction{
				{ID: 1, Account: anna, Kind: model.SanctionSuspend, Start: now},
				{ID: 2, Account: anna, Kind: model.SanctionLimit, Start: now},
				{ID: 3, Account: anton, Kind: model.SanctionBan, Start: now, LiftedAt: now},
				{ID: 4, Account: berta, Kind: model.SanctionLimit, Start: now, End: now.Add(time.Hour)},
				{ID: 5, Account: carl, Kind: model.SanctionRemovePost, Post: post, Start: now},
			} {
				if err := p.PutSanction(ctx, s); err != nil {
					return err
				}
			}
			return nil
		})
		suspend, limit := []model.SanctionKind{model.SanctionSuspend, model.SanctionBan}, []model.SanctionKind{model.SanctionLimit}
		removed := []model.SanctionKind{model.SanctionRemovePost}
		for what, tt := range map[string]struct {
			f    store.AccountFilter
			want []model.ID
		}{
			"all":                 {store.AccountFilter{}, []model.ID{dora, carl, berta, anton, anna}},
			"handle":              {store.AccountFilter{HandlePrefix: "AN"}, []model.ID{anton, anna}},
			"name":                {store.AccountFilter{NamePrefix: "anton"}, []model.ID{berta}},
			"suspended":           {store.AccountFilter{Under: [][]model.SanctionKind{suspend}}, []model.ID{anna}},
			"limited":             {store.AccountFilter{Under: [][]model.SanctionKind{limit}}, []model.ID{berta, anna}},
			"both":                {store.AccountFilter{Under: [][]model.SanctionKind{suspend, limit}}, []model.ID{anna}},
			"an hour later":       {store.AccountFilter{Under: [][]model.SanctionKind{limit}, At: now.Add(time.Hour)}, []model.ID{anna}},
			"not suspended":       {store.AccountFilter{NotUnder: suspend}, []model.ID{dora, carl, berta, anton}},
			"one post":            {store.AccountFilter{Under: [][]model.SanctionKind{removed}}, nil},
			"among":               {store.AccountFilter{Among: []model.ID{dora, anna, 99}}, []model.ID{dora, anna}},
			"among, by all of it": {store.AccountFilter{Among: []model.ID{dora, anna}, HandlePrefix: "a", Under: [][]model.SanctionKind{limit}, NotUnder: removed}, []model.ID{anna}},
		} {
			if tt.f.At.IsZero() {
				tt.f.At = now
			}
			list := got[[]model.Account](e)(e.AccountList(t.Context(), tt.f, store.Range{Limit: 10}))
			var found []model.ID
			for _, a := range list {
				found = append(found, a.ID)
			}
			if !slices.Equal(found, tt.want) {
				t.Errorf("%s: %v, want %v", what, found, tt.want)
			}
		}
		page := got[[]model.Account](e)(e.AccountList(t.Context(), store.AccountFilter{HandlePrefix: "a", At: now}, store.Range{After: anna, Up: true, Limit: 1}))
		if len(page) != 1 || page[0].ID != anton {
			t.Errorf("the page above @anna is %+v", page)
		}
		var on []model.ID
		for _, s := range got[[]model.Sanction](e)(e.UnliftedSanctionsOn(t.Context(), []model.ID{anna, anton, carl})) {
			on = append(on, s.ID)
		}
		e.wantIDs(on, 1, 2, 5)
		if none := got[[]model.Sanction](e)(e.UnliftedSanctionsOn(t.Context(), nil)); none != nil {
			t.Errorf("on no account: %v", none)
		}
	})
}

func TestReportsAreListed(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		a, b, c := e.account("a"), e.account("b"), e.account("c")
		var all []model.Report
		for _, pair := range [][2]model.ID{{a, c}, {b, c}, {a, b}} {
			e.write(func(ctx context.Context, tx *store.Tx) error {
				r, err := tx.AddReport(ctx, model.Report{ID: tx.NextID(), Reporter: pair[0], Target: pair[1], Category: model.ReportSpam, CreatedAt: e.tick()})
				all = append(all, r)
				return err
			})
		}
		e.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.ResolveCase(ctx, all[2].Case, model.OutcomeActed, e.tick())
		})
		for what, tt := range map[string]struct {
			f    store.ReportFilter
			want []model.ID
		}{
			"all":      {store.ReportFilter{}, []model.ID{all[2].ID, all[1].ID, all[0].ID}},
			"reporter": {store.ReportFilter{Reporter: a}, []model.ID{all[2].ID, all[0].ID}},
			"target":   {store.ReportFilter{Target: c}, []model.ID{all[1].ID, all[0].ID}},
			"open":     {store.ReportFilter{State: model.CaseOpen}, []model.ID{all[1].ID, all[0].ID}},
			"resolved": {store.ReportFilter{State: model.CaseResolved, Target: b, Reporter: a}, []model.ID{all[2].ID}},
			"nothing":  {store.ReportFilter{State: model.CaseResolved, Target: c}, nil},
		} {
			var found []model.ID
			for _, r := range got[[]model.Report](e)(e.ReportList(t.Context(), tt.f, store.Range{Limit: 10})) {
				found = append(found, r.ID)
			}
			if !slices.Equal(found, tt.want) {
				t.Errorf("%s: %v, want %v", what, found, tt.want)
			}
		}
		e.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.SetReportCategory(ctx, all[0], model.ReportViolation)
		})
		if r := got[model.Report](e)(e.Report(t.Context(), all[0].ID)); r.Category != model.ReportViolation || r.Reporter != a {
			t.Errorf("the report is %+v", r)
		}
		_, err := e.Report(t.Context(), 1)
		e.wantKind(err, model.KindNotFound)
		if c := got[model.Case](e)(e.Case(t.Context(), all[0].Case)); c.Stakes.Violation != all[0].Weight || c.Stakes.Spam != all[1].Weight {
			t.Errorf("the case's weights are %+v", c.Stakes)
		}
		e.write(func(ctx context.Context, tx *store.Tx) error {
			for i, person := range []model.ID{5, 6} {
				n := model.CaseNote{ID: tx.NextID(), Case: all[i].Case, Kind: model.NoteResolved, Person: person, At: e.tick()}
				if err := tx.AddNote(ctx, n); err != nil {
					return err
				}
			}
			return nil
		})
		by := got[map[model.ID]model.ID](e)(e.Resolvers(t.Context(), []model.ID{all[0].Case, all[2].Case}))
		if len(by) != 1 || by[all[0].Case] != 6 {
			t.Errorf("the cases were resolved by %v", by)
		}
		if cases := got[[]model.Case](e)(e.CasesByID(t.Context(), []model.ID{all[0].Case, all[2].Case, 1})); len(cases) != 2 {
			t.Errorf("the cases are %+v", cases)
		}
		if none := got[[]model.Case](e)(e.CasesByID(t.Context(), nil)); none != nil {
			t.Errorf("no cases are %+v", none)
		}
	})
}
