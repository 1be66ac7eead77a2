package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestAppsCodesAndTokens(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann := e.account("ann")
		app := store.App{ID: e.IDs().Next(), Name: "toot", Website: "https://example.org", RedirectURIs: []string{"a:b", "c:d"},
			Scopes: []string{"read", "write"}, ClientID: "client", SecretHash: []byte{1, 2}, CreatedAt: e.tick()}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddApp(ctx, app) })
		for _, a := range []store.App{got[store.App](e)(e.App(t.Context(), app.ID)),
			got[store.App](e)(e.AppByClientID(t.Context(), "client"))} {
			if diff := cmp.Diff(app, a); diff != "" {
				t.Error(diff)
			}
		}
		code := store.Code{Hash: []byte("code"), App: app.ID, Account: ann, RedirectURI: "a:b", Scopes: []string{"read"},
			Challenge: "ch", ExpiresAt: e.tick()}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddCode(ctx, code) })
		take := func(ctx context.Context, tx *store.Tx) error {
			c, err := tx.TakeCode(ctx, code.Hash)
			if diff := cmp.Diff(code, c); err == nil && diff != "" {
				t.Error(diff)
			}
			return err
		}
		e.write(take)
		e.wantKind(e.try(take), model.KindNotFound)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddCode(ctx, code) })
		e.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.DropExpiredCodes(ctx, code.ExpiresAt.Add(time.Second))
		})
		e.wantKind(e.try(take), model.KindNotFound)

		token := store.Token{Hash: []byte("token"), ID: e.IDs().Next(), App: app.ID, Account: ann,
			Scopes: []string{"read", "write:statuses"}, CreatedAt: e.tick()}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddToken(ctx, token) })
		if diff := cmp.Diff(token, got[store.Token](e)(e.Token(t.Context(), token.Hash))); diff != "" {
			t.Error(diff)
		}
		for _, by := range []model.ID{app.ID + 1, app.ID} {
			_, err := e.Token(t.Context(), token.Hash)
			if err != nil {
				t.Errorf("another app ended the token: %v", err)
			}
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.RemoveToken(ctx, by, token.Hash) })
		}
		_, err := e.Token(t.Context(), token.Hash)
		e.wantKind(err, model.KindNotFound)
	})
}
