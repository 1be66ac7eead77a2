package desk_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// phone is how wide a small phone is, in CSS pixels.
const phone = 390

// furnish has something on every page, long texts among it, and gives each page's path by a name.
func (o *office) furnish(t *testing.T) map[string]string {
	t.Helper()
	a := o.suspendedAndAppealed(t)
	o.Do("lead", o.Command(model.CmdLock, "aunt", "for", "15m"))
	post := o.Post("president", strings.Repeat("A_word_that_is_as_long_as_an_address_", 6))
	report := o.reported(t, "cousin", "president", strings.Repeat("threats-and-more-threats-", 10), post)
	o.look(t)
	o.Do("agent", o.Command(model.CmdSuspend, "newsroom"), "lead", "security")
	o.look(t)
	suspend := o.suspension("president")
	suspend["params"] = map[string]string{"until": "2017-11-20T06:00:00Z", "message": "You know why.", "category": "violence"}
	q := o.signIn(t, "agent").ask(suspend, http.StatusAccepted)
	o.signIn(t, "lead").turn(q.ID).is(http.StatusAccepted)
	admin := o.signIn(t, "admin")
	_, path := admin.invite("gov")
	freeze := admin.ask(map[string]any{"kind": "freeze", "reason": "to see it"}, http.StatusAccepted)
	admin.turn(freeze.ID).is(http.StatusCreated)
	return map[string]string{
		"requests": "/requests", "requests_mine": "/requests?state=for-me", "request": "/requests/" + q.ID, "executed": "/requests/" + freeze.ID,
		"cases": "/cases", "cases_wrong": "/cases?account=nobody_of_that_name", "case": "/cases/" + report.Case.String(),
		"accounts": "/accounts", "account": "/accounts/@uncle?kind=suspend", "account_president": "/accounts/@president",
		"appeals": "/appeals", "appeal": "/appeals/" + a.ID.String(), "people": "/people", "person": "/people/lead",
		"policy": "/policy", "incidents": "/incidents", "freezes": "/freezes", "no_such": "/nothing",
		"sign_in": "/sign-in", "recover": "/recover", "enrol": strings.TrimPrefix(path, "/api/v1"),
	}
}

// TestPagesFitAPhone opens every page on a small phone: none is wider than it, and tables show all of their cells.
func TestPagesFitAPhone(t *testing.T) {
	o := open(t)
	pages := o.furnish(t)
	ctx := testkit.Browser(t)
	o.comeIn(t, ctx, "lead")
	for name, path := range pages {
		do(t, ctx, chromedp.EmulateViewport(phone, 844, chromedp.EmulateMobile), chromedp.Navigate(o.url+path), chromedp.WaitVisible(chromedp.CSS("#main")))
		o.fits(t, ctx, path)
		shoot(t, ctx, "phone_"+name)
		do(t, ctx, chromedp.EmulateViewport(1280, 900), chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS("#main")))
		shoot(t, ctx, "wide_"+name)
	}
}

// fits fails the test where the page is wider than a phone, or a cell of a table is not shown on it.
func (o *office) fits(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth"))
	if err != nil || wide > phone {
		t.Errorf("%s is %d wide: %v", path, wide, err)
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.textContent"))
	for _, machine := range []string{"0001-01", "Jan 0001", "0m0s", "h0m", "[agent", "1 followers", "1 people", "<no value>"} {
		if err != nil || strings.Contains(text, machine) {
			t.Errorf("%s says %s: %v", path, machine, err)
		}
	}
	hidden, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("td")].filter((td) => !td.getClientRects().length).map((td) => td.textContent).join()`))
	if err != nil || hidden != "" {
		t.Errorf("%s hides %s: %v", path, hidden, err)
	}
}
