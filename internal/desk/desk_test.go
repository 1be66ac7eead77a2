package desk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/desk"
	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/softkey"
	"keyturn/internal/staff"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
	"keyturn/internal/watch"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// office is a desk that listens, over a world.
type office struct {
	*testkit.World
	dir   string // of the database
	url   string
	staff *staff.Staff
	watch *watch.Watch
}

// open opens a desk over a new world. Its passkeys sign for the address at which it listens.
func open(t testing.TB) *office {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	origin := "http://localhost:" + port
	dir := t.TempDir()
	w := testkit.NewWorld(t, testkit.WorldOptions{Desk: origin, Dir: dir})
	st, err := staff.New(t.Context(), staff.Config{Store: w.Store, Guard: w.Guard, Software: []byte(softkey.AAGUID), Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	watching := watch.New(watch.Config{Store: w.Store, Guard: w.Guard, Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { watching.Close() })
	h, err := desk.New(desk.Config{Store: w.Store, Guard: w.Guard, Staff: st, Moderation: moderation.New(w.Store, w.Clock.Now),
		Watch: watching,
		Log:   slog.New(slog.DiscardHandler), Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = h
	server.Start()
	t.Cleanup(server.Close)
	return &office{World: w, dir: dir, url: origin, staff: st, watch: watching}
}

// answer is what the desk answered.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// in reads the body into v.
func (a answer) in(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
}

// is checks the status and what else the body must hold.
func (a answer) is(status int, parts ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(string(a.body), part) {
			a.t.Errorf("%s lacks %s", a.body, part)
		}
	}
	return a
}

// client calls the desk as whoever its token is for.
type client struct {
	*office
	t     testing.TB
	login string
	token string
}

func (o *office) stranger(t testing.TB) client { return client{office: o, t: t} }

func (c client) get(path string) answer {
	c.t.Helper()
	return c.send(http.MethodGet, path, nil, nil)
}

// post sends v as JSON, or as it is when it is a string.
func (c client) post(path string, v any) answer {
	c.t.Helper()
	body, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			c.t.Fatal(err)
		}
		body = string(b)
	}
	return c.send(http.MethodPost, path, []byte(body), http.Header{"Content-Type": {"application/json"}})
}

func (c client) send(method, path string, body []byte, header http.Header) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(r) // without following redirects
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{c.t, res.StatusCode, res.Header, b}
}

// options asks for a challenge.
func (c client) options(path string, in any) json.RawMessage {
	c.t.Helper()
	var o struct {
		PublicKey json.RawMessage `json:"publicKey"`
	}
	c.post(path, in).is(http.StatusOK).in(&o)
	return o.PublicKey
}

// assert answers a challenge with a login's software key.
func (c client) assert(login string, options json.RawMessage) json.RawMessage {
	c.t.Helper()
	response, err := c.Rings[login].Assert(c.url, options)
	if err != nil {
		c.t.Fatal(err)
	}
	return response
}

type credential struct {
	Login      string          `json:"login,omitempty"`
	Credential json.RawMessage `json:"credential"`
}

// signIn signs a login in.
func (o *office) signIn(t testing.TB, login string) client {
	t.Helper()
	c := client{office: o, t: t, login: login}
	options := c.options("/api/v1/sign-in/options", map[string]string{"login": login})
	var session struct{ Token string }
	c.post("/api/v1/sign-in", credential{login, c.assert(login, options)}).is(http.StatusCreated).in(&session)
	c.token = session.Token
	return c
}

// request is what the tests read of a request.
type request struct {
	ID      string
	State   model.RequestState
	Words   string
	Reason  string
	Case    string
	Params  map[string]string
	Keys    []struct{ Counts bool }
	Missing struct {
		Keys  int
		Roles []model.Role
	}
}

func (c client) ask(order map[string]any, status int) request {
	c.t.Helper()
	var q request
	c.post("/api/v1/requests", order).is(status).in(&q)
	return q
}

func (c client) turn(id string) answer {
	c.t.Helper()
	options := c.options("/api/v1/requests/"+id+"/key/options", struct{}{})
	return c.post("/api/v1/requests/"+id+"/key", credential{Credential: c.assert(c.login, options)})
}

// suspension is an order to suspend an account on its case.
func (o *office) suspension(handle string) map[string]any {
	return map[string]any{"kind": "suspend", "account": "@" + handle, "reason": "because of the test",
		"case": o.Case(handle).String(), "rule": "1"}
}

// privileged is everything that only the guard writes, and the ledger's size.
func (o *office) privileged() (rows string, size int64) {
	o.TB.Helper()
	var b strings.Builder
	for _, table := range store.PrivilegedTables() {
		for row, err := range o.Store.PrivilegedRows(o.TB.Context(), table) {
			if err != nil {
				o.TB.Fatal(err)
			}
			var names []string
			for name := range row.Values {
				names = append(names, name)
			}
			slices.Sort(names)
			for _, name := range names {
				fmt.Fprintf(&b, "%s %s %s=%s\n", table, row.Key, name, row.Values[name])
			}
		}
	}
	head, _, err := o.Store.LedgerHead(o.TB.Context())
	if err != nil {
		o.TB.Fatal(err)
	}
	return b.String(), head.Size
}

// unchanged runs fn and fails when it changed a privileged row, or when the ledger grew by other than the refusals
// that were to be recorded.
func (o *office) unchanged(t testing.TB, what string, refusals int64, fn func()) {
	t.Helper()
	rows, size := o.privileged()
	fn()
	rowsAfter, sizeAfter := o.privileged()
	if rows != rowsAfter {
		t.Errorf("%s changed privileged rows:\n%s\nbecame\n%s", what, rows, rowsAfter)
	}
	if sizeAfter-size != refusals {
		t.Errorf("%s recorded %d entries, want %d", what, sizeAfter-size, refusals)
	}
}
