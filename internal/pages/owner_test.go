package pages

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

const ownersPassword = "correct horse"

// browser is somebody's browser: it keeps the cookies that it gets, and sends forms as pages do.
type browser struct {
	s       *server
	cookies map[string]string
	agent   string
}

// register gives an account of the world an email address and a password.
func (s *server) register(handle string) {
	s.TB.Helper()
	c := model.Credentials{Account: s.Accounts[handle], Email: handle + "@example.org", PasswordHash: social.HashPassword(ownersPassword)}
	s.Write(func(tx *store.Tx) error { return tx.AddCredentials(context.WithoutCancel(s.TB.Context()), c) })
}

func (s *server) browser(agent string) *browser {
	return &browser{s: s, cookies: map[string]string{}, agent: agent}
}

// owner is the browser of an owner who has signed in.
func (s *server) owner(handle string) *browser {
	s.TB.Helper()
	s.register(handle)
	b := s.browser("Firefox of " + handle)
	b.signIn(handle, ownersPassword).is(http.StatusSeeOther)
	return b
}

// answer is what a browser got.
type answer struct {
	*httptest.ResponseRecorder
	s *server
}

func (a answer) is(status int) answer {
	a.s.TB.Helper()
	if a.Code != status {
		a.s.TB.Fatalf("it is %d, want %d: %v %s", a.Code, status, a.Header(), a.Body)
	}
	return a
}

func (a answer) page() page {
	a.s.TB.Helper()
	root, err := html.Parse(strings.NewReader(a.Body.String()))
	if err != nil {
		a.s.TB.Fatal(err)
	}
	return page{a.s.TB, root, a.Body.String()}
}

func (b *browser) send(r *http.Request) answer {
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	r.Header.Set("User-Agent", b.agent)
	w := httptest.NewRecorder()
	b.s.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return answer{w, b.s}
}

func (b *browser) get(path string) answer {
	return b.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (b *browser) post(path string, pairs ...string) answer {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(r)
}

func (b *browser) signIn(name, password string) answer {
	return b.post("/auth/sign_in", "username", name, "password", password)
}

func TestSignIn(t *testing.T) {
	s := newServer(t)
	s.register("uncle")
	b := s.browser("Firefox")
	if at := b.get("/settings/security").is(http.StatusSeeOther).Header().Get("Location"); at != "/auth/sign_in?next=%2Fsettings%2Fsecurity" {
		t.Errorf("a stranger is led to %s", at)
	}
	b.get("/auth/sign_in?next=/settings/security").is(http.StatusOK).page().wantAttr("input[name=next]", "value", "/settings/security")
	for _, name := range []string{"uncle", "nobody", ""} {
		a := b.signIn(name, "wrong horse").is(http.StatusUnprocessableEntity)
		a.page().want("[role=alert]", "That did not work: this name does not go with this password.")
		if len(a.Result().Cookies()) != 0 {
			t.Errorf("a wrong password of %q gives cookies", name)
		}
	}
	a := b.post("/auth/sign_in", "username", "@Uncle", "password", ownersPassword, "next", "/settings/export").is(http.StatusSeeOther)
	if at := a.Header().Get("Location"); at != "/settings/export" {
		t.Errorf("a sign-in leads to %s", at)
	}
	c := a.Result().Cookies()[0]
	if c.Name != "__Host-keyturn" || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 30*24*3600 {
		t.Errorf("the cookie is %+v", c)
	}
	b.get("/settings").is(http.StatusOK).page().want("main p strong", "@uncle")
	if at := b.get("/auth/sign_in?next=/settings/security").is(http.StatusSeeOther).Header().Get("Location"); at != "/settings/security" {
		t.Errorf("who is signed in already is led to %s", at)
	}
	stolen := b.cookies["__Host-keyturn"]
	b.post("/auth/sign_out").is(http.StatusSeeOther)
	if len(b.cookies) != 0 {
		t.Errorf("after the sign-out the browser has %v", b.cookies)
	}
	b.cookies["__Host-keyturn"] = stolen
	b.get("/settings").is(http.StatusSeeOther)
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	for _, path := range []string{"https://evil.example/", "//evil.example/settings", "/settings/../@uncle\\", "/settingsx", "", "/", "/settings/\r\nX: y"} {
		if got := nextOf(path); got != "/settings" {
			t.Errorf("%q leads to %q", path, got)
		}
	}
}

// TestGuessingIsSlowed has one source guess: by the pages and by an app it is the same door, so that there is one count.
func TestGuessingIsSlowed(t *testing.T) {
	s := newServer(t)
	s.register("uncle")
	b := s.browser("Firefox")
	for range 5 {
		b.signIn("uncle", "wrong horse").is(http.StatusUnprocessableEntity)
	}
	b.signIn("uncle", ownersPassword).is(http.StatusTooManyRequests)
	s.Clock.Advance(time.Hour)
	b.signIn("uncle", ownersPassword).is(http.StatusSeeOther)
}

// TestAnotherSitesForm has another site's page send every form that there is.
func TestAnotherSitesForm(t *testing.T) {
	s := newServer(t)
	b := s.owner("uncle")
	for _, path := range []string{"/auth/sign_in", "/auth/sign_out", "/settings/password", "/settings/sessions/1/end", "/settings/apps/1/end", "/settings/strikes/1/appeal"} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("username=uncle&password=correct+horse"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		b.send(r).is(http.StatusForbidden)
	}
	b.get("/settings").is(http.StatusOK)
}

// TestOwnerInTheDark follows the owner of a dark account: they sign in, read what is on it, and take along what is theirs.
func TestOwnerInTheDark(t *testing.T) {
	s := newServer(t)
	first := s.post(t, "uncle", social.NewPost{Text: "fishing with @aunt", Language: "en"})
	s.post(t, "uncle", social.NewPost{Text: "<secret>", Visibility: model.Private, Spoiler: "careful"})
	theirs := s.post(t, "aunt", social.NewPost{Text: "from aunt"})
	if _, err := s.net.Boost(t.Context(), s.Accounts["uncle"], theirs); err != nil {
		t.Fatal(err)
	}
	for _, followed := range []string{"aunt", "niece"} {
		if err := s.net.Follow(t.Context(), s.Accounts["uncle"], s.Accounts[followed], followed == "aunt"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.net.Mute(t.Context(), s.Accounts["uncle"], s.Accounts["nephew"]); err != nil {
		t.Fatal(err)
	}
	b := s.owner("uncle")
	b.get("/settings").is(http.StatusOK).page().want(".empty", "Nothing restricts your account.")
	light := b.archive()
	csv := b.get("/settings/export/following_accounts.csv").is(http.StatusOK).Body.String()

	s.Do("agent", s.Command(model.CmdSuspend, "uncle", "for", "72h"))
	remove := s.Command(model.CmdRemovePost, "uncle")
	remove.Post = first
	s.Do("agent2", remove)
	dark := s.browser("another")
	dark.signIn("uncle@example.org", ownersPassword).is(http.StatusSeeOther)
	p := dark.get("/settings").is(http.StatusOK).page()
	p.want(".standing h3", "Your account is suspended", "A post of yours is removed")
	p.want(".standing blockquote", "fishing with @aunt")
	p.want(".standing time", "2 Nov 2017, 18:00 UTC", "5 Nov 2017, 18:00 UTC", "2 Nov 2017, 18:00 UTC")
	if got := dark.archive(); got != light {
		t.Errorf("in the dark the archive is\n%s\nwant\n%s", got, light)
	}
	if got := dark.get("/settings/export/following_accounts.csv").is(http.StatusOK).Body.String(); got != csv {
		t.Errorf("in the dark the follows are\n%s\nwant\n%s", got, csv)
	}
	for _, part := range []string{"Account address,Show boosts,Notify on new posts,Languages\n", "aunt@network.example,true,false,\n", "niece@network.example,false,false,\n"} {
		if !strings.Contains(csv, part) {
			t.Errorf("the follows lack %q: %s", part, csv)
		}
	}
	var a struct {
		Profile   struct{ Handle, Email string }
		Following []string
		Muted     []string
		Posts     []struct {
			Text, Boosts, Visibility string
			Mentions                 []string
		}
	}
	if err := json.Unmarshal([]byte(light), &a); err != nil {
		t.Fatalf("%v: %s", err, light)
	}
	if a.Profile.Handle != "uncle" || a.Profile.Email != "uncle@example.org" || len(a.Posts) != 3 || len(a.Following) != 5 || len(a.Muted) != 1 {
		t.Fatalf("the archive has %+v", a)
	}
	if a.Posts[0].Boosts != publicURL+"/@aunt/"+theirs.String() || a.Posts[1].Text != "<secret>" || a.Posts[2].Mentions[0] != "aunt@network.example" {
		t.Errorf("the archive has the posts %+v", a.Posts)
	}
}

// archive reads an owner's archive.
func (b *browser) archive() string {
	b.s.TB.Helper()
	a := b.get("/settings/export/archive.json").is(http.StatusOK)
	if !strings.HasPrefix(a.Header().Get("Content-Disposition"), "attachment") || a.Header().Get("Cache-Control") != "no-store" {
		b.s.TB.Errorf("the archive comes with %v", a.Header())
	}
	return a.Body.String()
}

// TestOthersInTheDark reads every page of an owner's while somebody else whom they follow, mention and boost is dark: it
// leaves no trace, and when it is light again all is as before.
func TestOthersInTheDark(t *testing.T) {
	s := newServer(t)
	theirs := s.post(t, "aunt", social.NewPost{Text: "from the dark"})
	s.post(t, "uncle", social.NewPost{Text: "to @aunt", InReplyTo: theirs})
	if _, err := s.net.Boost(t.Context(), s.Accounts["uncle"], theirs); err != nil {
		t.Fatal(err)
	}
	if err := s.net.Follow(t.Context(), s.Accounts["uncle"], s.Accounts["aunt"], true); err != nil {
		t.Fatal(err)
	}
	b := s.owner("uncle")
	crawl := func() map[string]string {
		seen := map[string]string{}
		for _, path := range []string{"/settings", "/settings/security", "/settings/export", "/settings/export/archive.json", "/settings/export/following_accounts.csv"} {
			seen[path] = b.get(path).is(http.StatusOK).Body.String()
		}
		return seen
	}
	before := crawl()
	s.Do("agent", s.Command(model.CmdDeactivate, "aunt"))
	shown := 0
	for path, body := range crawl() {
		for _, trace := range []string{"aunt@", "/@aunt", theirs.String(), "from the dark"} {
			if strings.Contains(body, trace) {
				t.Errorf("%s shows %s: %s", path, trace, body)
			}
			if strings.Contains(before[path], trace) {
				shown++
			}
		}
	}
	if shown == 0 {
		t.Error("nothing of it showed before")
	}
	s.Do("agent2", s.Command(model.CmdRestore, "aunt"))
	for path, body := range crawl() {
		if body != before[path] {
			t.Errorf("after the restore %s is %s\nwant %s", path, body, before[path])
		}
	}
}
