package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"keyturn/internal/testkit"
)

// TestPeoplePage shows who works here, and lets nobody ask who could not.
func TestPeoplePage(t *testing.T) {
	o := open(t)
	if a := o.stranger(t).get("/people").is(http.StatusSeeOther); a.header.Get("Location") != "/sign-in?next=%2Fpeople" {
		t.Errorf("without a sign-in /people leads to %s", a.header.Get("Location"))
	}
	admin := o.signIn(t, "admin")
	admin.get("/people").is(http.StatusOK, "Bastian", "leaving", `data-login="lead.oncall"`, `data-form="bring-in"`, "None.")
	e, path := admin.invite("gov")
	admin.get("/people").is(http.StatusOK, "not made yet")
	stranger := o.stranger(t)
	response, err := testkit.NewToken("key").Register(o.url, stranger.options(path+"/options", struct{}{}))
	if err != nil {
		t.Fatal(err)
	}
	stranger.post(path, newKey{"<i>key</i>", response}).is(http.StatusCreated).in(&e)
	admin.get("/people").is(http.StatusOK, "&lt;i&gt;key", `data-enrolment="`+e.ID+`" data-fingerprint="`+e.Fingerprint+`"`)
	seen := o.signIn(t, "auditor").get("/people").is(http.StatusOK, "Bastian", e.Fingerprint)
	for _, part := range []string{"data-do=\"invite\"", "data-do=\"enrol\"", "data-form"} {
		if strings.Contains(string(seen.body), part) {
			t.Errorf("the auditor's page has %s", part)
		}
	}
}
