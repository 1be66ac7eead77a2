package pages

import (
	"net/http"
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

func TestChangePassword(t *testing.T) {
	s := newServer(t)
	b := s.owner("uncle")
	other := s.browser("Safari")
	other.signIn("uncle", ownersPassword).is(http.StatusSeeOther)
	for _, try := range []struct{ present, next, again, says string }{
		{"wrong horse", "battery staple", "battery staple", "That is not your present password."},
		{ownersPassword, "battery staple", "battery stable", "The two new passwords differ."},
		{ownersPassword, "short", "short", "The new password must have at least 8 characters and at most 1000 bytes."},
	} {
		a := b.post("/settings/password", "password", try.present, "new_password", try.next, "new_password_again", try.again)
		a.is(http.StatusUnprocessableEntity).page().want("[role=alert]", try.says)
	}
	other.get("/settings").is(http.StatusOK)
	a := b.post("/settings/password", "password", ownersPassword, "new_password", "battery staple", "new_password_again", "battery staple")
	a.is(http.StatusSeeOther)
	b.get(a.Header().Get("Location")).is(http.StatusOK).page().want("[role=status]", doneWords("password"))
	other.get("/settings").is(http.StatusSeeOther)
	other.signIn("uncle", ownersPassword).is(http.StatusUnprocessableEntity)
	other.signIn("uncle", "battery staple").is(http.StatusSeeOther)
}

// TestEndSessionsAndApps ends one sign-in on the web and one app, and tries to end somebody else's.
func TestEndSessionsAndApps(t *testing.T) {
	s := newServer(t)
	app, _, err := s.net.RegisterApp(t.Context(), social.App{Name: "toot", RedirectURIs: []string{social.OutOfBand}, Scopes: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	token := func(handle string) string {
		t.Helper()
		got, err := s.net.IssueToken(t.Context(), app, social.Proof{Account: s.Accounts[handle]}, []string{"read"})
		if err != nil {
			t.Fatal(err)
		}
		return got.Token
	}
	b := s.owner("uncle")
	other := s.browser("Safari <script>")
	other.signIn("uncle", ownersPassword).is(http.StatusSeeOther)
	mine, theirs := token("uncle"), token("aunt")
	niece := s.owner("niece")

	p := b.get("/settings/security").is(http.StatusOK).page()
	if rows := strings.Join(p.texts(".rows li"), "\n"); !strings.Contains(rows, "Safari <script>") || !strings.Contains(rows, "toot") || strings.Contains(rows, "Firefox of niece") {
		t.Errorf("the page lists %s", rows)
	}
	forms := p.all(".rows form")
	if len(forms) != 2 {
		t.Fatalf("there are %d forms", len(forms))
	}
	for _, form := range forms {
		niece.post(attr(form, "action")).is(http.StatusSeeOther) // it is not hers: nothing happens
	}
	other.get("/settings").is(http.StatusOK)
	for _, form := range forms {
		if _, err := s.net.TokenOf(t.Context(), mine); err != nil {
			t.Fatalf("the app was signed out before %s: %v", attr(form, "action"), err)
		}
		b.post(attr(form, "action")).is(http.StatusSeeOther)
	}
	other.get("/settings").is(http.StatusSeeOther)
	b.get("/settings").is(http.StatusOK)
	if _, err := s.net.TokenOf(t.Context(), mine); model.KindOf(err) != model.KindUnauthenticated {
		t.Errorf("the app is still signed in: %v", err)
	}
	if _, err := s.net.TokenOf(t.Context(), theirs); err != nil {
		t.Errorf("another's app was signed out: %v", err)
	}
	b.post("/settings/sessions/x/end").is(http.StatusNotFound)
}
