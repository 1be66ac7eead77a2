package mastodon

import (
	"context"
	"net/http"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

// tokenEntity is https://docs.joinmastodon.org/entities/Token/.
type tokenEntity struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	Scope       string `json:"scope"`
	CreatedAt   int64  `json:"created_at"` // Unix seconds
}

func tokenOf(t social.Token) tokenEntity {
	return tokenEntity{t.Token, "Bearer", strings.Join(t.Scopes, " "), t.CreatedAt.Unix()}
}

// token gives an app a token (RFC 6749 sections 4.1.3, 4.3 and 4.4).
func (a *api) token(w http.ResponseWriter, r *http.Request) error {
	p, err := web.ReadParams(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	app, err := a.client(ctx, r, p)
	if err != nil {
		return err
	}
	var token social.Token
	switch grant := p.Required("grant_type"); grant {
	case "authorization_code":
		token, err = a.tokenForCode(ctx, app, p)
	case "password":
		token, err = a.tokenForPassword(ctx, app, r, p)
	case "client_credentials":
		token, err = a.tokenForAccount(ctx, app, social.Proof{}, p)
	default:
		p.Fail(model.Invalid("grant_type", "must be authorization_code, password or client_credentials"))
		err = p.Err()
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.WriteJSON(w, http.StatusOK, tokenOf(token))
}

// client is the app that calls, by HTTP Basic or by its parameters.
func (a *api) client(ctx context.Context, r *http.Request, p *web.Params) (social.App, error) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = p.Required("client_id"), p.Required("client_secret")
	}
	if err := p.Err(); err != nil {
		return social.App{}, err
	}
	var app social.App
	return app, a.cfg.SignIns.Guess(a.cfg.Sources.Of(r), func() (err error) {
		app, err = a.net.AuthenticateApp(ctx, id, secret)
		return err
	})
}

func (a *api) tokenForCode(ctx context.Context, app social.App, p *web.Params) (social.Token, error) {
	code, redirect, verifier := p.Required("code"), p.Required("redirect_uri"), p.Text("code_verifier")
	if err := p.Err(); err != nil {
		return social.Token{}, err
	}
	return a.net.ExchangeCode(ctx, app, code, redirect, verifier)
}

func (a *api) tokenForPassword(ctx context.Context, app social.App, r *http.Request, p *web.Params) (social.Token, error) {
	name, password := p.Required("username"), p.Required("password")
	if err := p.Err(); err != nil {
		return social.Token{}, err
	}
	by, err := a.signIn(ctx, r, name, password)
	if err != nil {
		return social.Token{}, err
	}
	return a.tokenForAccount(ctx, app, by, p)
}

// signIn checks a password. Wrong ones count against where they come from, never against the account: nobody can lock
// another out. The owner of a dark account is told so, and gets no further.
func (a *api) signIn(ctx context.Context, r *http.Request, name, password string) (by social.Proof, err error) {
	err = a.cfg.SignIns.Guess(a.cfg.Sources.Of(r), func() (err error) {
		by, err = a.net.SignIn(ctx, name, password)
		return err
	})
	switch {
	case model.KindOf(err) == model.KindUnauthenticated:
		err = model.Invalid("username", "does not go with this password")
	case err == nil && a.net.Dark(by.Account):
		err = model.Invalid("username", "names an account that is suspended: no app can sign in to it now")
	}
	return by, err
}

func (a *api) tokenForAccount(ctx context.Context, app social.App, by social.Proof, p *web.Params) (social.Token, error) {
	scopes, err := parseScopes("scope", p.Text("scope"))
	if err != nil {
		return social.Token{}, err
	}
	if err := a.mayHave(ctx, by.Account, scopes); err != nil {
		return social.Token{}, err
	}
	token, err := a.net.IssueToken(ctx, app, by, scopes)
	return token, renamed(err, map[string]string{"scopes": "scope"})
}

// revoke ends a token (RFC 7009). A token that is not the app's is left alone, and the answer is the same.
func (a *api) revoke(w http.ResponseWriter, r *http.Request) error {
	p, err := web.ReadParams(w, r)
	if err != nil {
		return err
	}
	app, err := a.client(r.Context(), r, p)
	if err != nil {
		return err
	}
	token := p.Required("token")
	if err := p.Err(); err != nil {
		return err
	}
	if err := a.net.RevokeToken(r.Context(), app, token); err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, struct{}{})
}
