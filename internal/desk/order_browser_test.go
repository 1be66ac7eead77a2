package desk_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"keyturn/internal/testkit"
)

// comeIn signs the browser in with a login, by the session's cookie.
func (o *office) comeIn(t *testing.T, ctx context.Context, login string) client {
	t.Helper()
	c := o.signIn(t, login)
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "keyturn_desk", Value: c.token, URL: o.url, HTTPOnly: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAskInTheBrowser looks at an account in a real browser, asks for its suspension with the preview before it, sees it
// done and has it restored; and asks for a protected one's, which opens a request that shows its keys.
func TestAskInTheBrowser(t *testing.T) {
	o := open(t)
	ctx := testkit.Browser(t)
	agent := o.comeIn(t, ctx, "agent")
	o.Case("uncle")

	do(t, ctx, chromedp.Navigate(o.url+"/accounts"), chromedp.SendKeys(chromedp.CSS("#handle"), "@uncle\r"), chromedp.WaitVisible(chromedp.CSS("#ask")))
	sees(t, ctx, "Nothing hides, limits or locks it.")
	visible(t, ctx, "params.until", false)
	do(t, ctx, chromedp.Click(chromedp.CSS("#ask button.main")))
	sees(t, ctx, "What: choose what is to be done")
	do(t, ctx, chromedp.SetValue(chromedp.CSS("#ask-kind"), "suspend"), changed("#ask-kind"))
	visible(t, ctx, "params.until", true)
	visible(t, ctx, "params.class", false)
	do(t, ctx, chromedp.SetValue(chromedp.CSS(`[name="params.for"]`), "72h"), chromedp.SetValue(chromedp.CSS(`[name="params.until"]`), "2017-11-09T06:00"),
		chromedp.Click(chromedp.CSS("#ask button.main")))
	sees(t, ctx, "Or until (UTC): cannot stand beside for")
	do(t, ctx, chromedp.SetValue(chromedp.CSS(`[name="params.for"]`), ""), chromedp.SendKeys(chromedp.CSS(`[name="params.message"]`), "You know why."),
		chromedp.SendKeys(chromedp.CSS(`[name="rule"]`), "3"), chromedp.Click(chromedp.CSS("#ask button.main")))
	sees(t, ctx, "@uncle (standard) becomes dark with a notice")
	sees(t, ctx, "until 9 November 2017, 06:00 UTC")
	sees(t, ctx, "You alone suffice")
	sees(t, ctx, "Left of what you may darken: ")
	shoot(t, ctx, "account_preview")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="send"]`)))
	sees(t, ctx, "Reason: is needed")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#ask-reason"), "spam, over and over"), chromedp.WaitNotVisible(chromedp.CSS(`[data-do="send"]`)),
		chromedp.Click(chromedp.CSS("#ask button.main")), chromedp.WaitVisible(chromedp.CSS(`[data-do="send"]`)), chromedp.Click(chromedp.CSS(`[data-do="send"]`)))
	sees(t, ctx, "Done: @uncle (standard) becomes dark")
	sees(t, ctx, "suspend")
	shoot(t, ctx, "account_suspended")
	if !o.Dark("uncle") {
		t.Fatal("the account is not dark")
	}

	do(t, ctx, chromedp.Click(chromedp.CSS(`td a[href*="kind=restore"]`)), chromedp.WaitVisible(chromedp.CSS(`[name="params.sanction"]`)))
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#ask-reason"), "it was the wrong account"), chromedp.Click(chromedp.CSS("#ask button.main")))
	sees(t, ctx, "is lifted")
	shoot(t, ctx, "account_restore")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="send"]`)))
	sees(t, ctx, "Done: Sanction")
	if o.Dark("uncle") {
		t.Error("the account is dark still")
	}

	o.Case("president")
	do(t, ctx, chromedp.Navigate(o.url+"/accounts/@president?kind=suspend"), chromedp.WaitVisible(chromedp.CSS("#ask")),
		chromedp.SendKeys(chromedp.CSS("#ask-reason"), "threats"), chromedp.Click(chromedp.CSS("#ask button.main")))
	sees(t, ctx, "It takes 3 people's keys, among them lead, security, government affairs")
	sees(t, ctx, "With your own key it would still lack 3 more people: somebody of lead")
	shoot(t, ctx, "account_president")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="send"]`)), chromedp.WaitVisible(chromedp.CSS("[data-request]")))
	sees(t, ctx, "0 of 3 in place")
	sees(t, ctx, "3 more people: lead, security, government affairs")
	var open []request
	agent.get("/api/v1/requests?state=pending").is(http.StatusOK).in(&open)
	if len(open) == 0 || !strings.Contains(open[0].Words, "@president (government) becomes dark") {
		t.Fatalf("open are %+v", open)
	}
	agent.turn(open[0].ID).is(http.StatusAccepted)
	do(t, ctx, chromedp.Reload())
	sees(t, ctx, "1 key turned; 0 of 3 in place")
	sees(t, ctx, "fills no place")
	shoot(t, ctx, "request_spare")
}

// changed tells a form that one of its inputs has changed, as a person's choice does.
func changed(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf("void document.querySelector(%q).dispatchEvent(new Event('input', {bubbles: true}))", selector))
}

func visible(t *testing.T, ctx context.Context, name string, want bool) {
	t.Helper()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf("!document.querySelector('[name=%q]').closest('.field').hidden", name)))
	if err != nil || got != want {
		t.Errorf("the input %s is visible: %v, want %v: %v", name, got, want, err)
	}
}

// TestSureInTheBrowser has a real browser ask whether what is final is meant: declining, which needs a reason, and rejecting
// an appeal by one's own word.
func TestSureInTheBrowser(t *testing.T) {
	o := open(t)
	a := o.suspendedAndAppealed(t)
	q := o.signIn(t, "agent").ask(o.suspension("president"), http.StatusAccepted)
	ctx := testkit.Browser(t)
	lead := o.comeIn(t, ctx, "lead")

	do(t, ctx, chromedp.Navigate(o.url+"/requests/"+q.ID), chromedp.WaitVisible(chromedp.CSS("[data-request]")), chromedp.Click(chromedp.CSS(`[data-do="decline"]`)))
	sees(t, ctx, "say why")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#reason"), "it is satire"), chromedp.Click(chromedp.CSS(`[data-do="decline"]`)), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
	shoot(t, ctx, "sure")
	do(t, ctx, chromedp.Click(chromedp.CSS("dialog button:not(.main)")), chromedp.WaitNotPresent(chromedp.CSS("dialog")))
	lead.get("/api/v1/requests/"+q.ID).is(http.StatusOK, `"state":"pending"`)
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="decline"]`)), chromedp.Click(chromedp.CSS("dialog button.main")))
	sees(t, ctx, "The request is declined.")
	sees(t, ctx, "declined by Leila: it is satire")

	do(t, ctx, chromedp.Navigate(o.url+"/appeals/"+a.ID.String()), chromedp.WaitVisible(chromedp.CSS(`[data-decision="reject"]`)))
	sees(t, ctx, "rejecting takes effect at once, and is final")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#why"), "it was fraud"), chromedp.Click(chromedp.CSS(`[data-decision="reject"]`)), chromedp.WaitVisible(chromedp.CSS("dialog[open]")))
	lead.get("/api/v1/appeals/"+a.ID.String()).is(http.StatusOK, `"state":"open"`)
	do(t, ctx, chromedp.Click(chromedp.CSS("dialog button.main")), chromedp.WaitVisible(chromedp.CSS("[data-request]")))
	lead.get("/api/v1/appeals/"+a.ID.String()).is(http.StatusOK, `"state":"rejected"`)
}

// TestGovernInTheBrowser has an admin revoke a passkey and begin a freeze on the pages for it.
func TestGovernInTheBrowser(t *testing.T) {
	o := open(t)
	ctx := testkit.Browser(t)
	admin := o.comeIn(t, ctx, "admin")
	held, err := o.Store.CredentialsOf(t.Context(), o.Actor("agent2").Person)
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	do(t, ctx, chromedp.Navigate(o.url+"/people"), chromedp.Click(chromedp.CSS(`a[href="/people/agent2"]`)), chromedp.WaitVisible(chromedp.CSS("#revoke")))
	do(t, ctx, chromedp.Click(chromedp.CSS("#revoke button.main")))
	sees(t, ctx, "Passkey: is needed")
	do(t, ctx, chromedp.SetValue(chromedp.CSS(`#revoke [name="params.revoke"]`), held[0].ID.String()), changed(`#revoke [name="params.revoke"]`),
		chromedp.SendKeys(chromedp.CSS("#revoke-reason"), "it is lost"), chromedp.Click(chromedp.CSS("#revoke button.main")), chromedp.WaitVisible(chromedp.CSS(`#revoke [data-do="send"]`)))
	sees(t, ctx, "of Aron is revoked")
	shoot(t, ctx, "person_revoke")
	do(t, ctx, chromedp.Click(chromedp.CSS(`#revoke [data-do="send"]`)), chromedp.WaitVisible(chromedp.CSS("[data-request]")))
	sees(t, ctx, "is open: it waits for keys")
	shoot(t, ctx, "person_asked")

	do(t, ctx, chromedp.Navigate(o.url+"/freezes"), chromedp.SendKeys(chromedp.CSS("#freeze-reason"), "something is going on"),
		chromedp.Click(chromedp.CSS("#freeze button.main")), chromedp.WaitVisible(chromedp.CSS(`#freeze [data-do="send"]`)))
	sees(t, ctx, "Nothing darkens, silences or takes over protected accounts for 30 minutes")
	do(t, ctx, chromedp.Click(chromedp.CSS(`#freeze [data-do="send"]`)), chromedp.WaitVisible(chromedp.CSS("[data-request]")))
	var open []request
	admin.get("/api/v1/requests?state=pending").is(http.StatusOK).in(&open)
	if len(open) != 2 {
		t.Fatalf("open are %+v", open)
	}
	admin.turn(open[0].ID).is(http.StatusCreated)
	do(t, ctx, chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS("[data-freeze]")))
	sees(t, ctx, "no protected account is darkened")
}
