package main

import (
	"net/http"
	"strings"

	"keyturn/internal/model"
)

// moderator is an app that the rogue has signed in to with their own member account, with all that it can be granted.
func (r *rogue) moderator() client {
	r.t.Helper()
	c := r.stranger()
	form := clone(r.app, "grant_type", "password", "username", "nephew", "password", ownersPassword)
	form.Set("scope", "read write follow admin:read admin:write")
	return c.with(into[tokenAnswer](r.t, c.form(http.MethodPost, "/oauth/token", form)).Token)
}

// apps does by an app for moderators whatever such an app can do. None of it is done to a protected account: the most
// that comes of it is a request.
func (r *rogue) apps() {
	app := r.moderator()
	const accounts = "/api/v1/admin/accounts/"
	for _, handle := range protected {
		id := r.id(handle)
		for _, kind := range []string{"none", "sensitive", "disable", "silence", "suspend"} {
			for range 2 {
				r.appAsks(app, http.MethodPost, accounts+id+"/action", "type", kind, "text", "because I can")
			}
		}
		for _, what := range []string{"approve", "reject"} {
			r.appAsks(app, http.MethodPost, accounts+id+"/"+what)
		}
		r.appAsks(app, http.MethodDelete, accounts+id)
	}
	// Without the scope, without the link, without a token.
	for _, c := range []client{r.signIn("nephew"), r.member, r.stranger()} {
		r.appAsks(c, http.MethodPost, accounts+r.id("uncle")+"/action", "type", "suspend")
		r.appAsks(c, http.MethodGet, "/api/v1/admin/accounts")
	}
}

// appAsks makes a call that must not be done.
func (r *rogue) appAsks(c client, method, path string, pairs ...string) {
	r.t.Helper()
	r.step()
	a := c.form(method, path, formOf(pairs...))
	if a.status < 400 || a.status >= 500 {
		r.t.Errorf("%s by an app: %s", r.login, a)
	}
	if strings.Contains(a.body, `"request":{`) {
		open, err := r.Store.OpenRequests(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		for _, q := range open {
			if turned, err := r.Store.KeysOn(r.t.Context(), q.ID); err != nil || q.Login == model.ID(0) && len(turned) > 0 {
				r.t.Errorf("%s: an app's request has keys of %v (%v)", r.login, turned, err)
			}
		}
	}
	r.tried(a.call)
}
