package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/mastodon"
	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// network is a whole server in this process, over a world whose accounts have owners who can sign in. Members reach it
// without a socket, so that two networks can have one address; staff reach the desk by one.
type network struct {
	*testkit.World
	srv     *server
	deskURL string
	app     url.Values // what an app says that it is
	clients int
}

// ownersPassword is with what the owners of a network's accounts sign in.
const ownersPassword = "correct horse battery staple"

func newNetwork(t *testing.T, o testkit.WorldOptions) *network {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	n := &network{deskURL: localURL(server.Listener.Addr().String())}
	o.Desk = n.deskURL
	n.World = testkit.NewWorld(t, o)
	hash := social.HashPassword(ownersPassword)
	n.Write(func(tx *store.Tx) error {
		for handle, id := range n.Accounts {
			c := model.Credentials{Account: id, Email: handle + "@example.org", PasswordHash: hash}
			if err := tx.AddCredentials(t.Context(), c); err != nil {
				return err
			}
		}
		return nil
	})
	var err error
	n.srv, err = newServer(t.Context(), n.Store, edge{limits: mastodon.DefaultLimits()}, n.Clock.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = n.srv.desk
	server.Start()
	t.Cleanup(server.Close)
	n.app = n.newApp(n.stranger())
	return n
}

// step lets a little time pass, as it does between two things that people do.
func (n *network) step() { n.Clock.Advance(time.Second) }

// pass lets time pass that the guard has to do with.
func (n *network) pass(d time.Duration) {
	n.TB.Helper()
	n.Clock.Advance(d)
	if err := n.srv.guard.Due(n.TB.Context()); err != nil {
		n.TB.Fatal(err)
	}
}

// client calls one of a server's handlers, as whoever its token is for.
type client struct {
	tb    testing.TB
	h     http.Handler
	token string
	addr  string
}

// stranger is somebody new on the network, at an address of their own.
func (n *network) stranger() client {
	n.clients++
	return client{tb: n.TB, h: n.srv.network, addr: fmt.Sprintf("10.0.%d.%d:1000", n.clients/250, n.clients%250)}
}

// deskStranger is somebody at the desk's door.
func (n *network) deskStranger() client {
	c := n.stranger()
	c.h = n.srv.desk
	return c
}

// with is the same caller with a token.
func (c client) with(token string) client {
	c.token = token
	return c
}

// answer is what a call gave.
type answer struct {
	call   string
	status int
	header http.Header
	body   string
}

func (a answer) String() string { return fmt.Sprintf("%s: %d %.400s", a.call, a.status, a.body) }

// good is an answer that must be one.
func (c client) good(a answer) answer {
	c.tb.Helper()
	if a.status >= 400 {
		c.tb.Fatal(a)
	}
	return a
}

func (c client) get(path string) answer { return c.do(http.MethodGet, path, "", "") }

// post sends a form: names and values in turn.
func (c client) post(path string, pairs ...string) answer {
	return c.form(http.MethodPost, path, formOf(pairs...))
}

func formOf(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

func (c client) form(method, path string, form url.Values) answer {
	return c.do(method, path, "application/x-www-form-urlencoded", form.Encode())
}

// json sends v as JSON.
func (c client) json(method, path string, v any) answer {
	c.tb.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		c.tb.Fatal(err)
	}
	return c.do(method, path, "application/json", string(body))
}

func (c client) do(method, path, contentType, body string) answer {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return c.send(r)
}

func (c client) send(r *http.Request) answer {
	r.RemoteAddr = c.addr
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Body)
	if err != nil {
		c.tb.Error(err)
	}
	return answer{r.Method + " " + r.URL.RequestURI(), w.Code, w.Header(), string(body)}
}

// into decodes a good answer.
func into[T any](tb testing.TB, a answer) (v T) {
	tb.Helper()
	if a.status >= 300 {
		tb.Fatal(a)
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		tb.Fatalf("%s: %v", a, err)
	}
	return v
}

const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// newApp registers an app.
func (n *network) newApp(c client) url.Values {
	n.TB.Helper()
	app := into[struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}](n.TB, c.post("/api/v1/apps", "client_name", "Test app", "redirect_uris", outOfBand, "scopes", "read write follow admin:read admin:write"))
	return url.Values{"client_id": {app.ID}, "client_secret": {app.Secret}, "redirect_uri": {outOfBand}, "scope": {"read write follow"}}
}

// asks is what the network's app sends for a token.
func (n *network) asks(pairs ...string) url.Values {
	form := formOf(pairs...)
	for name, value := range n.app {
		form[name] = value
	}
	return form
}

type tokenAnswer struct {
	Token string `json:"access_token"`
}

// signIn is the owner of an account, at an address of their own.
func (n *network) signIn(handle string) client {
	n.TB.Helper()
	c := n.stranger()
	a := c.form(http.MethodPost, "/oauth/token", n.asks("grant_type", "password", "username", handle, "password", ownersPassword))
	return c.with(into[tokenAnswer](n.TB, a).Token)
}

// join is a new member.
func (n *network) join(handle string) client {
	n.TB.Helper()
	c := n.stranger()
	app := into[tokenAnswer](n.TB, c.form(http.MethodPost, "/oauth/token", n.asks("grant_type", "client_credentials")))
	a := c.with(app.Token).post("/api/v1/accounts", "username", handle, "email", handle+"@example.net",
		"password", ownersPassword, "agreement", "true", "locale", "en")
	return c.with(into[tokenAnswer](n.TB, a).Token)
}

// staff signs a member of staff in.
func (n *network) staff(login string) *deskclient.Client {
	n.TB.Helper()
	c, err := deskclient.SignIn(n.TB.Context(), n.deskURL, n.Rings[login])
	if err != nil {
		n.TB.Fatal(err)
	}
	return c
}

// settled has the right people do something together, and waits until it is done.
func (n *network) settled(o deskclient.Order, logins ...string) deskclient.Request {
	n.TB.Helper()
	ctx := n.TB.Context()
	r, err := n.staff(logins[0]).Request(ctx, o)
	for _, login := range logins {
		if err != nil || r.State != model.StatePending {
			break
		}
		n.step()
		r, err = n.staff(login).Turn(ctx, r.ID.String())
	}
	if err == nil && r.State == model.StateWaiting {
		n.pass(r.EffectAt.Sub(n.Clock.Now()))
		r, err = n.staff(logins[0]).Show(ctx, r.ID.String())
	}
	if err != nil || r.State != model.StateExecuted {
		n.TB.Fatalf("%s of %s by %v is %s: %v, missing %+v", o.Kind, o.Account, logins, r.State, err, r.Missing)
	}
	return r
}

// entity is what tests read of an account or a post.
type entity struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Content  string `json:"content"`
	Reblog   *entity
}

// posts publishes posts and returns their IDs.
func (n *network) posts(c client, texts ...string) (ids []string) {
	n.TB.Helper()
	for _, text := range texts {
		n.step()
		ids = append(ids, into[entity](n.TB, c.post("/api/v1/statuses", "status", text)).ID)
	}
	return ids
}

// id is an account as the API names it.
func (n *network) id(handle string) string { return n.Accounts[handle].String() }

// stolen are the logins of a person of the demo, by the first of them.
func stolen(login string) []string {
	if login == "lead" {
		return []string{"lead", "lead.oncall"}
	}
	return slices.Clip([]string{login})
}
