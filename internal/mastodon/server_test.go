package mastodon

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"keyturn/internal/moderation"
	"keyturn/internal/social"
	"keyturn/internal/testkit"
	"keyturn/internal/web"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const publicURL = "http://network.example"

// memberScopes are those of a token for a member who is nothing else.
var memberScopes = []string{"read", "write", "follow", "push"}

// staffAccounts are the member accounts of some of the staff, by login.
var staffAccounts = map[string]string{"agent": "cousin", "lead": "nephew", "auditor": "niece"}

// server is the API over a real network, with accounts and the staff who can darken them.
type server struct {
	*testkit.World
	net     *social.Network
	app     social.App
	secret  string // the app's
	handler http.Handler
}

func newServer(t testing.TB) *server {
	return newServerAt(t, publicURL, Limits{})
}

// newServerAt makes a server for an address, with limits.
func newServerAt(t testing.TB, address string, limits Limits) *server {
	t.Helper()
	s := &server{World: testkit.NewWorld(t, testkit.WorldOptions{Linked: staffAccounts})}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	if s.net, err = social.New(t.Context(), social.Config{Store: s.Store, Now: s.Clock.Now, Log: log}); err != nil {
		t.Fatal(err)
	}
	s.app, s.secret, err = s.net.RegisterApp(t.Context(), social.App{Name: "Test app",
		RedirectURIs: []string{social.OutOfBand, "https://app.example/back?keep=1"},
		Scopes:       append([]string{"admin:read", "admin:write"}, memberScopes...)})
	if err != nil {
		t.Fatal(err)
	}
	api, err := New(s.net, Config{URL: address, Title: "Network", Description: "All of <us>", Version: "1.2.3",
		Guard: s.Guard, Moderation: moderation.New(s.Store, s.Clock.Now), Now: s.Clock.Now, Log: log, Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	s.handler = web.Common{Log: log, Now: s.Clock.Now, Style: web.MastodonStyle}.Wrap(api)
	return s
}

// caller is someone who calls the API with a token, or without.
type caller struct {
	s     *server
	token string
}

func (s *server) anyone() caller { return caller{s: s} }

// as is a caller with a token of one of the world's accounts.
func (s *server) as(handle string, scopes ...string) caller {
	s.TB.Helper()
	if len(scopes) == 0 {
		scopes = memberScopes
	}
	token, err := s.net.IssueToken(s.TB.Context(), s.app, social.Proof{Account: s.Accounts[handle]}, scopes)
	if err != nil {
		s.TB.Fatal(err)
	}
	return caller{s, token.Token}
}

// answer is what a call gave.
type answer struct {
	s      *server
	call   string
	status int
	header http.Header
	body   string
}

func (c caller) get(path string) answer { return c.do(http.MethodGet, path, "", "") }

// post sends a form: names and values in turn.
func (c caller) post(path string, pairs ...string) answer {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

func (c caller) do(method, path, contentType, body string) answer {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return c.send(r)
}

func (c caller) send(r *http.Request) answer {
	c.s.TB.Helper()
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	w := httptest.NewRecorder()
	c.s.handler.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Body)
	if err != nil {
		c.s.TB.Fatal(err)
	}
	return answer{c.s, r.Method + " " + r.URL.Path, w.Code, w.Header(), string(body)}
}

// want fails the test unless the answer has a status.
func (a answer) want(status int) answer {
	a.s.TB.Helper()
	if a.status != status {
		a.s.TB.Fatalf("%s is %d, want %d: %s", a.call, a.status, status, a.body)
	}
	return a
}

// into decodes a good answer.
func into[T any](a answer) T {
	a.s.TB.Helper()
	a.want(http.StatusOK)
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		a.s.TB.Fatalf("%s: %v: %s", a.call, err, a.body)
	}
	return v
}

// The parts of entities that tests look at.
type (
	gotAccount struct {
		ID          string
		Acct        string
		DisplayName string `json:"display_name"`
		Note        string
		Suspended   bool
		Limited     bool
		Followers   int `json:"followers_count"`
		Posts       int `json:"statuses_count"`
		Roles       []struct{ Name string }
		Source      struct {
			Note           string
			FollowRequests int `json:"follow_requests_count"`
		}
	}
	gotStatus struct {
		ID          string
		Content     string
		Text        string
		Spoiler     string `json:"spoiler_text"`
		Visibility  string
		Language    *string
		Sensitive   bool
		InReplyTo   *string `json:"in_reply_to_id"`
		InReplyToID *string `json:"in_reply_to_account_id"`
		URL         string
		Account     gotAccount
		Reblog      *gotStatus
		Favourited  bool
		Reblogged   bool
		Favourites  int `json:"favourites_count"`
		Reblogs     int `json:"reblogs_count"`
		Replies     int `json:"replies_count"`
		Mentions    []struct{ ID, Acct string }
		Application struct{ Name string }
	}
	gotThread   struct{ Ancestors, Descendants []gotStatus }
	gotRelation struct {
		ID             string
		Following      bool
		FollowedBy     bool `json:"followed_by"`
		ShowingReblogs bool `json:"showing_reblogs"`
		Requested      bool
		Blocking       bool
		Muting         bool
	}
	gotNotification struct {
		ID, Type string
		Account  gotAccount
		Status   *gotStatus
	}
)

func ids(all []gotStatus) []string {
	var ids []string
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	return ids
}

// id is a world's account as the API names it.
func (s *server) id(handle string) string { return s.Accounts[handle].String() }

func newRequest(method, path string) *http.Request { return httptest.NewRequest(method, path, nil) }
