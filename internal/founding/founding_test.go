package founding_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/founding"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var threeFounders = []founding.Founder{
	{Role: model.RoleLead, Login: "leila", Name: "Leila Lund", Team: "moderation"},
	{Role: model.RoleAdmin, Login: "ada", Name: "Ada Adams", Team: "operations"},
	{Role: model.RoleSecurity, Login: "sam", Name: "Sam Silva", Team: "operations"},
}

// start is a first start that listens.
type start struct {
	*founding.Founding
	t       testing.TB
	cfg     founding.Config
	clock   *testkit.Clock
	handler atomic.Pointer[http.Handler] // what is served now
	url     string                       // the desk's
	made    []founding.Made
}

// begin begins a founding of an empty store at an address of its own.
func begin(t testing.TB) *start {
	t.Helper()
	return beginOn(t, store.Config{Dir: t.TempDir()})
}

func beginOn(t testing.TB, on store.Config) *start {
	t.Helper()
	s := &start{t: t, clock: testkit.NewClock(time.Date(2017, 11, 2, 18, 0, 0, 0, time.UTC))}
	on.Now = s.clock.Now
	st, err := store.Open(t.Context(), on)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	server := httptest.NewUnstartedServer(http.HandlerFunc(s.current))
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	s.url = "http://localhost:" + port
	s.cfg = founding.Config{Store: st, URL: "https://Social.example:443/", DeskURL: s.url, HighProfileAt: guard.HighProfileAt,
		Founders: threeFounders, Software: []byte(softkey.AAGUID), Made: func(m founding.Made) { s.made = append(s.made, m) },
		Log: slog.New(slog.DiscardHandler), Now: s.clock.Now}
	if s.Founding, err = founding.New(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	s.handler.Store(&h)
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// token is what a founder's link has of its own.
func (s *start) token(login string) string {
	s.t.Helper()
	for _, l := range s.Links() {
		if l.Login == login {
			_, token, _ := strings.Cut(l.URL, "?link=")
			return token
		}
	}
	s.t.Fatalf("nobody is %s", login)
	return ""
}

// get gets a path and checks the status and what the body must hold.
func (s *start) get(path string, status int, parts ...string) string {
	s.t.Helper()
	return s.send(http.MethodGet, path, nil, nil, status, parts...)
}

// post sends v as JSON, or as it is when it is a string.
func (s *start) post(path string, v any, status int, parts ...string) string {
	s.t.Helper()
	body, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			s.t.Fatal(err)
		}
		body = string(b)
	}
	return s.send(http.MethodPost, path, []byte(body), http.Header{"Content-Type": {"application/json"}}, status, parts...)
}

func (s *start) send(method, path string, body []byte, header http.Header, status int, parts ...string) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode != status {
		s.t.Errorf("%s %s: status %d, want %d: %s", method, path, res.StatusCode, status, b)
	}
	for _, part := range parts {
		if !strings.Contains(string(b), part) {
			s.t.Errorf("%s %s: %s lacks %s", method, path, b, part)
		}
	}
	return string(b)
}

// newKey is what a page hands in.
type newKey struct {
	Name       string          `json:"name"`
	Credential json.RawMessage `json:"credential"`
}

func optionsPath(token string) string { return "/api/v1/founding/options?link=" + token }
func passkeyPath(token string) string { return "/api/v1/founding/passkeys?link=" + token }

// options asks for a challenge.
func (s *start) options(token string) json.RawMessage {
	s.t.Helper()
	var o struct {
		PublicKey json.RawMessage `json:"publicKey"`
	}
	if err := json.Unmarshal([]byte(s.post(optionsPath(token), "{}", http.StatusOK)), &o); err != nil {
		s.t.Fatal(err)
	}
	return o.PublicKey
}

// create has an authenticator make a passkey, without handing it in.
func (s *start) create(token string, key testkit.Token) newKey {
	s.t.Helper()
	response, err := key.Register(s.url, s.options(token))
	if err != nil {
		s.t.Fatal(err)
	}
	return newKey{key.Name(), response}
}

// make makes a founder's passkey and hands it in.
func (s *start) make(login, name string) testkit.Token {
	s.t.Helper()
	key := testkit.NewToken(name)
	s.post(passkeyPath(s.token(login)), s.create(s.token(login), key), http.StatusCreated, `"login":"`+login+`"`)
	return key
}

// empty fails the test unless the store has nothing in it, and so many passkeys are made.
func (s *start) empty(made int) {
	s.t.Helper()
	if err := guard.Unborn(s.t.Context(), s.cfg.Store.Reads); err != nil {
		s.t.Error(err)
	}
	for _, table := range store.PrivilegedTables() {
		for row := range s.cfg.Store.PrivilegedRows(s.t.Context(), table) {
			s.t.Errorf("before its birth the store has a row of %s: %v", table, row.Values)
		}
	}
	if len(s.made) != made {
		s.t.Errorf("%d passkeys are made, want %d", len(s.made), made)
	}
}

// whole fails the test unless the store was born with its three founders and its ledger is in order. It returns the
// guard that the store opens with.
func (s *start) whole() *guard.Guard {
	s.t.Helper()
	select {
	case <-s.Done():
	default:
		s.t.Error("the founding is not over")
	}
	if born, err := s.Born(); !born || err != nil {
		s.t.Errorf("born %v, %v", born, err)
	}
	g, err := guard.New(s.t.Context(), s.cfg.Store, s.clock.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	want := guard.Settings{URL: "https://social.example", DeskURL: s.url, WaitDivisor: 1, HighProfileAt: guard.HighProfileAt}
	if g.Settings() != want {
		s.t.Errorf("born with %+v, want %+v", g.Settings(), want)
	}
	report, err := audit.Verify(s.t.Context(), s.cfg.Store, nil)
	if err != nil || !report.OK() || report.Size != 1 {
		s.t.Errorf("verifying finds %+v, %v", report, err)
	}
	for _, f := range threeFounders {
		s.person(f)
	}
	return g
}

// person checks that a founder stands in the store as a person who may act at once.
func (s *start) person(f founding.Founder) {
	s.t.Helper()
	login, err := s.cfg.Store.LoginNamed(s.t.Context(), f.Login)
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := s.cfg.Store.Person(s.t.Context(), login.Person)
	if err != nil {
		s.t.Fatal(err)
	}
	if p.Name != f.Name || p.Team != f.Team || len(p.Grants) != 1 || !p.Has(f.Role) || p.Employment.Leaver(s.clock.Now()) ||
		p.Employment.Kind != model.Employee || !p.Employment.EndsAt.IsZero() {
		s.t.Errorf("%+v became %+v", f, p)
	}
	keys, err := s.cfg.Store.CredentialsOf(s.t.Context(), p.ID)
	if err != nil || len(keys) != 2 {
		s.t.Errorf("%s has %d passkeys, %v", f.Login, len(keys), err)
	}
}

func TestThreeFoundersBearAStore(t *testing.T) {
	for engine, on := range map[string]store.Config{"SQLite": {Dir: t.TempDir()}, "PostgreSQL": {URL: testkit.Postgres(t)}} {
		t.Run(engine, func(t *testing.T) { bearAStore(t, beginOn(t, on)) })
	}
}

func bearAStore(t *testing.T, s *start) {
	for i, made := range []struct{ login, key string }{
		{"sam", "phone"}, {"ada", "laptop"}, {"sam", "safe"}, {"leila", "phone"}, {"leila", "safe"},
	} {
		s.empty(i)
		s.make(made.login, made.key)
	}
	s.empty(5)
	state := "/api/v1/founding?link=" + s.token("leila")
	s.get(state, http.StatusOK, `{"state":"5 of 6"}`)
	s.get("/founding?link="+s.token("leila"), http.StatusOK, "You are done", `data-state="5 of 6"`, "Ada Adams", "1 of 2")
	s.make("ada", "safe")
	s.whole()
	s.get(state, http.StatusOK, `{"state":"born"}`)
	s.get("/founding?link="+s.token("leila"), http.StatusOK, "The network is founded", "leila")
	if last := s.made[5]; last.Login != "ada" || last.Key != "safe" || last.Count != 2 || len(last.Fingerprint) != 16 {
		t.Errorf("told last of %+v", last)
	}
	if _, err := founding.New(t.Context(), s.cfg); model.KindOf(err) != model.KindConflict {
		t.Errorf("a second founding of the store: %v", err)
	}
}

func TestStoreWithAnAccountIsRefused(t *testing.T) {
	s := begin(t)
	for _, f := range []string{"ada", "sam"} {
		s.make(f, "phone")
		s.make(f, "safe")
	}
	s.make("leila", "phone")
	err := s.cfg.Store.Write(t.Context(), func(tx *store.Tx) error {
		return tx.AddAccount(t.Context(), model.Account{ID: tx.NextID(), Handle: "early", CreatedAt: s.clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := founding.New(t.Context(), s.cfg); model.KindOf(err) != model.KindConflict || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("founding a store with an account: %v", err)
	}
	// The account came while the founding was under way: it ends without a birth.
	last := s.create(s.token("leila"), testkit.NewToken("safe"))
	s.post(passkeyPath(s.token("leila")), last, http.StatusConflict, "@early")
	<-s.Done()
	if born, err := s.Born(); born || model.KindOf(err) != model.KindConflict {
		t.Errorf("born %v, %v", born, err)
	}
	if head, _, err := s.cfg.Store.LedgerHead(t.Context()); err != nil || head.Size != 0 {
		t.Errorf("the ledger has %d entries, %v", head.Size, err)
	}
	s.get("/founding?link="+s.token("ada"), http.StatusOK, "cannot be founded")
	s.post(optionsPath(s.token("leila")), "{}", http.StatusConflict)
}
