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

// people writes persons with IDs from 1 on.
func (e *engine) people(n int) {
	e.Helper()
	e.put(func(ctx context.Context, p *store.PrivTx) error {
		var errs []error
		for id := range model.ID(n) {
			errs = append(errs, p.PutPerson(ctx, model.Person{ID: id + 1, Name: "somebody"}))
		}
		return errors.Join(errs...)
	})
}

func TestAccountsBelongToPeople(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, now := t.Context(), e.clock.Now()
		e.people(3)
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(
				p.PutPersonAccount(ctx, store.PersonAccount{ID: 11, Person: 1, Account: 101, MappedAt: now, UnmappedAt: now.Add(time.Hour)}),
				p.PutPersonAccount(ctx, store.PersonAccount{ID: 12, Person: 2, Account: 101, MappedAt: now}),
				p.PutPersonAccount(ctx, store.PersonAccount{ID: 13, Person: 1, Account: 102, MappedAt: now}),
				p.PutPersonAccount(ctx, store.PersonAccount{ID: 14, Person: 1, Account: 103, MappedAt: now}))
		})
		for account, want := range map[model.ID]model.ID{101: 2, 102: 1, 103: 1} {
			if person := got[model.ID](e)(e.PersonOfAccount(ctx, account)); person != want {
				t.Errorf("account %d is person %d's, want %d", account, person, want)
			}
		}
		_, err := e.PersonOfAccount(ctx, 104)
		e.wantKind(err, model.KindNotFound)
		e.wantIDs(got[[]model.ID](e)(e.AccountsOfPerson(ctx, 1)), 101, 102, 103)
		e.wantIDs(got[[]model.ID](e)(e.AccountsOfPerson(ctx, 2)), 101)
		e.wantIDs(got[[]model.ID](e)(e.AccountsOfPerson(ctx, 3)))
		var now1, all []model.ID
		for _, l := range got[[]store.PersonAccount](e)(e.LinksOf(ctx, 1)) {
			now1 = append(now1, l.Account)
		}
		for _, l := range got[[]store.PersonAccount](e)(e.LinkedAccounts(ctx)) {
			all = append(all, l.Account)
		}
		e.wantIDs(now1, 102, 103)
		e.wantIDs(all, 101, 102, 103)

		err = e.automatic(func(ctx context.Context, p *store.PrivTx) error {
			return p.PutPersonAccount(ctx, store.PersonAccount{ID: 15, Person: 3, Account: 102, MappedAt: now})
		})
		if err == nil {
			t.Error("an account is two people's at once")
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return p.PutMerge(ctx, store.Merge{Person: 2, Into: 3, At: now})
		})
		e.wantIDs(got[[]model.ID](e)(e.AccountsOfPerson(ctx, 3)), 101)
		e.replay()
	})
}

// TestWhatAMergedEntryDidCountsAsTheOthers holds what is counted by person to counting by human.
func TestWhatAMergedEntryDidCountsAsTheOthers(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, start := t.Context(), e.clock.Now()
		e.people(3)
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(p.PutCharge(ctx, store.Charge{ID: 1, Person: 1, Account: 7, Request: 11, Kind: model.CmdBan, Reach: 5, At: start}),
				p.PutCharge(ctx, store.Charge{ID: 2, Person: 2, Account: 7, Request: 12, Kind: model.CmdBan, Reach: 8, At: start}),
				p.PutCharge(ctx, store.Charge{ID: 3, Person: 1, Account: 7, Request: 13, Kind: model.CmdRestore, At: start}),
				p.PutRequest(ctx, model.Request{ID: 14, State: model.StateVetoed}),
				p.PutVeto(ctx, store.Veto{ID: 4, Request: 14, Person: 1, Case: 9, At: start}),
				p.PutFreeze(ctx, store.Freeze{ID: 5, Scope: store.FreezeAll, StartedBy: 1, StartedAt: start}),
				p.PutLook(ctx, store.Look{ID: 6, Request: 15, Person: 1, At: start}))
		})
		counts := func(person model.ID) [6]int64 {
			before := start.Add(-time.Second)
			n, reach, err := e.Charged(ctx, person, before)
			if err != nil {
				t.Fatal(err)
			}
			of := got[int64](e)
			return [6]int64{n, reach, of(e.UndoneBy(ctx, person, before)), of(e.Vetoes(ctx, person, 9, model.StateVetoed, before)),
				of(e.FreezesBegun(ctx, person, before)), of(e.LooksBy(ctx, person, before))}
		}
		for person, want := range map[model.ID][6]int64{1: {1, 5, 1, 1, 1, 1}, 2: {1, 8, 0, 0, 0, 0}} {
			if n := counts(person); n != want {
				t.Errorf("person %d: %v, want %v", person, n, want)
			}
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(p.PutMerge(ctx, store.Merge{Person: 1, Into: 2, At: start}), p.PutMerge(ctx, store.Merge{Person: 3, Into: 2, At: start}))
		})
		for person, want := range map[model.ID][6]int64{1: {1, 5, 1, 1, 1, 1}, 2: {2, 13, 1, 1, 1, 1}, 3: {0, 0, 0, 0, 0, 0}} {
			if n := counts(person); n != want {
				t.Errorf("person %d, merged: %v, want %v", person, n, want)
			}
		}
		e.wantIDs(got[[]model.ID](e)(e.EntriesOf(ctx, 2)), 1, 3)
		e.wantIDs(got[[]model.ID](e)(e.EntriesOf(ctx, 3)), 2)
		want := []store.Merge{{Person: 1, Into: 2, At: start}, {Person: 3, Into: 2, At: start}}
		if diff := cmp.Diff(want, got[[]store.Merge](e)(e.MergesInto(ctx, 2)), sameRows); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhoHasReportedIsKnownByTheirAccounts(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		e.people(3)
		mine, other, target := e.account("mine"), e.account("other"), e.account("target")
		var filed model.Report
		e.write(func(ctx context.Context, tx *store.Tx) (err error) {
			filed, err = tx.AddReport(ctx, model.Report{ID: tx.NextID(), Reporter: mine, Target: target, CreatedAt: e.tick()})
			return err
		})
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(p.PutPersonAccount(ctx, store.PersonAccount{ID: 11, Person: 1, Account: mine, MappedAt: e.tick(), UnmappedAt: e.tick()}),
				p.PutPersonAccount(ctx, store.PersonAccount{ID: 12, Person: 2, Account: other, MappedAt: e.tick()}),
				p.PutMerge(ctx, store.Merge{Person: 1, Into: 3}))
		})
		check := func(what string, person, onCase, account model.ID, want bool) {
			t.Helper()
			if is := got[bool](e)(e.Reported(t.Context(), person, onCase, account)); is != want {
				t.Errorf("%s: %t", what, is)
			}
		}
		check("on the case", 1, filed.Case, 0, true)
		check("on the account's open case", 1, 0, target, true)
		check("by an entry that was merged", 3, filed.Case, 0, true)
		check("somebody else", 2, filed.Case, target, false)
		check("on another case", 1, filed.Case+1, 0, false)
		check("on another account", 1, 0, other, false)
		e.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.ResolveCase(ctx, filed.Case, model.OutcomeActed, e.tick())
		})
		check("on the account, whose case is resolved", 1, 0, target, false)
		check("on the resolved case", 1, filed.Case, target, true)
	})
}
