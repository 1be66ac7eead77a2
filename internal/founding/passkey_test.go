package founding_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/softkey"
	"keyturn/internal/testkit"
)

// TestPasskeyThatDoesNotCount hands in everything but a second passkey of one's own, and then the right one.
func TestPasskeyThatDoesNotCount(t *testing.T) {
	s := begin(t)
	ada, sam := s.token("ada"), s.token("sam")
	first := s.make("ada", "laptop")
	if _, err := first.Register(s.url, s.options(ada)); err == nil {
		t.Error("the authenticator that made the first passkey makes the second")
	}
	soft := softkey.New("soft")
	response, err := soft.Register(s.url, s.options(ada))
	if err != nil {
		t.Fatal(err)
	}
	s.post(passkeyPath(ada), newKey{"soft", response}, http.StatusForbidden, "software key")

	elsewhere, err := testkit.NewToken("elsewhere").Register("http://localhost:1", s.options(ada))
	if err != nil {
		t.Fatal(err)
	}
	s.post(passkeyPath(ada), newKey{"elsewhere", elsewhere}, http.StatusForbidden, "another site")

	key := s.create(ada, testkit.NewToken("key"))
	s.post(passkeyPath(sam), key, http.StatusForbidden, "not handed out for this")
	s.post(passkeyPath(strings.Repeat("A", 43)), key, http.StatusNotFound)
	s.post("/api/v1/founding/passkeys", key, http.StatusNotFound, "no founder")
	s.clock.Advance(5*time.Minute + time.Second)
	s.post(passkeyPath(ada), key, http.StatusForbidden, "too old")

	old := s.create(ada, testkit.NewToken("old"))
	s.options(ada)
	s.post(passkeyPath(ada), old, http.StatusForbidden, "not handed out for this")
	s.empty(1)

	good := s.create(ada, testkit.NewToken("key"))
	s.post(passkeyPath(ada), good, http.StatusCreated, `"made":2`)
	s.post(passkeyPath(ada), good, http.StatusConflict, "used up")
	s.post(optionsPath(ada), "{}", http.StatusConflict, "used up")
	s.empty(2)
}

// TestChallengeIsUsedOnce has two authenticators answer one challenge.
func TestChallengeIsUsedOnce(t *testing.T) {
	s := begin(t)
	ada := s.token("ada")
	options := s.options(ada)
	var made []newKey
	for _, name := range []string{"one", "two"} {
		response, err := testkit.NewToken(name).Register(s.url, options)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, newKey{name, response})
	}
	s.post(passkeyPath(ada), made[0], http.StatusCreated)
	s.post(passkeyPath(ada), made[1], http.StatusForbidden, "used already")
	s.empty(1)
}

// TestSamePasskeyTwice has whoever drives an authenticator disregard what the options exclude.
func TestSamePasskeyTwice(t *testing.T) {
	s := begin(t)
	first := s.create(s.token("ada"), testkit.NewToken("key"))
	s.post(passkeyPath(s.token("ada")), first, http.StatusCreated)
	for login, words := range map[string]string{"ada": "your first passkey", "sam": "another founder"} {
		again := newKey{"again", replay(t, first.Credential, s.options(s.token(login)))}
		s.post(passkeyPath(s.token(login)), again, http.StatusConflict, words)
	}
	s.empty(1)
}

// replay makes an earlier answer one to a new challenge: without an attestation nothing signs the challenge.
func replay(t *testing.T, credential, options json.RawMessage) json.RawMessage {
	t.Helper()
	var asked struct{ Challenge string }
	var answer map[string]any
	if err := errors.Join(json.Unmarshal(options, &asked), json.Unmarshal(credential, &answer)); err != nil {
		t.Fatal(err)
	}
	response := answer["response"].(map[string]any)
	text, err := base64.RawURLEncoding.DecodeString(response["clientDataJSON"].(string))
	if err != nil {
		t.Fatal(err)
	}
	var client map[string]any
	if err := json.Unmarshal(text, &client); err != nil {
		t.Fatal(err)
	}
	client["challenge"] = asked.Challenge
	text, err = json.Marshal(client)
	if err != nil {
		t.Fatal(err)
	}
	response["clientDataJSON"] = base64.RawURLEncoding.EncodeToString(text)
	out, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestInputThatCannotBeRead(t *testing.T) {
	s := begin(t)
	ada := s.token("ada")
	good := s.create(ada, testkit.NewToken("key"))
	cut := slices.Clone(good.Credential[:len(good.Credential)-9])
	for body, words := range map[string]string{
		"":                             "empty",
		"null":                         "must not be a JSON null",
		"[]":                           "must not be a JSON array",
		"{":                            "not JSON",
		"{}":                           "credential: is needed",
		"{} {}":                        "one JSON value",
		`{"x":1}`:                      "not known",
		`{"name":"x","credential":{}}`: "not the answer of a passkey",
		`{"name":"x","credential":"` + strings.Repeat("a", passkey.MaxResponse) + `"}`: "more than 65536 bytes",
		`{"name":7,"credential":{}}`:                    "name",
		`{"name":"x","credential":` + string(cut) + `}`: "not JSON",
	} {
		words = strings.ReplaceAll(words, "credential: is", `"error":"is`)
		s.post(passkeyPath(ada), body, http.StatusBadRequest, words)
	}
	for _, name := range []string{"", "  ", strings.Repeat("é", 61), "a\nb", "\u202eevil"} {
		s.post(passkeyPath(ada), newKey{name, good.Credential}, http.StatusBadRequest, `"field":"name"`)
	}
	s.post(passkeyPath(ada), `{"name":"`+strings.Repeat("a", 1<<20)+`"}`, http.StatusRequestEntityTooLarge, "is over")
	s.send(http.MethodPost, passkeyPath(ada), []byte("name=x"), http.Header{"Content-Type": {"text/plain"}}, http.StatusBadRequest)
	s.send(http.MethodPost, passkeyPath(ada), []byte("{}"), http.Header{"Content-Type": {"application/json"},
		"Sec-Fetch-Site": {"cross-site"}}, http.StatusForbidden, "another site")
	s.empty(0)
	// None of it used the challenge up.
	s.post(passkeyPath(ada), good, http.StatusCreated)
	s.empty(1)
}

func TestGuessingLinksIsBounded(t *testing.T) {
	s := begin(t)
	for range 60 {
		s.get("/founding?link=guess", http.StatusNotFound, "no founder", "<html")
	}
	s.get("/founding?link=guess", http.StatusTooManyRequests)
	s.make("ada", "laptop") // founders are not held up by it
}

// TestPagesAreGuarded checks what every page must have and what none may show.
func TestPagesAreGuarded(t *testing.T) {
	s := begin(t)
	page := s.get("/founding?link="+s.token("ada"), http.StatusOK, "Ada Adams", "Make my first passkey", "Leila Lund")
	for _, other := range []string{"sam", "leila"} {
		if strings.Contains(page, s.token(other)) {
			t.Errorf("ada's page shows %s's link", other)
		}
	}
	s.make("ada", "<b>laptop</b>")
	s.get("/founding?link="+s.token("ada"), http.StatusOK, "Make my second passkey", "&lt;b&gt;laptop", s.made[0].Fingerprint)
	s.get("/", http.StatusOK, "being founded")
	s.get("/static/desk.js", http.StatusOK, "makePasskey")
	s.get("/sign-in", http.StatusNotFound)
	s.get("/api/v1/me", http.StatusNotFound)
	s.get(passkeyPath(s.token("ada")), http.StatusNotFound)
	res, err := http.Get(s.Links()[0].URL)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") {
		t.Errorf("Content-Security-Policy is %q", csp)
	}
	http.DefaultClient.CloseIdleConnections()
}

// FuzzRegister hands in what answers no challenge that was handed out.
func FuzzRegister(f *testing.F) {
	s := begin(f)
	ada := s.token("ada")
	f.Add("key", []byte(s.create(ada, testkit.NewToken("key")).Credential))
	f.Add("", []byte("{}"))
	f.Fuzz(func(t *testing.T, name string, credential []byte) {
		if _, err := s.Options(ada); err != nil { // a new challenge
			t.Fatal(err)
		}
		_, err := s.Register(t.Context(), ada, name, credential)
		if kind := model.KindOf(err); kind != model.KindInvalid && kind != model.KindForbidden {
			t.Errorf("%q, %q: %v", name, credential, err)
		}
	})
}
