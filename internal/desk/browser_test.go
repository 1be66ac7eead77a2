package desk_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// screenshots is the variable that names a directory in which the browser's test leaves what it saw.
const screenshots = "KEYTURN_SCREENSHOTS"

func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv(screenshots)
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

// do runs steps in the browser, each of which must end. The page that they lead to is then loaded whole: before its script
// has run, its forms do nothing.
func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(limited, steps...); err != nil {
		text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
		t.Fatalf("%v; the page says %q", err, text)
	}
	testkit.Eventually(t, 20*time.Second, func() error {
		state, err := chromedp.Run(limited, chromedp.Evaluate[string]("document.readyState"))
		if err == nil && state != "complete" {
			err = fmt.Errorf("the page is %s", state)
		}
		return err
	})
}

// sees waits until the page's content has a text.
func sees(t *testing.T, ctx context.Context, part string) {
	t.Helper()
	testkit.Eventually(t, 20*time.Second, func() error {
		text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("main")))
		if err == nil && !strings.Contains(text, part) {
			err = &missingText{part, text}
		}
		return err
	})
}

type missingText struct{ part, text string }

func (e *missingText) Error() string { return "no " + e.part + " in " + e.text }

// TestPasskeyInTheBrowser has a real browser make a passkey by an invitation, sign in with it once it is enrolled, and
// sign a request on its page.
func TestPasskeyInTheBrowser(t *testing.T) {
	o := open(t)
	ctx := testkit.Browser(t)
	admin := o.signIn(t, "admin")
	e, _ := admin.invite("gov")

	do(t, ctx, chromedp.Navigate(e.URL), chromedp.SendKeys(chromedp.CSS("#name"), "Grace's laptop"))
	shoot(t, ctx, "enrol")
	do(t, ctx, chromedp.Click(chromedp.CSS("button.main")))
	sees(t, ctx, "Your passkey is made")
	shoot(t, ctx, "enrolled")
	admin.get("/api/v1/enrolments").is(http.StatusOK, "Grace's laptop", `"fingerprint":"`)
	q := admin.ask(map[string]any{"kind": "enroll_credential", "person": "gov", "reason": "her laptop's",
		"params": map[string]string{"enrolment": e.ID}}, http.StatusAccepted)
	o.execute(t, q.ID, "admin", "security", "lead")

	suspend := o.suspension("president")
	suspend["reason"] = "The account posts threats against a named person.\nSee the reports of this evening."
	q = o.signIn(t, "agent").ask(suspend, http.StatusAccepted)
	o.signIn(t, "lead").turn(q.ID).is(http.StatusAccepted)

	// Nobody is signed in: the page of the request leads to the sign-in, and back.
	do(t, ctx, chromedp.Navigate(o.url+"/requests/"+q.ID), chromedp.WaitVisible(chromedp.CSS("#login")))
	shoot(t, ctx, "sign_in")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#login"), "gov\r"), chromedp.WaitVisible(chromedp.CSS("[data-request]")))
	sees(t, ctx, q.Words)
	sees(t, ctx, "2 more people: security, government affairs")
	shoot(t, ctx, "request")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="key"]`)))
	sees(t, ctx, "Your key counts")
	sees(t, ctx, "Grace")
	sees(t, ctx, "1 more person: security")
	shoot(t, ctx, "signed")
	var signed request
	o.signIn(t, "agent").get("/api/v1/requests/" + q.ID).is(http.StatusOK).in(&signed)
	if len(signed.Keys) != 2 || !signed.Keys[1].Counts || signed.Missing.Keys != 1 {
		t.Errorf("after the browser signed, the request is %+v", signed)
	}

	// The last key comes from elsewhere: the page follows.
	o.signIn(t, "security").turn(q.ID).is(http.StatusAccepted)
	sees(t, ctx, "unless somebody vetoes it before")
	shoot(t, ctx, "waiting")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#reason"), "the threats are from another account"), chromedp.Click(chromedp.CSS(`[data-do="veto"]`)), chromedp.Click(chromedp.CSS("dialog button.main")))
	sees(t, ctx, "The request is vetoed")
	sees(t, ctx, "vetoed by Grace: the threats are from another account")
	shoot(t, ctx, "vetoed")
	do(t, ctx, chromedp.Click(chromedp.CSS(`nav a[href="/requests"]`)), chromedp.WaitVisible(chromedp.CSS("table")))
	shoot(t, ctx, "requests")
	do(t, ctx, chromedp.Click(chromedp.CSS(`nav a[href="/cases"]`)))
	sees(t, ctx, "@president")
	shoot(t, ctx, "cases")
	workOnCase(t, ctx)
	o.seeIncident(t, ctx)
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="sign-out"]`)), chromedp.WaitVisible(chromedp.CSS("#login")))
}

// seeIncident has the browser find out that an account went dark, say so, and ask for it back.
func (o *office) seeIncident(t *testing.T, ctx context.Context) {
	t.Helper()
	o.look(t)
	o.Do("agent", o.Command(model.CmdSuspend, "newsroom"), "lead", "security")
	o.look(t)
	do(t, ctx, chromedp.Click(chromedp.CSS(`nav a[href="/cases"]`)))
	sees(t, ctx, "An incident that nobody has seen")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[role="alert"] a`)), chromedp.WaitVisible(chromedp.CSS(".incident")))
	sees(t, ctx, "@newsroom (high profile) went dark: suspend, asked for by Ada")
	shoot(t, ctx, "incidents")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS(`.incident [name="note"]`), "I asked them about it"), chromedp.Click(chromedp.CSS(".incident form button")))
	sees(t, ctx, "I asked them about it")
	shoot(t, ctx, "incident_seen")
	o.look(t)
	do(t, ctx, chromedp.Click(chromedp.CSS(`nav a[href="/cases"]`)), chromedp.WaitNotPresent(chromedp.CSS(`[role="alert"]`)))
}

// workOnCase has the browser go through what is done with the case on top of the page of cases.
func workOnCase(t *testing.T, ctx context.Context) {
	t.Helper()
	do(t, ctx, chromedp.Click(chromedp.CSS(`table.cases a`)), chromedp.WaitVisible(chromedp.CSS("[data-case]")))
	sees(t, ctx, "Nobody has done anything yet.")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="claim"]`)))
	sees(t, ctx, "The case is yours.")
	sees(t, ctx, "Grace took the case")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#note"), "the lawyers are asked"), chromedp.Click(chromedp.CSS(`[data-do="note"]`)))
	sees(t, ctx, "It is written down.")
	do(t, ctx, chromedp.SetValue(chromedp.CSS("#to"), "lead"), chromedp.Click(chromedp.CSS(`[data-do="assign"]`)))
	sees(t, ctx, "Grace gave the case to Leila")
	shoot(t, ctx, "case")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#note"), "nothing in it"), chromedp.Click(chromedp.CSS(`[data-do="no-action"]`)))
	sees(t, ctx, "Grace resolved it: no action")
	shoot(t, ctx, "resolved")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="reopen"]`)))
	sees(t, ctx, "The case is open again.")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="note"]`)))
	sees(t, ctx, "text: is needed")
}
