package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
	"keyturn/internal/testkit"
)

// options asks for WebAuthn options.
func (c client) options(path string, in any) json.RawMessage {
	c.tb.Helper()
	return into[struct {
		PublicKey json.RawMessage `json:"publicKey"`
	}](c.tb, c.json(http.MethodPost, path, in)).PublicKey
}

// session signs a login in at the desk and keeps the token in hand.
func (n *network) session(login string) client {
	n.TB.Helper()
	c := n.deskStranger()
	response, err := n.Rings[login].Assert(n.deskURL, c.options("/api/v1/sign-in/options", map[string]string{"login": login}))
	if err != nil {
		n.TB.Fatal(err)
	}
	in := map[string]any{"login": login, "credential": json.RawMessage(response)}
	return c.with(into[struct{ Token string }](n.TB, c.json(http.MethodPost, "/api/v1/sign-in", in)).Token)
}

// asStaff is the rogue at the desk, with the session's token in hand.
func (r *rogue) asStaff() client { return r.session(r.login) }

// forgeries tries to be somebody else at the desk: by sessions, by sign-ins and by keys.
func (r *rogue) forgeries() {
	honest := other(r.login, "gov", "security")
	r.sessions()
	r.signIns(honest)
	q, err := r.network.staff(honest).Request(r.t.Context(), deskclient.Order{Kind: model.CmdSuspend, Account: "@president",
		Reason: "asked for by somebody honest, who waits"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.keys(q.ID.String(), honest)
	r.invitations(honest)
}

// sessions tries tokens that are none.
func (r *rogue) sessions() {
	own := r.asStaff()
	body := `{"kind":"deactivate","account":"@president","reason":"in another's name"}`
	for _, token := range []string{"", "null", "0", own.token[1:], strings.ToUpper(own.token), own.token + "A", own.token + "'--", r.member.token,
		r.owners["president"].token, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJsZWFkIn0.", strings.Repeat("A", 43), strings.Repeat("A", 1<<16)} {
		for _, how := range []string{"bearer", "cookie", "query"} {
			c, path := r.deskStranger(), "/api/v1/requests"
			req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			req.Header.Set("Content-Type", "application/json")
			switch how {
			case "bearer":
				req.Header.Set("Authorization", "Bearer "+token)
			case "cookie":
				req.Header.Set("Cookie", "keyturn_desk="+token)
			case "query":
				req.URL.RawQuery = "access_token=" + token + "&token=" + own.token
			}
			r.step()
			if a := c.send(req); a.status < 400 {
				r.t.Errorf("a session by %s of %.60q: %s", how, token, a)
			}
			r.tried("a session that is none")
		}
	}
	// The browser's own session, sent along by another site.
	for name, value := range map[string]string{"Origin": "http://localhost:8080", "Sec-Fetch-Site": "cross-site", "Referer": "http://evil.example"} {
		if name == "Referer" {
			continue // says nothing that a browser vouches for
		}
		req := httptest.NewRequest(http.MethodPost, r.deskURL+"/api/v1/requests", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Cookie", "keyturn_desk="+own.token)
		req.Header.Set(name, value)
		if a := r.deskStranger().send(req); a.status < 400 {
			r.t.Errorf("from another site by %s: %s", name, a)
		}
		r.tried("from another site")
	}
	// A member is nobody at the desk, and staff are nobody on the network.
	for _, path := range []string{"/api/v1/accounts/verify_credentials", "/api/v1/timelines/home"} {
		if a := r.public.with(own.token).get(path); a.status != http.StatusUnauthorized {
			r.t.Errorf("a desk's session on the network: %s", a)
		}
	}
}

// signIns tries to sign in as somebody else with the rogue's own passkey.
func (r *rogue) signIns(honest string) {
	c := r.deskStranger()
	ring := r.Rings[r.login]
	for what, f := range map[string]testkit.Forgery{
		"another origin":     {Client: func(said map[string]any) { said["origin"] = "http://evil.example" }},
		"another type":       {Client: func(said map[string]any) { said["type"] = "webauthn.create" }},
		"another challenge":  {Client: func(said map[string]any) { said["challenge"] = base64.RawURLEncoding.EncodeToString(make([]byte, 32)) }},
		"unverified":         {Authenticator: func(data []byte) { data[32] &^= testkit.UserVerified }},
		"another site":       {Authenticator: func(data []byte) { data[0] ^= 1 }},
		"a broken signature": {Signature: func(s []byte) { s[len(s)-1] ^= 1 }},
		"nothing":            {},
	} {
		for _, as := range []string{r.login, honest} {
			if what == "nothing" && as == r.login {
				continue
			}
			r.step()
			response, err := ring.Assert(r.deskURL, c.options("/api/v1/sign-in/options", map[string]string{"login": r.login}))
			if err != nil {
				r.t.Fatal(err)
			}
			forged := r.Forge(r.login, response, f)
			a := c.json(http.MethodPost, "/api/v1/sign-in", map[string]any{"login": as, "credential": json.RawMessage(forged)})
			if a.status != http.StatusUnauthorized && a.status != http.StatusBadRequest {
				r.t.Errorf("signed in as %s with %s: %s", as, what, a)
			}
		}
	}
	// The passkey's own user said to be another's.
	response, err := ring.Assert(r.deskURL, c.options("/api/v1/sign-in/options", map[string]string{"login": r.login}))
	if err != nil {
		r.t.Fatal(err)
	}
	theirs := into[[]struct {
		ID     string
		Logins []string
	}](r.t, r.asStaff().get("/api/v1/people"))
	for _, p := range theirs {
		if !slices.Contains(p.Logins, honest) {
			continue
		}
		forged := strings.Replace(string(response), `"signature"`, `"userHandle":"`+base64.RawURLEncoding.EncodeToString([]byte(p.ID))+`","signature"`, 1)
		a := c.json(http.MethodPost, "/api/v1/sign-in", map[string]any{"login": "", "credential": json.RawMessage(forged)})
		if a.status < 300 && !strings.Contains(a.body, r.login) {
			r.t.Errorf("signed in by another's user handle: %s", a)
		}
	}
}

// keys tries to turn keys that are not the rogue's: forged, replayed, made for another request, sent to another's.
func (r *rogue) keys(request, honest string) {
	own := r.asStaff()
	path := func(q string) string { return "/api/v1/requests/" + q + "/key" }
	turns := func(what, q string, credential []byte) {
		r.step()
		a := own.json(http.MethodPost, path(q), map[string]any{"credential": json.RawMessage(credential)})
		if a.status < 400 {
			r.judge(into[deskclient.Request](r.t, a))
			if turned := into[deskclient.Request](r.t, own.get("/api/v1/requests/"+q)); len(turned.Keys) > 1 || turned.Keys[0].Person.Login == honest {
				r.t.Errorf("%s: %d keys", what, len(turned.Keys))
			}
		}
		r.tried(what)
	}
	turns("a key made up", request, []byte(`{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"AAAA"}}`))
	turns("no key", request, []byte(`null`))
	a := own.json(http.MethodPost, path(request)+"/options", struct{}{})
	if a.status >= 400 {
		return // nothing to sign for who may sign nothing
	}
	response, err := r.Rings[r.login].Assert(r.deskURL, own.options(path(request)+"/options", struct{}{}))
	if err != nil {
		r.t.Fatal(err)
	}
	for what, f := range map[string]testkit.Forgery{
		"another challenge": {Client: func(said map[string]any) { said["challenge"] = base64.RawURLEncoding.EncodeToString(make([]byte, 32)) }},
		"another origin":    {Client: func(said map[string]any) { said["origin"] = "http://evil.example" }},
		"unverified":        {Authenticator: func(data []byte) { data[32] &^= testkit.UserVerified }},
	} {
		turns("a key with "+what, request, r.Forge(r.login, response, f))
	}
	// Another authenticator than any that is enrolled.
	foreign := softkey.New("foreign")
	if forged, err := foreign.Assert(r.deskURL, own.options(path(request)+"/options", struct{}{})); err == nil {
		turns("a foreign passkey", request, forged)
	}
	signIn, err := r.Rings[r.login].Assert(r.deskURL, own.options("/api/v1/sign-in/options", map[string]string{"login": r.login}))
	if err != nil {
		r.t.Fatal(err)
	}
	turns("a sign-in as a key", request, signIn)
	response, err = r.Rings[r.login].Assert(r.deskURL, own.options(path(request)+"/options", struct{}{}))
	if err != nil {
		r.t.Fatal(err)
	}
	turns("a key of one's own", request, response)
	for range 3 {
		turns("a replayed key", request, response)
	}
	turns("a key for no request", "1", response)
}

// invitations has the rogue invite others and make the passkeys themselves.
func (r *rogue) invitations(honest string) {
	own := r.asStaff()
	for _, login := range append([]string{honest, "lead2", "admin2", "nobody"}, stolen(r.login)...) {
		r.step()
		a := own.json(http.MethodPost, "/api/v1/enrolments", map[string]string{"login": login})
		r.tried("inviting " + login)
		if a.status >= 400 {
			continue
		}
		var made struct{ ID, URL string }
		if err := json.Unmarshal([]byte(a.body), &made); err != nil {
			r.t.Fatal(err)
		}
		key := softkey.New(login)
		token := made.URL[strings.LastIndex(made.URL, "/")+1:]
		registered, err := key.Register(r.deskURL, own.options("/api/v1/enrol/"+token+"/options", struct{}{}))
		if err != nil {
			r.t.Fatal(err)
		}
		own.good(own.json(http.MethodPost, "/api/v1/enrol/"+token, map[string]any{"name": "mine", "credential": json.RawMessage(registered)}))
		_, _ = r.asks(deskclient.Order{Kind: model.CmdEnrollCredential, Person: login, Params: map[string]string{"enrolment": made.ID}})
		ring := &softkey.Ring{Login: login, Authenticators: []*softkey.Authenticator{key}}
		if _, err := deskclient.SignIn(r.t.Context(), r.deskURL, ring); err == nil {
			r.t.Fatalf("%s signed in as %s with a passkey that nobody granted", r.login, login)
		}
		r.tried(fmt.Sprintf("a passkey made for %s", login))
	}
}
