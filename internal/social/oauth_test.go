package social_test

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

func (w *world) app(scopes ...string) (social.App, string) {
	w.Helper()
	app, secret, err := w.net.RegisterApp(w.ctx, social.App{Name: "toot", RedirectURIs: []string{social.OutOfBand, "toot://cb"}, Scopes: scopes})
	w.ok(err)
	return app, secret
}

func TestRegisterApp(t *testing.T) {
	w := newWorld(t)
	app, secret := w.app("read", "write", "read")
	got := must[social.App](w)(w.net.AuthenticateApp(w.ctx, app.ClientID, secret))
	if got.ID != app.ID || !slices.Equal(got.Scopes, []string{"read", "write"}) || !slices.Equal(got.RedirectURIs, app.RedirectURIs) {
		t.Errorf("the app is %+v", got)
	}
	for id, secret := range map[string]string{app.ClientID: secret + "x", "unknown": secret, "\xff": ""} {
		_, err := w.net.AuthenticateApp(w.ctx, id, secret)
		w.wantKind(err, model.KindUnauthenticated)
	}
	for field, bad := range map[string]social.App{
		"client_name":   {RedirectURIs: []string{"a:b"}},
		"redirect_uris": {Name: "x"},
		"website":       {Name: "x", RedirectURIs: []string{"a:b"}, Website: "javascript:alert(1)"},
		"scopes":        {Name: "x", RedirectURIs: []string{"a:b"}, Scopes: []string{"root"}},
	} {
		_, _, err := w.net.RegisterApp(w.ctx, bad)
		w.wantField(err, model.KindInvalid, field)
	}
	for _, uri := range []string{"javascript:alert(1)", "/relative", "https://x.org/#frag", "https://", "a b:c", "data:text/html,x", "h\nx:y"} {
		_, _, err := w.net.RegisterApp(w.ctx, social.App{Name: "x", RedirectURIs: []string{uri}})
		w.wantField(err, model.KindInvalid, "redirect_uris")
	}
}

func TestACodeGivesOneToken(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann")
	app, _ := w.app("read", "write")
	verifier := "a-verifier-that-is-long-enough-to-be-a-good-one"
	sum := sha256.Sum256([]byte(verifier))
	grant := social.Grant{App: app, By: social.Proof{Account: ann}, RedirectURI: "toot://cb", Scopes: []string{"read", "write:statuses"},
		Challenge: base64.RawURLEncoding.EncodeToString(sum[:])}
	issue := func() string { return must[string](w)(w.net.AuthorizeApp(w.ctx, grant)) }
	exchange := func(app social.App, code, uri, verifier string) error {
		_, err := w.net.ExchangeCode(w.ctx, app, code, uri, verifier)
		return err
	}
	code := issue()
	token := must[social.Token](w)(w.net.ExchangeCode(w.ctx, app, code, "toot://cb", verifier))
	w.wantField(exchange(app, code, "toot://cb", verifier), model.KindInvalid, "code")
	got := must[social.Token](w)(w.net.TokenOf(w.ctx, token.Token))
	if got.Account != ann || got.App.ID != app.ID || !slices.Equal(got.Scopes, grant.Scopes) || got.Token != "" {
		t.Errorf("the token is for %+v", got)
	}
	other, _ := w.app("read")
	for _, try := range []func(code string) error{
		func(code string) error { return exchange(other, code, "toot://cb", verifier) },
		func(code string) error { return exchange(app, code, social.OutOfBand, verifier) },
		func(code string) error { return exchange(app, code, "toot://cb", verifier+"x") },
		func(code string) error {
			w.clock.Advance(social.CodeLife)
			return exchange(app, code, "toot://cb", verifier)
		},
	} {
		code := issue()
		w.wantField(try(code), model.KindInvalid, "code")
		w.wantField(exchange(app, code, "toot://cb", verifier), model.KindInvalid, "code") // trying used it up
	}
	w.ok(w.net.RevokeToken(w.ctx, other, token.Token))
	must[social.Token](w)(w.net.TokenOf(w.ctx, token.Token))
	w.ok(w.net.RevokeToken(w.ctx, app, token.Token))
	_, err := w.net.TokenOf(w.ctx, token.Token)
	w.wantKind(err, model.KindUnauthenticated)
}

func TestGrantsStayWithinTheApp(t *testing.T) {
	w := newWorld(t)
	app, _ := w.app("read", "follow")
	for field, g := range map[string]social.Grant{
		"redirect_uri":   {App: app, RedirectURI: "https://elsewhere.org"},
		"scopes":         {App: app, RedirectURI: "toot://cb", Scopes: []string{"write"}},
		"code_challenge": {App: app, RedirectURI: "toot://cb", Challenge: "short"},
	} {
		_, err := w.net.AuthorizeApp(w.ctx, g)
		w.wantField(err, model.KindInvalid, field)
	}
	_, err := w.net.IssueToken(w.ctx, app, social.Proof{}, []string{"read", "write"})
	w.wantField(err, model.KindInvalid, "scopes")
	own := must[social.Token](w)(w.net.IssueToken(w.ctx, app, social.Proof{}, []string{"read:accounts", "write:follows"}))
	if got := must[social.Token](w)(w.net.TokenOf(w.ctx, own.Token)); got.Account != 0 {
		t.Errorf("the app's own token is for %d", got.Account)
	}
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		have, want string
		covered    bool
	}{
		{"read", "read", true}, {"read", "read:statuses", true}, {"read:statuses", "read", false}, {"read", "write", false},
		{"read", "readable", false}, {"follow", "write:blocks", true}, {"follow", "write:statuses", false},
		{"admin:read", "admin:read:accounts", true},
	} {
		if got := social.Covers([]string{c.have}, c.want); got != c.covered {
			t.Errorf("%s covers %s: %t", c.have, c.want, got)
		}
	}
}
