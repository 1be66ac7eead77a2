package store_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestChargesAreSummedOverWindows(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, start := t.Context(), e.clock.Now()
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			for i, c := range []store.Charge{
				{Person: 1, Account: 7, Request: 11, Kind: model.CmdBan, Case: 21, Reach: 1 << 40},
				{Person: 2, Account: 7, Request: 11, Kind: model.CmdBan, Case: 21, Reach: 1 << 40},
				{Person: 1, Account: 8, Request: 12, Kind: model.CmdRemovePost, Case: 22, Reach: 5},
				{Person: 1, Account: 7, Request: 13, Kind: model.CmdRestore, Case: 21},
			} {
				c.ID, c.At = p.NextID(), start.Add(time.Duration(i)*time.Hour)
				if err := p.PutCharge(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		for since, want := range map[time.Time][3]int64{
			start.Add(-time.Millisecond):    {2, 1<<40 + 5, 2},
			start:                           {1, 5, 2}, // a window is open where it begins
			start.Add(time.Hour):            {1, 5, 1},
			start.Add(2 * time.Hour):        {0, 0, 0},
			start.Add(1000 * time.Hour * 9): {0, 0, 0},
		} {
			count, reach, err1 := e.Charged(ctx, 1, since)
			requests, err2 := e.Darkenings(ctx, since)
			if got := [3]int64{count, reach, requests}; got != want || err1 != nil || err2 != nil {
				t.Errorf("since %v: %v (%v %v), want %v", since, got, err1, err2, want)
			}
		}
		sum := got[int64](e)
		for i, n := range []int64{sum(e.UndoneBy(ctx, 1, start)), sum(e.UndoneBy(ctx, 1, start.Add(3*time.Hour))), sum(e.UndoneBy(ctx, 2, start)),
			sum(e.UndoneOn(ctx, 7, 21)), sum(e.UndoneOn(ctx, 7, 22)), sum(e.UndoneOn(ctx, 8, 21))} {
			if want := []int64{1, 0, 0, 1, 0, 0}[i]; n != want {
				t.Errorf("undone, question %d: %d, want %d", i, n, want)
			}
		}
	})
}

func TestVetoesAndFreezesAreCounted(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, start := t.Context(), e.clock.Now()
		freezes := []store.Freeze{
			{ID: 1, Scope: store.FreezeAll, StartedBy: 5, StartedAt: start, EndsAt: start.Add(time.Hour)},
			{ID: 2, Scope: store.FreezeProtected, StartedBy: 5, StartedAt: start.Add(time.Hour), ConfirmedBy: 6},
			{ID: 3, Scope: store.FreezeAll, StartedBy: 5, StartedAt: start.Add(2 * time.Hour), EndedAt: start.Add(3 * time.Hour)},
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			for _, f := range freezes {
				if err := p.PutFreeze(ctx, f); err != nil {
					return err
				}
			}
			for i, state := range []model.RequestState{model.StateVetoed, model.StateDeclined, model.StateVetoed} {
				q := model.Request{ID: model.ID(30 + i), State: state}
				if err := p.PutRequest(ctx, q); err != nil {
					return err
				}
				if err := p.PutVeto(ctx, store.Veto{ID: p.NextID(), Request: q.ID, Person: 5, Case: 40, At: start.Add(time.Duration(i) * time.Hour)}); err != nil {
					return err
				}
			}
			return nil
		})
		open := got[[]store.Freeze](e)(e.OpenFreezes(ctx))
		if len(open) != 2 || open[0] != freezes[0] || open[1] != freezes[1] {
			t.Errorf("open are %v", open)
		}
		for i, at := range []time.Time{start, start.Add(time.Hour), start.Add(1000 * time.Hour)} {
			if first, second := open[0].Active(at), open[1].Active(at); first != (i == 0) || !second {
				t.Errorf("at %v: active %t and %t", at, first, second)
			}
		}
		sum := got[int64](e)
		for i, n := range []int64{
			sum(e.Vetoes(ctx, 5, 40, model.StateVetoed, start)), sum(e.Vetoes(ctx, 5, 40, model.StateVetoed, start.Add(time.Millisecond))),
			sum(e.Vetoes(ctx, 5, 40, model.StateDeclined, start)), sum(e.Vetoes(ctx, 5, 41, model.StateVetoed, start)),
			sum(e.Vetoes(ctx, 6, 40, model.StateVetoed, start)),
			sum(e.FreezesBegun(ctx, 5, start.Add(-time.Millisecond))), sum(e.FreezesBegun(ctx, 5, start)), sum(e.FreezesBegun(ctx, 6, time.Time{})),
		} {
			if want := []int64{2, 1, 1, 0, 0, 2, 1, 0}[i]; n != want {
				t.Errorf("question %d: %d, want %d", i, n, want)
			}
		}
	})
}

func TestPolicyPublishedLastIsInForce(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx := t.Context()
		if hash, err := e.PolicyHash(ctx); hash != "" || err != nil {
			t.Errorf("before any: %q %v", hash, err)
		}
		_, err := e.PolicyInForce(ctx)
		e.wantKind(err, model.KindNotFound)
		for _, hash := range []string{"b", "a", "c", "a"} { // publishing an earlier one puts it in force again
			b := store.Policy{Hash: hash, Document: []byte("document " + hash), PublishedAt: e.tick()}
			e.put(func(ctx context.Context, p *store.PrivTx) error { return p.PutPolicy(ctx, b) })
			now := got[store.Policy](e)(e.PolicyInForce(ctx))
			if now.Hash != hash || got[string](e)(e.PolicyHash(ctx)) != hash || !now.PublishedAt.Equal(b.PublishedAt) {
				t.Errorf("in force is %+v, want %s", now, hash)
			}
		}
		if old := got[store.Policy](e)(e.Policy(ctx, "b")); string(old.Document) != "document b" {
			t.Errorf("the first is %+v", old)
		}
		_, err = e.Policy(ctx, "d")
		e.wantKind(err, model.KindNotFound)
	})
}

func TestSettingIsNotSetBeforeItIs(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		if value, found, err := e.Setting(t.Context(), "name"); value != "" || found || err != nil {
			t.Errorf("%q %t %v", value, found, err)
		}
		for _, want := range []string{"", "first", "second"} {
			if _, err := putSetting(t.Context(), e.Store, "name", want); err != nil {
				t.Fatal(err)
			}
			if value, found, err := e.Setting(t.Context(), "name"); value != want || !found || err != nil {
				t.Errorf("%q %t %v, want %q", value, found, err, want)
			}
		}
	})
}

// Settings, policies and charges are listed as they were written, each setting's change is told with all of them.
func TestSettingsAndPoliciesAreListed(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		start := e.clock.Now()
		var told []store.Event
		e.Subscribe(func(ev store.Event) {
			if ev.Kind == store.EventSettings {
				told = append(told, ev)
			}
		})
		e.put(func(ctx context.Context, p *store.PrivTx) error { return p.PutSetting(ctx, "one", "1") })
		e.put(func(ctx context.Context, p *store.PrivTx) error { return p.PutSetting(ctx, "two", "2") })
		for _, hash := range []string{"a", "b", "a"} {
			e.put(func(ctx context.Context, p *store.PrivTx) error {
				return p.PutPolicy(ctx, store.Policy{Hash: hash, Document: []byte(hash), PublishedAt: p.Now()})
			})
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			for i, kind := range []model.CommandKind{model.CmdBan, model.CmdRestore, model.CmdSuspend, model.CmdBan} {
				err := p.PutCharge(ctx, store.Charge{ID: p.NextID(), Person: 1, Account: 7, Request: 11, Kind: kind, Case: 3, Reach: int64(i), At: start.Add(time.Duration(i) * time.Hour)})
				if err != nil {
					return err
				}
			}
			return nil
		})
		all, err := e.Settings(t.Context())
		if want := map[string]string{"one": "1", "two": "2"}; err != nil || !maps.Equal(all, want) {
			t.Errorf("the settings are %v, %v", all, err)
		}
		if len(told) != 2 || !maps.Equal(told[0].Settings, map[string]string{"one": "1"}) || !maps.Equal(told[1].Settings, all) {
			t.Errorf("told was %+v", told)
		}
		policies := got[[]store.Policy](e)(e.Policies(t.Context()))
		if len(policies) != 2 || policies[0].Hash != "a" || policies[1].Hash != "b" || string(policies[1].Document) != "b" || policies[0].Leaf < policies[1].Leaf {
			t.Errorf("the policies are %+v", policies)
		}
		charges := got[[]store.Charge](e)(e.ChargesBetween(t.Context(), start, start.Add(3*time.Hour)))
		if len(charges) != 2 || charges[0].Reach != 0 || charges[1].Kind != model.CmdSuspend || !charges[1].At.Equal(start.Add(2*time.Hour)) || charges[1].Case != 3 {
			t.Errorf("the charges are %+v", charges)
		}
	})
}

// Accounts with many followers are found but for those that are as high already, or were lowered from there.
func TestAccountsToRaise(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		var ids []model.ID
		var accounts []model.Account
		for i, handle := range []string{"none", "few", "verified", "high", "lowered", "again"} {
			ids = append(ids, model.ID(100+i))
			accounts = append(accounts, model.Account{ID: ids[i], Handle: handle, CreatedAt: e.clock.Now()})
		}
		var follows []model.Follow
		for i, a := range ids {
			for j, b := range ids {
				if a != b && j != 1 {
					follows = append(follows, model.Follow{ID: model.ID(1000 + 10*i + j), Follower: a, Followee: b, CreatedAt: e.clock.Now()})
				}
			}
		}
		err := e.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.SeedAccounts(t.Context(), accounts), tx.SeedFollows(t.Context(), follows))
		})
		if err != nil {
			t.Fatal(err)
		}
		e.put(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(p.PutClass(ctx, store.AccountClass{Account: ids[2], Class: model.ClassVerified, Verified: true}),
				p.PutClass(ctx, store.AccountClass{Account: ids[3], Class: model.ClassHighProfile}),
				p.PutClass(ctx, store.AccountClass{Account: ids[4], Class: model.ClassStandard, LoweredFrom: model.ClassGovernment, LoweredAt: e.clock.Now()}),
				p.PutClass(ctx, store.AccountClass{Account: ids[5], Class: model.ClassStandard, LoweredFrom: model.ClassVerified, LoweredAt: e.clock.Now()}))
		})
		list := got[[]model.ID](e)
		if all := list(e.AccountsToRaise(t.Context(), 5, 0, 9)); !slices.Equal(all, []model.ID{ids[0], ids[2], ids[5]}) {
			t.Errorf("to raise are %v", all)
		}
		if some := list(e.AccountsToRaise(t.Context(), 5, ids[0], 1)); !slices.Equal(some, []model.ID{ids[2]}) {
			t.Errorf("the next one is %v", some)
		}
		if none := list(e.AccountsToRaise(t.Context(), 6, 0, 9)); len(none) > 0 {
			t.Errorf("with too few followers: %v", none)
		}
	})
}
