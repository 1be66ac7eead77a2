package store_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestAccountIsReadAsItWasWritten(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		want := model.Account{ID: e.IDs().Next(), Handle: "NewsRoom", DisplayName: "Ñews", Note: "all the\nnews", Bot: true,
			Locked: true, CreatedAt: e.tick(), Class: model.ClassStandard}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddAccount(ctx, want) })
		for _, a := range []model.Account{
			got[model.Account](e)(e.Account(t.Context(), want.ID)),
			got[model.Account](e)(e.AccountByHandle(t.Context(), "newsROOM")),
			got[[]model.Account](e)(e.Accounts(t.Context(), []model.ID{want.ID, 7}))[0],
			got[[]model.Account](e)(e.AccountsNamed(t.Context(), []string{"nobody", "NEWSROOM", "x"}))[0],
		} {
			if diff := cmp.Diff(want, a); diff != "" {
				t.Error(diff)
			}
		}
		want.DisplayName, want.Note, want.Locked, want.Bot = "News", "", false, false
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.SetProfile(ctx, want) })
		if diff := cmp.Diff(want, got[model.Account](e)(e.Account(t.Context(), want.ID))); diff != "" {
			t.Error(diff)
		}
		_, err := e.Account(t.Context(), 7)
		e.wantKind(err, model.KindNotFound)
	})
}

func TestHandlesAndEmailsAreUniqueWithoutRegardToCase(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		first := e.account("President")
		err := e.try(func(ctx context.Context, tx *store.Tx) error {
			return tx.AddAccount(ctx, model.Account{ID: tx.NextID(), Handle: "presidenT", CreatedAt: e.tick()})
		})
		e.wantKind(err, model.KindConflict)
		second := e.account("resident")
		e.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.AddCredentials(ctx, model.Credentials{Account: first, Email: "P@example.org", PasswordHash: "h"})
		})
		err = e.try(func(ctx context.Context, tx *store.Tx) error {
			return tx.AddCredentials(ctx, model.Credentials{Account: second, Email: "p@EXAMPLE.org"})
		})
		e.wantKind(err, model.KindConflict)
		want := model.Credentials{Account: first, Email: "P@example.org", PasswordHash: "h"}
		for _, c := range []model.Credentials{
			got[model.Credentials](e)(e.Credentials(t.Context(), first)),
			got[model.Credentials](e)(e.CredentialsByEmail(t.Context(), "p@example.ORG")),
			got[model.Credentials](e)(e.CredentialsByAccountHandle(t.Context(), "PRESIDENT")),
		} {
			if c != want {
				t.Errorf("got %+v, want %+v", c, want)
			}
		}
		_, err = e.CredentialsByAccountHandle(t.Context(), "resident")
		e.wantKind(err, model.KindNotFound)
	})
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		taken := e.account("taken")
		id := e.IDs().Next()
		err := e.try(func(ctx context.Context, tx *store.Tx) error {
			if err := tx.AddAccount(ctx, model.Account{ID: id, Handle: "fresh"}); err != nil {
				return err
			}
			if _, err := tx.Account(ctx, id); err != nil {
				t.Errorf("a transaction does not read what it wrote: %v", err)
			}
			return tx.AddAccount(ctx, model.Account{ID: taken + 1, Handle: "taken"})
		})
		e.wantKind(err, model.KindConflict)
		_, err = e.Account(t.Context(), id)
		e.wantKind(err, model.KindNotFound)
	})
}

func TestClassComesFromThePrivilegedRow(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		id := e.account("president")
		var told []store.Event
		e.Subscribe(func(ev store.Event) { told = append(told, ev) })
		err := e.Privileged(t.Context(), func(p *store.PrivTx) error {
			p.Entry.Facts.Event, p.Entry.Facts.Kind = ledger.EventExecuted, model.CmdSetClass
			return p.PutClass(t.Context(), store.AccountClass{Account: id, Class: model.ClassGovernment, Verified: true})
		})
		if err != nil {
			t.Fatal(err)
		}
		a := got[model.Account](e)(e.Account(t.Context(), id))
		if a.Class != model.ClassGovernment || !a.Verified {
			t.Errorf("the account is %s, verified %t", a.Class, a.Verified)
		}
		if len(told) == 0 || told[0].Kind != store.EventClass || told[0].Account != id {
			t.Errorf("told %+v", told)
		}
	})
}

func TestAccountsAreFoundByPrefix(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ids := map[string]model.ID{}
		for _, h := range []string{"ann", "Ann_b", "anna", "anz", "bob", "an"} {
			ids[h] = e.account(h)
		}
		handles := func(list []model.Account) (out []string) {
			for _, a := range list {
				out = append(out, a.Handle)
			}
			return out
		}
		all := got[[]model.Account](e)(e.AccountsByHandle(t.Context(), "ANN", "", 10))
		if diff := cmp.Diff([]string{"ann", "Ann_b", "anna"}, handles(all)); diff != "" {
			t.Error(diff)
		}
		rest := got[[]model.Account](e)(e.AccountsByHandle(t.Context(), "ann", "ann", 1))
		if diff := cmp.Diff([]string{"Ann_b"}, handles(rest)); diff != "" {
			t.Error(diff)
		}
		named := got[[]model.Account](e)(e.AccountsByName(t.Context(), "the AN", model.Account{}, 2))
		if diff := cmp.Diff([]string{"an", "ann"}, handles(named)); diff != "" {
			t.Error(diff)
		}
		more := got[[]model.Account](e)(e.AccountsByName(t.Context(), "the an", named[1], 9))
		if diff := cmp.Diff([]string{"Ann_b", "anna", "anz"}, handles(more)); diff != "" {
			t.Error(diff)
		}
	})
}
