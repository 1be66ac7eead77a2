package desk_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn/internal/staff"
)

func TestSessionEnds(t *testing.T) {
	o := open(t)
	lead := o.signIn(t, "lead")
	lead.get("/api/v1/me").is(http.StatusOK, `"name":"Leila"`, `"roles":["lead"]`, `"logins":["lead","lead.oncall"]`, `"leaver":false`)
	o.Clock.Advance(staff.SessionLife - time.Millisecond)
	lead.get("/api/v1/me").is(http.StatusOK)
	o.Clock.Advance(time.Millisecond)
	lead.get("/api/v1/me").is(http.StatusUnauthorized)
	order := o.suspension("uncle")
	o.unchanged(t, "an expired session", 0, func() {
		lead.post("/api/v1/requests", order).is(http.StatusUnauthorized, `"kind":"unauthenticated"`)
	})
	again := o.signIn(t, "lead")
	again.send(http.MethodDelete, "/api/v1/session", nil, nil).is(http.StatusNoContent)
	again.get("/api/v1/me").is(http.StatusUnauthorized)
}

// TestSessionEndsWithTheEmployment looks at the moment itself: nothing has ended the session but the date.
func TestSessionEndsWithTheEmployment(t *testing.T) {
	o := open(t)
	lastday := o.signIn(t, "lastday")
	o.Clock.Advance(8*time.Hour - time.Second)
	lastday.get("/api/v1/me").is(http.StatusOK, `"leaver":true`, `"ends_at":"2017-11-03T02:00:00Z"`)
	o.Clock.Advance(time.Second)
	lastday.get("/api/v1/me").is(http.StatusUnauthorized)
	lastday.token = ""
	options := lastday.options("/api/v1/sign-in/options", map[string]string{"login": "lastday"})
	lastday.post("/api/v1/sign-in", credential{"lastday", lastday.assert("lastday", options)}).
		is(http.StatusUnauthorized, "the employment has ended")
}

// TestUnknownLoginLooksLikeAKnownOne compares what can be seen from outside.
func TestUnknownLoginLooksLikeAKnownOne(t *testing.T) {
	o := open(t)
	type options struct {
		Challenge        string
		RPID             string
		AllowCredentials []struct{ ID, Type string }
	}
	ask := func(login string) (opt options, raw string) {
		o.stranger(t).post("/api/v1/sign-in/options", map[string]string{"login": login}).is(http.StatusOK)
		text := o.stranger(t).options("/api/v1/sign-in/options", map[string]string{"login": login})
		if err := json.Unmarshal(text, &opt); err != nil {
			t.Fatal(err)
		}
		return opt, string(text)
	}
	known, _ := ask("lead")
	unknown, _ := ask("nobody")
	again, _ := ask("nobody")
	if len(unknown.AllowCredentials) == 0 || len(unknown.AllowCredentials[0].ID) != len(known.AllowCredentials[0].ID) {
		t.Errorf("an unknown login is shown %+v, a known one %+v", unknown, known)
	}
	if again.AllowCredentials[0] != unknown.AllowCredentials[0] || again.Challenge == unknown.Challenge {
		t.Error("an unknown login's passkeys change, or its challenge does not")
	}
	// The answers of a passkey that is not known, and of one that is but signed badly, are the same.
	bad := func(login, id string, opt options) string {
		response := o.forge(t, "lead", o.stranger(t).assert("lead", o.stranger(t).options("/api/v1/sign-in/options", struct{}{})),
			func(c map[string]any) { c["challenge"] = opt.Challenge }, func(d []byte) { d[32] ^= 1 << 3 })
		var c map[string]any
		if err := json.Unmarshal(response, &c); err != nil {
			t.Fatal(err)
		}
		c["id"], c["rawId"] = id, id
		c["response"].(map[string]any)["signature"] = b64.EncodeToString([]byte("no signature"))
		response, _ = json.Marshal(c)
		a := o.stranger(t).post("/api/v1/sign-in", credential{login, response})
		return strings.ReplaceAll(string(a.is(http.StatusUnauthorized).body), login, "LOGIN")
	}
	if k, u := bad("lead", known.AllowCredentials[0].ID, known), bad("nobody", unknown.AllowCredentials[0].ID, again); k != u {
		t.Errorf("a known login is told %s, an unknown one %s", k, u)
	}
}

func TestCookieIsForTheDeskItself(t *testing.T) {
	o := open(t)
	c := o.stranger(t)
	options := c.options("/api/v1/sign-in/options", map[string]string{"login": "lead"})
	a := c.post("/api/v1/sign-in", credential{"lead", c.assert("lead", options)}).is(http.StatusCreated)
	cookie := a.header.Get("Set-Cookie")
	for _, part := range []string{"keyturn_desk=", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %s lacks %s", cookie, part)
		}
	}
	value, _, _ := strings.Cut(cookie, ";")
	with := func(extra ...string) http.Header {
		h := http.Header{"Cookie": {value}, "Content-Type": {"application/json"}}
		for i := 0; i < len(extra); i += 2 {
			h.Set(extra[i], extra[i+1])
		}
		return h
	}
	c.send(http.MethodGet, "/api/v1/me", nil, with()).is(http.StatusOK)
	c.send(http.MethodGet, "/requests", nil, with()).is(http.StatusOK, "<h1>Requests</h1>")
	body := []byte(`{"kind":"suspend","account":"uncle","reason":"spam"}`)
	o.unchanged(t, "another site's page", 0, func() {
		c.send(http.MethodPost, "/api/v1/requests", body, with("Sec-Fetch-Site", "cross-site")).is(http.StatusForbidden)
		c.send(http.MethodPost, "/api/v1/requests", body, with("Sec-Fetch-Site", "same-site")).is(http.StatusForbidden)
		c.send(http.MethodPost, "/api/v1/requests", body, with("Origin", "http://localhost:1")).is(http.StatusForbidden)
		c.send(http.MethodPost, "/api/v1/requests", body, with("Content-Type", "text/plain")).is(http.StatusBadRequest)
		c.send(http.MethodDelete, "/api/v1/session", nil, with("Sec-Fetch-Site", "cross-site")).is(http.StatusForbidden)
	})
	c.send(http.MethodPost, "/api/v1/requests", body, with("Sec-Fetch-Site", "same-origin")).is(http.StatusCreated)
}

// TestNothingWithoutASession asks for every path of the desk that is staff's.
func TestNothingWithoutASession(t *testing.T) {
	o := open(t)
	id := o.Case("president").String()
	for _, token := range []string{"", "AAAA"} {
		c := o.stranger(t)
		c.token = token
		for _, path := range []string{"me", "people", "people/lead", "cases", "cases/" + id, "accounts/president", "requests",
			"requests/1", "enrolments", "ledger/who/president", "freezes", "policy", "incidents", "incidents/1"} {
			c.get("/api/v1/"+path).is(http.StatusUnauthorized, `"kind":"unauthenticated"`)
		}
		for _, path := range []string{"cases/" + id + "/resolve", "cases/" + id + "/reopen", "requests", "requests/1/key/options",
			"requests/1/key", "requests/1/veto", "requests/1/decline", "requests/1/withdraw", "enrolments", "explain", "incidents/1/acknowledge"} {
			c.post("/api/v1/"+path, "{}").is(http.StatusUnauthorized)
		}
		for _, path := range []string{"/", "/requests", "/requests/1", "/cases", "/incidents"} {
			if a := c.get(path).is(http.StatusSeeOther); !strings.HasPrefix(a.header.Get("Location"), "/sign-in?next=") {
				t.Errorf("%s sends a stranger to %s", path, a.header.Get("Location"))
			}
		}
	}
}

// TestSomebodyWithoutARoleSeesNothing signs in with a login whose roles were all taken.
func TestSomebodyWithoutARoleSeesNothing(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent2")
	o.take(t, "agent2")
	agent.get("/api/v1/me").is(http.StatusOK, `"roles":[]`)
	agent.get("/api/v1/cases").is(http.StatusForbidden)
	agent.get("/requests").is(http.StatusForbidden)
}

// take takes the role of agent from a login's person, through the guard.
func (o *office) take(t *testing.T, login string) {
	t.Helper()
	admin := o.signIn(t, "admin")
	q := admin.ask(map[string]any{"kind": "grant_role", "person": login, "reason": "moves on",
		"params": map[string]string{"role": "agent", "revoke": "true"}}, http.StatusAccepted)
	admin.turn(q.ID).is(http.StatusCreated)
}

// TestRevokedPasskey signs nobody in, and its login then looks like one that does not exist.
func TestRevokedPasskey(t *testing.T) {
	o := open(t)
	c := o.stranger(t)
	held, err := o.Store.CredentialsOf(t.Context(), o.Actor("gov").Person)
	if err != nil || len(held) != 1 {
		t.Fatalf("gov holds %d passkeys (%v)", len(held), err)
	}
	admin := o.signIn(t, "admin")
	q := admin.ask(map[string]any{"kind": "enroll_credential", "person": "gov", "reason": "lost",
		"params": map[string]string{"revoke": held[0].ID.String()}}, http.StatusAccepted)
	admin.turn(q.ID).is(http.StatusCreated)
	answer := c.assert("gov", c.options("/api/v1/sign-in/options", struct{}{}))
	c.post("/api/v1/sign-in", credential{"gov", answer}).is(http.StatusUnauthorized, "was revoked")
	if _, err := o.Rings["gov"].Assert(o.url, c.options("/api/v1/sign-in/options", map[string]string{"login": "gov"})); err == nil {
		t.Error("a login without passkeys is told apart: its options allow any")
	}
}

func TestChallengeExpires(t *testing.T) {
	o := open(t)
	c := o.stranger(t)
	answer := c.assert("lead", c.options("/api/v1/sign-in/options", map[string]string{"login": "lead"}))
	o.Clock.Advance(5*time.Minute + time.Second)
	c.post("/api/v1/sign-in", credential{"lead", answer}).is(http.StatusUnauthorized, "too old")
}

func TestSignInLeadsToTheDeskOnly(t *testing.T) {
	c := open(t).stranger(t)
	c.get("/sign-in?next=/cases").is(http.StatusOK, `data-next="/cases"`)
	for _, next := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "javascript:alert(1)", ""} {
		c.get("/sign-in?next="+url.QueryEscape(next)).is(http.StatusOK, `data-next="/requests"`)
	}
}

func TestLimitOfWritesIsPerPerson(t *testing.T) {
	o := open(t)
	agent, agent2 := o.signIn(t, "agent"), o.signIn(t, "agent2")
	for range 400 {
		if a := agent.post("/api/v1/explain", "{}"); a.status == http.StatusTooManyRequests {
			agent.get("/api/v1/me").is(http.StatusOK)
			agent2.post("/api/v1/explain", "{}").is(http.StatusBadRequest)
			return
		}
	}
	t.Error("400 calls at once were let through")
}

func TestLimitOfStrangersIsPerSource(t *testing.T) {
	o := open(t)
	lead := o.signIn(t, "lead")
	c := o.stranger(t)
	for range 200 {
		if a := c.post("/api/v1/sign-in", "{}"); a.status == http.StatusTooManyRequests {
			a.is(http.StatusTooManyRequests, `"kind":"too_many"`)
			lead.get("/api/v1/me").is(http.StatusOK)
			o.Clock.Advance(time.Minute)
			c.post("/api/v1/sign-in", "{}").is(http.StatusBadRequest)
			return
		}
	}
	t.Error("200 calls at once were let through")
}
