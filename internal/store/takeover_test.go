package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// priv runs a privileged write that must succeed.
func (e *engine) priv(fn func(ctx context.Context, p *store.PrivTx) error) {
	e.Helper()
	if err := e.tryPriv(fn); err != nil {
		e.Fatal(err)
	}
}

func (e *engine) tryPriv(fn func(ctx context.Context, p *store.PrivTx) error) error {
	return e.Privileged(e.Context(), func(p *store.PrivTx) error {
		p.Entry.Facts.Event = ledger.EventExecuted
		return fn(e.Context(), p)
	})
}

func TestAccountPasskeys(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		k := store.AccountPasskey{ID: e.IDs().Next(), Account: ann, Name: "phone", Handle: []byte{1, 2}, PublicKey: []byte{3}, CreatedAt: e.tick()}
		add := func(k store.AccountPasskey) error {
			return e.try(func(ctx context.Context, tx *store.Tx) error { return tx.AddAccountPasskey(ctx, k) })
		}
		if err := add(k); err != nil {
			t.Fatal(err)
		}
		other := k
		other.ID, other.Account = e.IDs().Next(), bob
		e.wantKind(add(other), model.KindConflict)
		for _, got := range []store.AccountPasskey{got[store.AccountPasskey](e)(e.AccountPasskey(t.Context(), k.ID)),
			got[store.AccountPasskey](e)(e.AccountPasskeyByHandle(t.Context(), k.Handle)),
			got[[]store.AccountPasskey](e)(e.AccountPasskeys(t.Context(), ann))[0]} {
			if diff := cmp.Diff(k, got); diff != "" {
				t.Error(diff)
			}
		}
		remove := func(account model.ID) {
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.RemoveAccountPasskey(ctx, account, k.ID) })
		}
		remove(bob)
		if _, err := e.AccountPasskey(t.Context(), k.ID); err != nil {
			t.Errorf("somebody else removed it: %v", err)
		}
		remove(ann)
		_, err := e.AccountPasskey(t.Context(), k.ID)
		e.wantKind(err, model.KindNotFound)
		if err := add(k); err != nil {
			t.Fatal(err)
		}
		e.priv(func(ctx context.Context, p *store.PrivTx) error { return p.RemoveAccountPasskeys(ctx, ann) })
		_, err = e.AccountPasskey(t.Context(), k.ID)
		e.wantKind(err, model.KindNotFound)
	})
}

func TestTakeovers(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann := e.account("Ann")
		one := store.Takeover{ID: e.IDs().Next(), Account: ann, Kind: model.CmdRenameHandle, Request: 7, OldHandle: "Ann", NewHandle: "anna", At: e.tick()}
		e.priv(func(ctx context.Context, p *store.PrivTx) error {
			one.Leaf = p.Leaf()
			if err := p.Rename(ctx, ann, "anna"); err != nil {
				return err
			}
			return p.PutTakeover(ctx, one)
		})
		two := store.Takeover{ID: e.IDs().Next(), Account: ann, Kind: model.CmdResetCredentials, Request: 8, At: e.tick(), HandedAt: e.tick()}
		e.priv(func(ctx context.Context, p *store.PrivTx) error {
			two.Leaf = p.Leaf()
			return p.PutTakeover(ctx, two)
		})
		if diff := cmp.Diff([]store.Takeover{one, two}, got[[]store.Takeover](e)(e.Takeovers(t.Context(), ann))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(two, got[store.Takeover](e)(e.TakeoverBy(t.Context(), 8))); diff != "" {
			t.Error(diff)
		}
		_, err := e.TakeoverBy(t.Context(), 9)
		e.wantKind(err, model.KindNotFound)

		_, err = e.AccountByHandle(t.Context(), "ann")
		e.wantKind(err, model.KindNotFound)
		for handle, want := range map[string]model.ID{"ANN": ann, "anna": ann} {
			if a := got[model.Account](e)(e.AccountCalled(t.Context(), handle)); a.ID != want || a.Handle != "anna" {
				t.Errorf("%s was called by %+v", handle, a)
			}
		}
		_, err = e.AccountCalled(t.Context(), "nobody")
		e.wantKind(err, model.KindNotFound)
		if holder := got[model.ID](e)(e.HolderOf(t.Context(), "aNN")); holder != ann {
			t.Errorf("the handle is held by %d", holder)
		}
		for _, handle := range []string{"ann", "ANNA"} {
			e.wantKind(e.try(func(ctx context.Context, tx *store.Tx) error {
				return tx.AddAccount(ctx, model.Account{ID: tx.NextID(), Handle: handle, CreatedAt: e.clock.Now()})
			}), model.KindConflict)
			_, err := e.AccountByHandle(t.Context(), "ann")
			e.wantKind(err, model.KindNotFound)
		}
		bob := e.account("bob")
		for _, handle := range []string{"ann", "anna"} {
			e.wantKind(e.tryPriv(func(ctx context.Context, p *store.PrivTx) error { return p.Rename(ctx, bob, handle) }), model.KindConflict)
		}
		e.priv(func(ctx context.Context, p *store.PrivTx) error { return p.Rename(ctx, ann, "Ann") })
		if a := got[model.Account](e)(e.AccountByHandle(t.Context(), "ann")); a.ID != ann {
			t.Errorf("renamed back it is %+v", a)
		}
	})
}

func TestEmailIsChanged(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		set := func(account model.ID, email string) (before string, err error) {
			err = e.tryPriv(func(ctx context.Context, p *store.PrivTx) (err error) {
				before, err = p.SetEmail(ctx, account, email)
				return err
			})
			return before, err
		}
		for _, step := range []struct{ email, before string }{{"Ann@example.org", ""}, {"a@example.org", "Ann@example.org"}, {"A@example.org", "a@example.org"}} {
			if before := got[string](e)(set(ann, step.email)); before != step.before {
				t.Errorf("before %s it was %q", step.email, before)
			}
		}
		_, err := set(bob, "a@EXAMPLE.org")
		e.wantKind(err, model.KindConflict)
		if before := got[string](e)(set(bob, "b@example.org")); before != "" {
			t.Errorf("bob had %q", before)
		}
		_, err = set(bob, "a@example.ORG")
		e.wantKind(err, model.KindConflict)
		if c := got[model.Credentials](e)(e.CredentialsByEmail(t.Context(), "a@example.org")); c.Account != ann || c.Email != "A@example.org" {
			t.Errorf("the address leads to %+v", c)
		}
	})
}

func TestResets(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann := e.account("ann")
		add := func(hash string) store.Reset {
			r := store.Reset{Hash: []byte(hash), Account: ann, ExpiresAt: e.tick().Add(time.Hour)}
			e.priv(func(ctx context.Context, p *store.PrivTx) error { return p.AddReset(ctx, r) })
			return r
		}
		r := add("one")
		if diff := cmp.Diff(r, got[store.Reset](e)(e.Reset(t.Context(), r.Hash))); diff != "" {
			t.Error(diff)
		}
		take := func() error {
			return e.try(func(ctx context.Context, tx *store.Tx) error {
				taken, err := tx.TakeReset(ctx, r.Hash)
				if diff := cmp.Diff(r, taken); err == nil && diff != "" {
					t.Error(diff)
				}
				return err
			})
		}
		if err := take(); err != nil {
			t.Fatal(err)
		}
		e.wantKind(take(), model.KindNotFound)
		add("one")
		e.priv(func(ctx context.Context, p *store.PrivTx) error { return p.EndSignIns(ctx, ann) })
		e.wantKind(take(), model.KindNotFound)
		add("one")
		e.clock.Advance(2 * time.Hour)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.DropExpired(ctx, e.clock.Now()) })
		e.wantKind(take(), model.KindNotFound)
	})
}

// TestNoSignInOutlivesTheirEnd has many sign in while everything that the account is signed in with is ended: what they
// were given before is gone, and what they prove from before gives them nothing after.
func TestNoSignInOutlivesTheirEnd(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann := e.account("ann")
		var group sync.WaitGroup
		for i := range 16 {
			group.Go(func() {
				err := e.try(func(ctx context.Context, tx *store.Tx) error {
					if err := tx.HoldEpoch(ctx, ann, 0); err != nil {
						return err
					}
					return tx.AddAccountSession(ctx, store.AccountSession{Hash: []byte{byte(i)}, ID: tx.NextID(), Account: ann,
						CreatedAt: e.clock.Now(), UsedAt: e.clock.Now(), ExpiresAt: e.clock.Now().Add(time.Hour)})
				})
				if err != nil && model.KindOf(err) != model.KindUnauthenticated {
					t.Error(err)
				}
			})
			if i == 8 {
				group.Go(func() {
					e.priv(func(ctx context.Context, p *store.PrivTx) error { return p.EndSignIns(ctx, ann) })
				})
			}
		}
		group.Wait()
		if left := got[[]store.AccountSession](e)(e.AccountSessions(t.Context(), ann, e.clock.Now())); len(left) != 0 {
			t.Errorf("%d sign-ins are left", len(left))
		}
	})
}

func TestOwnerKeys(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		q := model.Request{ID: e.IDs().Next(), Command: model.Command{Kind: model.CmdSignOut, Account: 5, Params: map[string]string{}}, State: model.StatePending,
			Nonce: []byte{1}, Reason: []byte{2}, CreatedAt: e.tick(), ExpiresAt: e.tick()}
		lock := q
		lock.ID, lock.Command.Kind = e.IDs().Next(), model.CmdLock
		key := func(q model.Request, sanction model.ID) model.Key {
			return model.Key{ID: e.IDs().Next(), Request: q.ID, Credential: 9, HeadSize: 3, HeadHash: []byte{7}, ExpiresAt: e.tick(), SignedAt: e.tick(),
				Assertion: model.Assertion{ClientData: []byte("c"), AuthenticatorData: []byte("a"), Signature: []byte("s")},
				Owner:     &model.OwnersKey{Account: 5, Sanction: sanction, PublicKey: []byte{8}, MadeAt: e.tick()}}
		}
		k, lift := key(q, 0), key(lock, 11)
		e.priv(func(ctx context.Context, p *store.PrivTx) error {
			k.Leaf, lift.Leaf = p.Leaf(), p.Leaf()
			for _, q := range []model.Request{q, lock} {
				if err := p.PutRequest(ctx, q); err != nil {
					return err
				}
			}
			for _, k := range []model.Key{k, lift} {
				if err := p.PutKey(ctx, k); err != nil {
					return err
				}
			}
			again, err := store.OwnerKeyOf(p.Rows()[2])
			if diff := cmp.Diff(k, again); err != nil || diff != "" {
				t.Errorf("from the ledger: %v %s", err, diff)
			}
			return nil
		})
		if diff := cmp.Diff([]model.Key{k}, got[[]model.Key](e)(e.KeysOn(t.Context(), q.ID))); diff != "" {
			t.Error(diff)
		}
		if keys := got[[]model.Key](e)(e.KeysOn(t.Context(), lock.ID)); len(keys) != 0 {
			t.Errorf("the lifting of a lock counts as a key on it: %+v", keys)
		}
		size, hash, err := e.NewestSignedHead(t.Context())
		if err != nil || size != 3 || string(hash) != "\x07" {
			t.Errorf("the newest head that was signed is %d %x: %v", size, hash, err)
		}
		if open := got[[]model.Request](e)(e.OpenTakeovers(t.Context(), 5)); len(open) != 1 || open[0].ID != q.ID {
			t.Errorf("the open takeovers are %+v", open)
		}
	})
}
