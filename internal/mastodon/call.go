package mastodon

import (
	"context"
	"net/http"
	"strings"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

// access says who may make a call.
type access int

const (
	anyone access = iota // with a token or without
	byApp                // any token, of a member or of an app itself
	member               // a member's token
	desk                 // the token of a member who works at the desk
)

// A route is one call of the API. do gives the value that answers it; the scope is asked of every token.
type route struct {
	pattern string
	access  access
	scope   string
	do      func(ctx context.Context, c *call) (any, error)
}

// call is one call of the API under way: its parameters, who makes it, and what that viewer may see.
type call struct {
	*web.Params
	api   *api
	w     http.ResponseWriter
	r     *http.Request
	token social.Token // the zero Token is the public's
	view  *social.View
	most  int // bounds a page of what is asked for

	by    guard.Actor // who calls, on the desk's calls
	staff model.Person
}

func (a *api) handler(rt route) http.Handler {
	style := web.MastodonStyle
	if rt.access == desk {
		style = deskStyle
	}
	return a.plain(style, func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		c := &call{api: a, w: w, r: r}
		if err := c.signIn(ctx, rt); err != nil {
			return err
		}
		var err error
		if c.Params, err = web.ReadParams(w, r); err != nil {
			return err
		}
		answer, err := rt.do(ctx, c)
		if err != nil {
			return err
		}
		return web.WriteJSON(w, http.StatusOK, answer)
	})
}

// signIn finds whom the call is made for, and makes their view.
func (c *call) signIn(ctx context.Context, rt route) (err error) {
	bearer, given, err := bearerOf(c.r)
	if err != nil {
		return err
	}
	if given {
		if c.token, err = c.api.net.TokenOf(ctx, bearer); err != nil {
			return err
		}
		if rt.scope != "" && !social.Covers(c.token.Scopes, rt.scope) {
			return model.Errorf(model.KindForbidden, "this action is outside the authorized scopes: it needs %s", rt.scope)
		}
	}
	switch {
	case rt.access >= byApp && !given:
		return model.Errorf(model.KindUnauthenticated, "the access token is missing")
	case rt.access >= member && c.token.Account == 0:
		return model.Errorf(model.KindForbidden, "this needs a member's access token, not an app's")
	}
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead && c.token.Account != 0 {
		if err := c.api.writes.Take(c.token.Account.String()); err != nil {
			return err
		}
	}
	if rt.access == desk {
		if c.by, c.staff, err = c.api.cfg.Guard.Linked(ctx, c.token.Account); err != nil {
			return err
		}
	}
	return c.look(ctx)
}

// look makes the view; again after a change, so that the answer shows it.
func (c *call) look(ctx context.Context) (err error) {
	c.view, err = c.api.net.View(ctx, c.token.Account)
	return err
}

// bearerOf is the token that a request carries (RFC 6750 section 2.1).
func bearerOf(r *http.Request) (token string, given bool, err error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "", false, nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", false, model.Errorf(model.KindUnauthenticated, "the Authorization header must be: Bearer TOKEN")
	}
	return token, true, nil
}

// actor is the account that makes a member's call.
func (c *call) actor() model.ID { return c.token.Account }

// path is the ID in the path; what cannot be an ID names nothing.
func (c *call) path(what string) (model.ID, error) {
	id, err := model.ParseID("id", c.r.PathValue("id"))
	if err != nil {
		return 0, model.NotFound(what)
	}
	return id, nil
}
