package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
)

// membersAlone does with member accounts whatever the client API takes.
func (r *rogue) membersAlone() {
	if !r.thorough {
		return
	}
	r.lookAlikes()
	r.guesses()
	r.crowd()
	r.others()
	r.grants()
	r.oversize()
}

// lookAlikes registers handles that a reader could take for a protected one.
func (r *rogue) lookAlikes() {
	app := into[tokenAnswer](r.t, r.public.form(http.MethodPost, "/oauth/token", r.network.asks("grant_type", "client_credentials")))
	for i, name := range []string{"president", "President", "PRESIDENT", "@president", " president ", "president@localhost:8080", "president\u200b",
		"pr\u0435sident", "\uff50resident", "pre\u017fident", "president\x00", "president/", "../president", "president?", "president.", "",
		strings.Repeat("p", 1000), "admin", "api"} {
		c := r.stranger().with(app.Token)
		r.step()
		a := c.post("/api/v1/accounts", "username", name, "email", fmt.Sprintf("rogue%d@example.net", i), "password", "a long password", "agreement", "true")
		if a.status < 400 {
			r.t.Errorf("registered %q: %s", name, a)
		}
		r.tried("registering " + name)
	}
	// The owner's address with another handle.
	c := r.stranger().with(app.Token)
	if a := c.post("/api/v1/accounts", "username", "potus", "email", "PRESIDENT@example.org", "password", "a long password", "agreement", "true"); a.status < 400 {
		r.t.Errorf("registered with the owner's e-mail address: %s", a)
	}
}

// guesses guesses the President's password. The owner, from elsewhere, gets in meanwhile.
func (r *rogue) guesses() {
	guesser := r.stranger()
	slowed := false
	for i := range 30 {
		a := guesser.form(http.MethodPost, "/oauth/token", r.network.asks("grant_type", "password", "username", "president", "password", fmt.Sprint("guess ", i)))
		if a.status < 400 {
			r.t.Fatalf("guessed: %s", a)
		}
		slowed = slowed || a.status == http.StatusTooManyRequests
		r.tries++
	}
	if !slowed {
		r.t.Error("nothing slows down who guesses passwords")
	}
	r.lookAround("while passwords are guessed")
}

// crowd has many members report, block, mute, follow and unfollow, answer and boost.
func (r *rogue) crowd() {
	for i := range 8 {
		r.step()
		m := r.join(fmt.Sprintf("mob_%d", i))
		for _, handle := range protected {
			id, post := r.id(handle), r.posts[handle][i%3]
			for _, path := range []string{"accounts/" + id + "/follow", "statuses/" + post + "/favourite", "statuses/" + post + "/reblog",
				"statuses/" + post + "/unreblog", "accounts/" + id + "/mute", "accounts/" + id + "/unfollow", "accounts/" + id + "/block"} {
				r.step()
				m.good(m.post("/api/v1/" + path))
			}
			for range 3 {
				r.step()
				m.good(m.post("/api/v1/reports", "account_id", id, "category", "legal", "comment", "all of us say so", "status_ids[]", post))
			}
		}
		r.tried("a crowd's reports and blocks")
	}
}

// others tries to change what is another member's.
func (r *rogue) others() {
	c := r.member
	post, id := r.posts["president"][0], r.id("president")
	for _, call := range []string{"DELETE /api/v1/statuses/" + post, "PUT /api/v1/statuses/" + post, "PATCH /api/v1/statuses/" + post,
		"GET /api/v1/statuses/" + post + "/source", "DELETE /api/v1/accounts/" + id, "PATCH /api/v1/accounts/" + id, "POST /api/v1/accounts/" + id,
		"POST /api/v1/admin/accounts/" + id + "/action", "POST /api/v1/admin/accounts/" + id + "/disable", "DELETE /api/v1/admin/accounts/" + id,
		"POST /api/v1/accounts/" + id + "/remove_from_followers", "DELETE /api/v1/profile/avatar", "POST /api/v1/emails/confirmations"} {
		method, path, _ := strings.Cut(call, " ")
		r.step()
		a := c.form(method, path, formOf("status", "changed", "type", "suspend", "display_name", "x"))
		if a.status < 400 {
			r.t.Errorf("%s", a)
		}
		r.tried(call)
	}
	// Posting as another: no parameter says who posts.
	r.step()
	a := c.post("/api/v1/statuses", "status", "I resign. @president", "account_id", id, "account", "president", "username", "president", "acct", "president",
		"visibility", "public")
	if by := into[struct{ Account entity }](r.t, a).Account; by.ID == id {
		r.t.Errorf("posted as the President: %s", a)
	}
	for _, header := range []string{"X-Account-Id", "X-Forwarded-User", "Remote-User", "Impersonate-User", "X-HTTP-Method-Override"} {
		for _, value := range []string{id, "president", "DELETE"} {
			req := httptest.NewRequest(http.MethodPost, "/api/v1/statuses/"+post+"/favourite", nil)
			req.Header.Set(header, value)
			c.send(req)
		}
		r.tried(header)
	}
}

// grants abuses what apps get: codes, tokens, revocation.
func (r *rogue) grants() {
	owner := r.owners["president"]
	mine := r.newApp(r.stranger())
	c := r.stranger()
	// Revoking the owner's token by an app that it is not of, and without the app's secret.
	for _, form := range []url.Values{mine, {"client_id": r.app["client_id"]}, {"client_id": r.app["client_id"], "client_secret": {"guess"}}, {}} {
		form = clone(form, "token", owner.token, "token_type_hint", "access_token")
		c.form(http.MethodPost, "/oauth/revoke", form)
		r.tried("revoking another's token")
	}
	// A code of the rogue's is the rogue's, once, for the app that asked.
	code := r.code(mine)
	forms := []url.Values{
		clone(r.app, "grant_type", "authorization_code", "code", code),
		clone(mine, "grant_type", "authorization_code", "code", code, "redirect_uri", "https://evil.example/"),
		clone(mine, "grant_type", "authorization_code", "code", code, "client_secret", "guess"),
		clone(mine, "grant_type", "authorization_code", "code", code+"A"),
		clone(mine, "grant_type", "password", "username", "president", "password", ""),
		clone(mine, "grant_type", "password", "username", "president\x00innocent", "password", ownersPassword),
		clone(mine, "grant_type", "refresh_token", "refresh_token", owner.token),
		clone(mine, "grant_type", "client_credentials", "username", "president", "scope", "admin:write"),
		clone(mine, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", "eyJhbGciOiJub25lIn0.e30."),
	}
	for _, form := range forms {
		r.step()
		if a := c.form(http.MethodPost, "/oauth/token", form); a.status < 400 {
			r.t.Errorf("a token by %s: %s", form.Get("grant_type"), a)
		}
		r.tried("a token that is not due")
	}
	for _, token := range []string{owner.token[1:], owner.token + "A", strings.ToLower(owner.token), owner.token + "\x00", "Bearer " + owner.token} {
		if a := c.with(token).post("/api/v1/statuses", "status", "as you"); a.status < 400 {
			r.t.Errorf("posted with a token like the owner's: %s", a)
		}
	}
	r.tried("tokens like the owner's")
	// Another site's form, with the rogue's app.
	req := httptest.NewRequest(http.MethodPost, "/oauth/authorize?"+clone(mine, "response_type", "code", "username", "president", "password", ownersPassword).Encode(), nil)
	req.Header.Set("Origin", "https://evil.example")
	if a := c.send(req); a.status < 400 {
		r.t.Errorf("another site's form lets an app in: %s", a)
	}
}

// code signs the rogue's member in with an app and returns the code that the page shows.
func (r *rogue) code(app url.Values) string {
	r.t.Helper()
	c := r.stranger()
	a := c.good(c.form(http.MethodPost, "/oauth/authorize", clone(app, "response_type", "code", "username", "innocent", "password", ownersPassword)))
	_, rest, _ := strings.Cut(a.body, `value="`)
	code, _, ok := strings.Cut(rest, `"`)
	if !ok {
		r.t.Fatalf("no code: %s", a)
	}
	return code
}

func clone(form url.Values, pairs ...string) url.Values {
	all := formOf(pairs...)
	for name, values := range form {
		if !all.Has(name) {
			all[name] = values
		}
	}
	return all
}

// oversize sends what is too large, and what is not what it says.
func (r *rogue) oversize() {
	c := r.member
	for _, body := range []struct{ kind, text string }{
		{"application/json", `{"status":"` + strings.Repeat("x", 8<<20) + `"}`},
		{"application/json", strings.Repeat(`[`, 100_000)},
		{"application/json", `{"status":{"a":["b"]}}`},
		{"application/x-www-form-urlencoded", strings.Repeat("status[]=x&", 200_000)},
		{"application/x-www-form-urlencoded", "status=%zz"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\n" + strings.Repeat("y", 8<<20)},
		{"text/plain", "status=hello"},
		{"application/json", "\x00\xff\xfe"},
	} {
		r.step()
		if a := c.do(http.MethodPost, "/api/v1/statuses", body.kind, body.text); a.status < 400 || a.status >= 500 {
			r.t.Errorf("%s of %d bytes: %d %.200s", body.kind, len(body.text), a.status, a.body)
		}
		r.tried("an oversize or broken " + body.kind)
	}
}
