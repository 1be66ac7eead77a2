package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"keyturn/internal/model"
	"keyturn/internal/recovery"
	"keyturn/internal/testkit"
)

// signed has some of the recovery keys sign a statement as text.
func (o *office) signed(t *testing.T, text string, keys ...int) string {
	t.Helper()
	for _, i := range keys {
		var err error
		if text, err = recovery.Sign(o.Sealed[i], text); err != nil {
			t.Fatal(err)
		}
	}
	return text
}

// TestRecoveryInTheBrowser has somebody who lost their passkeys make another in a real browser, hand in what three holders of
// recovery keys signed, and sign in with it a week later.
func TestRecoveryInTheBrowser(t *testing.T) {
	o := open(t)
	ctx := testkit.Browser(t)
	do(t, ctx, chromedp.Navigate(o.url+"/sign-in"), chromedp.Click(chromedp.CSS(`a[href="/recover"]`)), chromedp.WaitVisible(chromedp.CSS("#login")))
	shoot(t, ctx, "recover")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#login"), "security\r"), chromedp.WaitVisible(chromedp.CSS("#name")))
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#name"), "a new laptop\r"), chromedp.WaitVisible(chromedp.CSS("[data-statement]")))
	text, err := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS("[data-statement]")))
	if err != nil {
		t.Fatal(err)
	}
	shoot(t, ctx, "statement")
	handIn(t, ctx, o.signed(t, text, 0, 1))
	sees(t, ctx, "2 recovery keys of this network have signed this statement, and it takes 3")
	handIn(t, ctx, o.signed(t, text, 0, 1)+o.signed(t, text, 4))
	sees(t, ctx, "The recovery has begun")
	shoot(t, ctx, "recovering")
	o.signIn(t, "agent").get("/people").is(http.StatusOK, "Recoveries", "waiting", `data-do="stop-recovery"`)
	o.signIn(t, "auditor").get("/api/v1/recoveries").is(http.StatusOK, `"state":"waiting"`, `"name":"Sam"`, `"login":"security"`)

	o.Clock.Advance(7 * 24 * time.Hour)
	o.Due()
	do(t, ctx, chromedp.Navigate(o.url+"/sign-in"), chromedp.SendKeys(chromedp.CSS("#login"), "security\r"))
	sees(t, ctx, "Requests")
	do(t, ctx, chromedp.Navigate(o.url+"/people"))
	sees(t, ctx, "done")
	sees(t, ctx, "Without Sam the keys for these could not be had any more")
	shoot(t, ctx, "people")
}

// handIn puts a signed statement into the page and sends it.
func handIn(t *testing.T, ctx context.Context, signed string) {
	t.Helper()
	do(t, ctx, chromedp.SetValue(chromedp.CSS("#statement"), signed), chromedp.Click(chromedp.CSS("button.main")))
}

// TestRecoveryAPI: strangers learn nothing about who works here, and bring in nothing that is not signed.
func TestRecoveryAPI(t *testing.T) {
	o := open(t)
	stranger := o.stranger(t)
	begun := map[string]struct{ Token, URL string }{}
	for _, login := range []string{"security", "nobody"} {
		var in struct{ Token, URL string }
		stranger.post("/api/v1/recoveries/passkeys", map[string]string{"login": login}).is(http.StatusCreated, o.url+"/recover/").in(&in)
		begun[login] = in
		options := stranger.options("/api/v1/enrol/"+in.Token+"/options", struct{}{})
		if strings.Contains(string(options), "Sam") {
			t.Errorf("it tells whose login %s is: %s", login, options)
		}
		if stranger.get("/api/v1/recoveries/statement/"+in.Token).status != http.StatusNotFound {
			t.Error("there is a statement for a passkey that was not made")
		}
		response, err := testkit.NewToken("key").Register(o.url, options)
		if err != nil {
			t.Fatal(err)
		}
		stranger.post("/api/v1/enrol/"+in.Token, newKey{"key", response}).is(http.StatusCreated)
		stranger.get("/recover/"+in.Token).is(http.StatusOK, "keyturn recovery statement v1", "login "+login)
	}
	text := func(login string) string {
		var out struct{ Statement string }
		stranger.get("/api/v1/recoveries/statement/" + begun[login].Token).is(http.StatusOK).in(&out)
		return out.Statement
	}
	for _, bad := range []map[string]string{{"login": "Not A Login"}, {"login": ""}, {"login": strings.Repeat("x", 40)}} {
		stranger.post("/api/v1/recoveries/passkeys", bad).is(http.StatusBadRequest, `"field":"login"`)
	}
	for what, statement := range map[string]string{"nothing": "", "no statement": "hello", "no signature": text("security"), "too much": strings.Repeat("x", 300<<10),
		"nobody's login": o.signed(t, text("nobody"), 0, 1, 2)} {
		a := stranger.post("/api/v1/recoveries", map[string]string{"statement": statement})
		if a.status != http.StatusBadRequest || !strings.Contains(string(a.body), `"field":"statement"`) {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	stranger.post("/api/v1/recoveries", map[string]string{"statement": o.signed(t, text("security"), 0, 1)}).is(http.StatusForbidden, "no_lone_governor")
	var r struct{ ID model.ID }
	a := stranger.post("/api/v1/recoveries", map[string]string{"statement": o.signed(t, text("security"), 2, 3, 4)}).is(http.StatusCreated)
	if a.in(&r); strings.Contains(string(a.body), "Sam") {
		t.Errorf("a stranger is told whose it is: %s", a.body)
	}
	stranger.get("/api/v1/recoveries").is(http.StatusUnauthorized)
	stop := "/api/v1/recoveries/" + r.ID.String() + "/stop"
	stranger.post(stop, map[string]string{"reason": "no"}).is(http.StatusUnauthorized)
	o.signIn(t, "lastday").post(stop, map[string]string{"reason": "no"}).is(http.StatusForbidden, "leavers_hold_no_keys")
	o.signIn(t, "agent").post(stop, map[string]string{"reason": "it is not him"}).is(http.StatusOK, `"state":"stopped"`, `"name":"Ada"`)
	o.signIn(t, "agent").post(stop, map[string]string{"reason": "again"}).is(http.StatusConflict)
	o.signIn(t, "agent").get("/api/v1/recoveries?state=waiting").is(http.StatusBadRequest, `"field":"state"`)
	o.signIn(t, "agent").get("/api/v1/gaps").is(http.StatusOK, `"row":"suspend"`, `"without":{`, "government_affairs")
}
