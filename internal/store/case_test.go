package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func caseIDs(cases []model.Case) (ids []model.ID) {
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestCasesAreFilteredAndOrdered(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		reporter := e.account("ann")
		var cases []model.ID
		var accounts []model.ID
		now := e.clock.Now()
		// Four open ones, with ranks 5, 5, 9, 1, due in turn; then a resolved one, that was late, on the first account.
		late := e.file(reporter, e.account("first"), nil)
		e.write(func(ctx context.Context, tx *store.Tx) error {
			if err := tx.RankCase(ctx, model.Case{ID: late.Case, DueAt: now}); err != nil {
				return err
			}
			return tx.ResolveCase(ctx, late.Case, model.OutcomeActed, now.Add(time.Second))
		})
		accounts = append(accounts, late.Target)
		for i, rank := range []int64{5, 5, 9, 1} {
			if i > 0 {
				accounts = append(accounts, e.account("other"+string(rune('a'+i))))
			}
			r := e.file(reporter, accounts[i], nil)
			cases = append(cases, r.Case)
			e.write(func(ctx context.Context, tx *store.Tx) error {
				if err := tx.AssignCase(ctx, r.Case, model.ID(i%3)); err != nil {
					return err
				}
				return tx.RankCase(ctx, model.Case{ID: r.Case, Rank: rank, DueAt: now.Add(time.Duration(i) * time.Hour),
					Stakes: model.Stakes{Class: model.ClassStandard, Followers: 3}})
			})
		}
		yes, no := true, false
		at := now.Add(90 * time.Minute)
		open := func(f store.CaseFilter) store.CaseFilter { f.State = model.CaseOpen; return f }
		for name, test := range map[string]struct {
			filter store.CaseFilter
			want   []model.ID
		}{
			"all":             {store.CaseFilter{}, []model.ID{cases[3], cases[2], cases[1], cases[0], late.Case}},
			"open":            {open(store.CaseFilter{}), []model.ID{cases[3], cases[2], cases[1], cases[0]}},
			"page":            {open(store.CaseFilter{Before: cases[2], Limit: 1}), []model.ID{cases[1]}},
			"by rank":         {open(store.CaseFilter{ByRank: true}), []model.ID{cases[2], cases[1], cases[0], cases[3]}},
			"a page of those": {open(store.CaseFilter{ByRank: true, Before: cases[1], Limit: 9}), []model.ID{cases[0], cases[3]}},
			"of an account":   {store.CaseFilter{Account: accounts[0]}, []model.ID{cases[0], late.Case}},
			"of nobody":       {open(store.CaseFilter{Assignees: []model.ID{0}}), []model.ID{cases[3], cases[0]}},
			"of either":       {open(store.CaseFilter{Assignees: []model.ID{0, 2}}), []model.ID{cases[3], cases[2], cases[0]}},
			"overdue":         {store.CaseFilter{Overdue: &yes, Now: at}, []model.ID{cases[1], cases[0], late.Case}},
			"not overdue":     {store.CaseFilter{Overdue: &no, Now: at}, []model.ID{cases[3], cases[2]}},
			"all at once":     {open(store.CaseFilter{Account: accounts[1], Assignees: []model.ID{1}, Overdue: &yes, Now: at, ByRank: true}), []model.ID{cases[1]}},
		} {
			if test.filter.Limit == 0 {
				test.filter.Limit = 9
			}
			list := caseIDs(got[[]model.Case](e)(e.Cases(t.Context(), test.filter)))
			if diff := cmp.Diff(test.want, list); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		e.wantIDs(slices.Sorted(slices.Values(got[[]model.ID](e)(e.Assignees(t.Context())))), 1, 2)
		for _, want := range [][]model.ID{{cases[1]}, nil} {
			e.write(func(ctx context.Context, tx *store.Tx) error {
				released, err := tx.ReleaseCases(ctx, 1, 1)
				e.wantIDs(released, want...)
				return err
			})
		}
		e.wantIDs(got[[]model.ID](e)(e.Assignees(t.Context())), 2)
	})
}

func TestCaseIsReopened(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, president := e.account("ann"), e.account("president")
		first := e.file(ann, president, nil)
		reopen := func(ctx context.Context, tx *store.Tx) error { return tx.ReopenCase(ctx, first.Case, e.tick()) }
		resolve := func(id model.ID) {
			e.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.ResolveCase(ctx, id, model.OutcomeActed, e.tick())
			})
		}
		e.wantKind(e.try(reopen), model.KindConflict)
		resolve(first.Case)
		second := e.file(ann, president, nil)
		e.wantKind(e.try(reopen), model.KindConflict)
		resolve(second.Case)
		e.write(reopen)
		c := got[model.Case](e)(e.OpenCase(t.Context(), president))
		if c.ID != first.Case || c.Outcome != "" || !c.ResolvedAt.IsZero() || !c.DueAt.IsZero() || !c.Since.After(c.OpenedAt) {
			t.Errorf("the reopened case is %+v", c)
		}
	})
}

func TestNotesAreKeptInOrder(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		r := e.file(e.account("ann"), e.account("president"), nil)
		var all []model.CaseNote
		for _, kind := range []model.NoteKind{model.NoteText, model.NoteAssigned, model.NoteResolved, model.NoteText} {
			n := model.CaseNote{ID: e.IDs().Next(), Case: r.Case, Kind: kind, Person: 7, To: 8, Outcome: model.OutcomeActed, Text: "ünd", At: e.tick()}
			all = append([]model.CaseNote{n}, all...)
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddNote(ctx, n) })
		}
		if diff := cmp.Diff(all, got[[]model.CaseNote](e)(e.NotesOn(t.Context(), r.Case, store.Range{Limit: 9}))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(all[2:3], got[[]model.CaseNote](e)(e.NotesOn(t.Context(), r.Case, store.Range{Before: all[1].ID, Limit: 1}))); diff != "" {
			t.Error(diff)
		}
		if n := got[int64](e)(e.CountNotes(t.Context(), r.Case, model.NoteText)); n != 2 {
			t.Errorf("%d notes are counted", n)
		}
	})
}

// TestActed: a case was acted on when a sanction or a strike names it.
func TestActed(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann := e.account("ann")
		var cases []model.Case
		for _, handle := range []string{"warned", "suspended", "left"} {
			r := e.file(ann, e.account(handle), nil)
			cases = append(cases, got[model.Case](e)(e.Case(t.Context(), r.Case)))
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			if err := p.PutStrike(ctx, store.Strike{ID: 1, Account: cases[0].Account, Case: cases[0].ID}); err != nil {
				return err
			}
			return p.PutSanction(ctx, model.Sanction{ID: 2, Account: cases[1].Account, Case: cases[1].ID})
		})
		for i, want := range []bool{true, true, false} {
			if done := got[bool](e)(e.Acted(t.Context(), cases[i])); done != want {
				t.Errorf("case %d: acted is %v", i, done)
			}
		}
	})
}

// TestCasesToRank are those whose account's class is another than that which they were ranked with.
func TestCasesToRank(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann := e.account("ann")
		r := e.file(ann, e.account("president"), nil)
		e.wantIDs(got[[]model.ID](e)(e.CasesToRank(t.Context(), 9)), r.Case) // it was never ranked
		rank := func(class model.Class) {
			e.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.RankCase(ctx, model.Case{ID: r.Case, Stakes: model.Stakes{Class: class}})
			})
		}
		rank(model.ClassStandard)
		e.wantIDs(got[[]model.ID](e)(e.CasesToRank(t.Context(), 9)))
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return p.PutClass(ctx, store.AccountClass{Account: r.Target, Class: model.ClassGovernment})
		})
		e.wantIDs(got[[]model.ID](e)(e.CasesToRank(t.Context(), 9)), r.Case)
		rank(model.ClassGovernment)
		e.wantIDs(got[[]model.ID](e)(e.CasesToRank(t.Context(), 9)))
	})
}
