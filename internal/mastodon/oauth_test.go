package mastodon

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

const password = "correct horse"

// gotToken is what the token endpoint gives.
type gotToken struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	Scope       string
	CreatedAt   int64 `json:"created_at"`
	Error       string
	Description string `json:"error_description"`
}

// register makes an account with a password, over the API.
func (s *server) register(handle string) caller {
	s.TB.Helper()
	app, err := s.net.IssueToken(s.TB.Context(), s.app, social.Proof{}, s.app.Scopes)
	if err != nil {
		s.TB.Fatal(err)
	}
	token := into[gotToken](caller{s, app.Token}.post("/api/v1/accounts", "username", handle,
		"email", handle+"@mail.example", "password", password, "agreement", "true", "locale", "en"))
	return caller{s, token.AccessToken}
}

// oauth calls an endpoint as the app.
func (s *server) oauth(path string, pairs ...string) answer {
	return s.anyone().post(path, append(pairs, "client_id", s.app.ClientID, "client_secret", s.secret)...)
}

func TestRegister(t *testing.T) {
	s := newServer(t)
	member := s.register("Newcomer")
	if got := into[gotAccount](member.get("/api/v1/accounts/verify_credentials")); got.Acct != "Newcomer" {
		t.Errorf("registered %+v", got)
	}
	app, err := s.net.IssueToken(t.Context(), s.app, social.Proof{}, s.app.Scopes)
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]string{"username": "another", "email": "another@mail.example", "password": password, "agreement": "1"}
	tests := []struct{ field, value, code string }{
		{"username", "newcomer", "ERR_TAKEN"},
		{"username", "", "ERR_BLANK"},
		{"username", "no handle", "ERR_INVALID"},
		{"username", "admin", "ERR_INVALID"},
		{"email", "Newcomer@mail.example", "ERR_TAKEN"},
		{"email", "nonsense", "ERR_INVALID"},
		{"password", "short", "ERR_INVALID"},
		{"agreement", "false", "ERR_ACCEPTED"},
	}
	for _, tt := range tests {
		var pairs []string
		for name, value := range good {
			if name == tt.field {
				value = tt.value
			}
			pairs = append(pairs, name, value)
		}
		got := caller{s, app.Token}.post("/api/v1/accounts", pairs...).want(http.StatusUnprocessableEntity)
		if !strings.Contains(got.body, `"details":{"`+tt.field+`":[{"error":"`+tt.code+`"`) {
			t.Errorf("%s %q is told as %s", tt.field, tt.value, got.body)
		}
	}
	s.anyone().post("/api/v1/accounts").want(http.StatusUnauthorized)
	member.post("/api/v1/accounts").want(http.StatusForbidden)
	s.anyone().get("/api/v1/accounts/lookup?acct=another").want(http.StatusNotFound)
}

func TestTokens(t *testing.T) {
	s := newServer(t)
	s.register("newcomer")
	for _, name := range []string{"newcomer", "@Newcomer", "newcomer@mail.example"} {
		got := into[gotToken](s.oauth("/oauth/token", "grant_type", "password", "username", name, "password", password, "scope", "read write follow"))
		if got.TokenType != "Bearer" || got.Scope != "read write follow" || got.CreatedAt != s.Clock.Now().Unix() {
			t.Errorf("token is %+v", got)
		}
		member := caller{s, got.AccessToken}
		member.get("/api/v1/accounts/verify_credentials").want(http.StatusOK)
		s.oauth("/oauth/revoke", "token", got.AccessToken).want(http.StatusOK)
		s.oauth("/oauth/revoke", "token", got.AccessToken).want(http.StatusOK)
		member.get("/api/v1/accounts/verify_credentials").want(http.StatusUnauthorized)
	}
	app := into[gotToken](s.oauth("/oauth/token", "grant_type", "client_credentials", "scope", "read"))
	verified := caller{s, app.AccessToken}.get("/api/v1/apps/verify_credentials").want(http.StatusOK)
	if !strings.Contains(verified.body, `"name":"Test app"`) || strings.Contains(verified.body, "secret\":\"") {
		t.Errorf("app is %s", verified.body)
	}
	tests := []struct {
		pairs  []string
		status int
		code   string
		names  string
	}{
		{[]string{"grant_type", "password", "username", "newcomer", "password", "wrong horse"}, 400, "invalid_grant", "username"},
		{[]string{"grant_type", "password", "username", "nobody", "password", "wrong horse"}, 400, "invalid_grant", "username"},
		{[]string{"grant_type", "password", "username", "newcomer"}, 400, "invalid_request", "password"},
		{[]string{"grant_type", "password", "username", "newcomer", "password", password, "scope", "read admin:write"}, 400, "invalid_scope", "scope"},
		{[]string{"grant_type", "authorization_code", "redirect_uri", social.OutOfBand, "code", "nonsense"}, 400, "invalid_grant", "code"},
		{[]string{"grant_type", "authorization_code", "redirect_uri", social.OutOfBand}, 400, "invalid_grant", "code"},
		{[]string{"grant_type", "implicit"}, 400, "unsupported_grant_type", "grant_type"},
		{nil, 400, "unsupported_grant_type", "grant_type"},
	}
	for _, tt := range tests {
		a := s.oauth("/oauth/token", tt.pairs...).want(tt.status)
		if !strings.Contains(a.body, `"error":"`+tt.code+`","error_description":"`+tt.names+`:`) {
			t.Errorf("%v is told as %s, want %s about %s", tt.pairs, a.body, tt.code, tt.names)
		}
	}
	wrong := s.anyone().post("/oauth/token", "grant_type", "client_credentials", "client_id", s.app.ClientID, "client_secret", "wrong")
	if wrong.want(http.StatusUnauthorized); !strings.Contains(wrong.body, "invalid_client") {
		t.Errorf("a wrong secret is told as %s", wrong.body)
	}
}

// authorize fills in the sign-in page's form as a browser does.
func (s *server) authorize(query url.Values, fill map[string]string) answer {
	s.TB.Helper()
	page := s.anyone().get("/oauth/authorize/?" + query.Encode()).want(http.StatusOK)
	if page.header.Get("Cache-Control") != "no-store" || !strings.Contains(page.body, "Test app") {
		s.TB.Fatalf("page is %v %s", page.header, page.body)
	}
	form := []string{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(page.body, -1) {
		form = append(form, m[1], html.UnescapeString(m[2]))
	}
	for name, value := range fill {
		form = append(form, name, value)
	}
	return s.anyone().post("/oauth/authorize", form...)
}

func (s *server) grantQuery(redirect string, more ...string) url.Values {
	q := url.Values{"response_type": {"code"}, "client_id": {s.app.ClientID}, "redirect_uri": {redirect},
		"scope": {"read write"}, "state": {"a+b&c"}, "force_login": {"False"}, "lang": {"None"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q
}

func TestAuthorizeByCopying(t *testing.T) {
	s := newServer(t)
	s.register("newcomer")
	page := s.authorize(s.grantQuery(social.OutOfBand), map[string]string{"username": "newcomer", "password": password}).want(http.StatusOK)
	code := regexp.MustCompile(`class="oauth-code" type="text" value="([^"]+)"`).FindStringSubmatch(page.body)
	if code == nil {
		t.Fatalf("no code on %s", page.body)
	}
	exchange := []string{"grant_type", "authorization_code", "redirect_uri", social.OutOfBand, "code", code[1]}
	token := into[gotToken](s.oauth("/oauth/token", exchange...))
	if token.Scope != "read write" {
		t.Errorf("token is %+v", token)
	}
	caller{s, token.AccessToken}.get("/api/v1/timelines/home").want(http.StatusOK)
	s.oauth("/oauth/token", exchange...).want(http.StatusBadRequest)
}

func TestAuthorizeWithProof(t *testing.T) {
	s := newServer(t)
	s.register("newcomer")
	verifier := strings.Repeat("verifier~", 6)
	sum := sha256.Sum256([]byte(verifier))
	challenges := map[string][]string{
		"S256":  {"code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method", "S256"},
		"plain": {"code_challenge", verifier, "code_challenge_method", "plain"},
		"none":  {"code_challenge", verifier},
	}
	for name, challenge := range challenges {
		for try, want := range map[string]int{verifier: http.StatusOK, "wrong" + verifier: http.StatusBadRequest, "": http.StatusBadRequest} {
			back := s.authorize(s.grantQuery("https://app.example/back?keep=1", challenge...),
				map[string]string{"username": "newcomer", "password": password, "decision": "allow"}).want(http.StatusSeeOther)
			to, err := url.Parse(back.header.Get("Location"))
			if err != nil || to.Host != "app.example" || to.Query().Get("keep") != "1" || to.Query().Get("state") != "a+b&c" {
				t.Fatalf("led to %s: %v", to, err)
			}
			got := s.oauth("/oauth/token", "grant_type", "authorization_code", "redirect_uri", "https://app.example/back?keep=1",
				"code", to.Query().Get("code"), "code_verifier", try)
			if got.status != want {
				t.Errorf("%s with verifier %q is %d, want %d: %s", name, try, got.status, want, got.body)
			}
		}
	}
}

func TestAuthorizeDenied(t *testing.T) {
	s := newServer(t)
	back := s.authorize(s.grantQuery("https://app.example/back?keep=1"), map[string]string{"decision": "deny"}).want(http.StatusSeeOther)
	if to := back.header.Get("Location"); to != "https://app.example/back?error=access_denied&keep=1&state=a%2Bb%26c" {
		t.Errorf("led to %s", to)
	}
	s.authorize(s.grantQuery(social.OutOfBand), map[string]string{"decision": "deny"}).want(http.StatusOK)
}

func TestAuthorizeRefusals(t *testing.T) {
	s := newServer(t)
	for _, change := range [][]string{
		{"redirect_uri", "https://evil.example/"}, {"client_id", "nonsense"}, {"response_type", "token"}, {"scope", "admin"},
		{"code_challenge", "x", "code_challenge_method", "S512"}, {"code_challenge", "x", "code_challenge_method", "S256"},
		{"redirect_uri", ""},
	} {
		q := s.grantQuery(social.OutOfBand, change...)
		a := s.anyone().get("/oauth/authorize?" + q.Encode())
		if a.status < 400 || a.status >= 500 || a.header.Get("Location") != "" || !strings.Contains(a.body, "cannot be done") {
			t.Errorf("%v is %d %s", change, a.status, a.body)
		}
	}
	wrong := s.authorize(s.grantQuery(social.OutOfBand), map[string]string{"username": `"><b>`, "password": "wrong horse"})
	if wrong.want(http.StatusUnprocessableEntity); strings.Contains(wrong.body, "<b>") || !strings.Contains(wrong.body, `role="alert">That did not work: your username does not go with this password.</p>`) {
		t.Errorf("a wrong password is told as %s", wrong.body)
	}
	r := newRequest(http.MethodPost, "/oauth/authorize")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	s.anyone().send(r).want(http.StatusForbidden)
}

// TestGuessingLocksNobodyOut has one source guess until it is stopped; the owner signs in from another one all the same.
func TestGuessingLocksNobodyOut(t *testing.T) {
	s := newServerAt(t, publicURL, Limits{SignIns: web.Rate{Burst: 3, Every: time.Hour}})
	s.register("newcomer")
	signIn := func(source, pass string) int {
		form := url.Values{"grant_type": {"password"}, "username": {"newcomer"}, "password": {pass},
			"client_id": {s.app.ClientID}, "client_secret": {s.secret}}
		r := newRequest(http.MethodPost, "/oauth/token?"+form.Encode())
		r.RemoteAddr = source
		return s.anyone().send(r).status
	}
	for range 5 {
		if got := signIn("192.0.2.1:99", password); got != http.StatusOK {
			t.Fatalf("signing in is %d: success uses the allowance up", got)
		}
	}
	var got []int
	for range 5 {
		got = append(got, signIn("192.0.2.1:99", "wrong horse"))
	}
	if got[0] != 400 || got[2] != 400 || got[3] != 429 || got[4] != 429 {
		t.Errorf("guessing is %v", got)
	}
	if got := signIn("192.0.2.2:99", password); got != http.StatusOK {
		t.Errorf("the owner from elsewhere is %d", got)
	}
}

func TestRegistrationsAreBounded(t *testing.T) {
	s := newServerAt(t, publicURL, Limits{Registrations: web.Rate{Burst: 1, Every: time.Hour}, Writes: web.Rate{Burst: 2, Every: time.Hour}})
	member := s.register("newcomer")
	s.anyone().post("/api/v1/apps", "client_name", "x", "redirect_uris", social.OutOfBand).want(http.StatusTooManyRequests)
	member.post("/api/v1/statuses", "status", "1").want(http.StatusOK)
	member.post("/api/v1/statuses", "status", "2").want(http.StatusOK)
	if got := member.post("/api/v1/statuses", "status", "3").want(http.StatusTooManyRequests); got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.as("aunt").post("/api/v1/statuses", "status", "1").want(http.StatusOK)
	member.get("/api/v1/timelines/home").want(http.StatusOK)
}

func TestOwnerOfADarkAccountIsTold(t *testing.T) {
	s := newServer(t)
	member := s.register("newcomer")
	a, err := s.Store.AccountByHandle(t.Context(), "newcomer")
	if err != nil {
		t.Fatal(err)
	}
	s.Accounts["newcomer"] = a.ID
	s.Do("agent", s.Command(model.CmdSuspend, "newcomer"))
	got := s.oauth("/oauth/token", "grant_type", "password", "username", "newcomer", "password", password).want(http.StatusBadRequest)
	if !strings.Contains(got.body, "suspended") {
		t.Errorf("token: %s", got.body)
	}
	page := s.authorize(s.grantQuery(social.OutOfBand), map[string]string{"username": "newcomer", "password": password})
	if page.want(http.StatusUnprocessableEntity); !strings.Contains(page.body, "suspended") {
		t.Errorf("page: %s", page.body)
	}
	member.get("/api/v1/timelines/home").want(http.StatusForbidden)
	member.post("/api/v1/statuses", "status", "still here?").want(http.StatusForbidden)
}
