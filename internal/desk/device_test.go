package desk_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"keyturn/internal/staff"
	"keyturn/internal/testkit"
)

// device is a program that wants to sign in.
type device struct {
	client
	Device   string `json:"device_code"`
	User     string `json:"user_code"`
	URI      string `json:"verification_uri"`
	Interval int    `json:"interval"`
}

func (o *office) device(t testing.TB) device {
	t.Helper()
	d := device{client: o.stranger(t)}
	d.post("/api/v1/device", nil).is(http.StatusCreated).in(&d)
	return d
}

// asks asks once whether somebody has allowed it.
func (d device) asks() answer {
	return d.post("/api/v1/device/token", map[string]string{"device_code": d.Device})
}

// allows has a login, whose session c is, allow a code with a passkey of the login with.
func (c client) allows(code, with string) answer {
	options := c.options("/api/v1/device/options", map[string]string{"code": code})
	return c.post("/api/v1/device/allow", map[string]any{"code": code, "credential": c.assert(with, options)})
}

func TestProgramSignsIn(t *testing.T) {
	o := open(t)
	d := o.device(t)
	if d.URI != o.url+"/device" || len(d.User) != 9 || len(d.Device) != 43 || d.Interval < 1 {
		t.Errorf("the program is told %+v", d)
	}
	d.asks().is(http.StatusAccepted, "waiting")
	d.asks().is(http.StatusAccepted, "waiting")
	lead := o.signIn(t, "lead")
	lead.get("/device").is(http.StatusOK, "session as <strong>lead</strong>", "turns no keys")
	lead.get("/device?code="+d.User).is(http.StatusOK, `id="code"`)
	if page := string(lead.get("/device?code=" + d.User).body); strings.Contains(page, d.User) {
		t.Error("a link fills the code in")
	}
	lead.allows(strings.ToLower(strings.ReplaceAll(d.User, "-", " ")), "lead").is(http.StatusNoContent)

	a := d.asks().is(http.StatusCreated, `"login":"lead"`)
	if a.header.Get("Set-Cookie") != "" {
		t.Error("a program is given a cookie")
	}
	var in struct{ Token string }
	a.in(&in)
	program := d.client
	program.token = in.Token
	program.get("/api/v1/me").is(http.StatusOK, `"name":"Leila"`)

	// Both codes are used up, and a session of a program makes no further one without the passkey.
	d.asks().is(http.StatusUnauthorized)
	lead.allows(d.User, "lead").is(http.StatusNotFound, "no program waits with this code")
	lead.send(http.MethodDelete, "/api/v1/session", nil, nil).is(http.StatusNoContent)
	program.get("/api/v1/me").is(http.StatusOK)
	program.send(http.MethodDelete, "/api/v1/session", nil, nil).is(http.StatusNoContent)
	program.get("/api/v1/me").is(http.StatusUnauthorized)
}

// TestNobodyElseSignsAProgramIn tries what does not allow a code; none of it may use the code up.
func TestNobodyElseSignsAProgramIn(t *testing.T) {
	o := open(t)
	d, other := o.device(t), o.device(t)
	lead := o.signIn(t, "lead")
	code := map[string]string{"code": d.User}
	d.post("/api/v1/device/options", code).is(http.StatusUnauthorized)
	d.post("/api/v1/device/refuse", code).is(http.StatusUnauthorized)
	d.post("/api/v1/device/allow", map[string]any{"code": d.User, "credential": json.RawMessage(`{}`)}).is(http.StatusUnauthorized)
	lead.post("/api/v1/device/allow", code).is(http.StatusBadRequest, "credential")

	// Not with what was signed for another code, for a sign-in, by another's passkey, or of another login of one's own.
	use := func(credential json.RawMessage) answer {
		return lead.post("/api/v1/device/allow", map[string]any{"code": d.User, "credential": credential})
	}
	use(lead.assert("lead", lead.options("/api/v1/device/options", map[string]string{"code": other.User}))).is(http.StatusUnauthorized)
	use(lead.assert("lead", lead.options("/api/v1/sign-in/options", map[string]string{"login": "lead"}))).is(http.StatusUnauthorized)
	for _, login := range []string{"agent", "lead.oncall"} {
		o.Clock.Advance(2 * time.Minute) // tries are bounded
		c := o.signIn(t, login)
		answered := c.assert(login, c.options("/api/v1/device/options", code))
		use(answered).is(http.StatusUnauthorized)
		var mine struct{ Challenge string }
		if err := json.Unmarshal(lead.options("/api/v1/device/options", code), &mine); err != nil {
			t.Fatal(err)
		}
		use(o.forge(t, login, answered, func(c map[string]any) { c["challenge"] = mine.Challenge }, nil)).
			is(http.StatusUnauthorized, "not one of the login")
	}
	// What was signed for a code is no sign-in either.
	signed := lead.assert("lead", lead.options("/api/v1/device/options", code))
	d.post("/api/v1/sign-in", credential{"lead", signed}).is(http.StatusUnauthorized)
	// From another site's page.
	h := http.Header{"Authorization": {"Bearer " + lead.token}, "Content-Type": {"application/json"}, "Sec-Fetch-Site": {"cross-site"}}
	lead.send(http.MethodPost, "/api/v1/device/refuse", []byte(`{"code":"`+d.User+`"}`), h).is(http.StatusForbidden)
	d.asks().is(http.StatusAccepted)

	admin := o.signIn(t, "admin")
	admin.post("/api/v1/device/options", map[string]string{"code": "AEIOU"}).is(http.StatusBadRequest, "code", "8 letters")
	admin.post("/api/v1/device/refuse", code).is(http.StatusNoContent)
	d.asks().is(http.StatusUnauthorized)
	o.Clock.Advance(staff.DeviceLife)
	other.asks().is(http.StatusUnauthorized)
	o.signIn(t, "admin2").allows(other.User, "admin2").is(http.StatusNotFound)
}

func TestProgramIsSignedInOnlyWhileTheEmploymentLasts(t *testing.T) {
	o := open(t)
	o.Clock.Advance(8*time.Hour - time.Minute) // the last shift of lastday
	d := o.device(t)
	lastday := o.signIn(t, "lastday")
	lastday.allows(d.User, "lastday").is(http.StatusNoContent)
	o.Clock.Advance(time.Minute)
	d.asks().is(http.StatusUnauthorized, "employment has ended")
}

func TestCodesAreNotGuessed(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	for range 10 {
		agent.post("/api/v1/device/refuse", map[string]string{"code": "BBBB-BBBB"}).is(http.StatusNotFound)
	}
	agent.post("/api/v1/device/refuse", map[string]string{"code": "BBBB-BBBB"}).is(http.StatusTooManyRequests)
	o.signIn(t, "agent2").post("/api/v1/device/refuse", map[string]string{"code": "BBBB-BBBB"}).is(http.StatusNotFound)
}

// TestCodeInTheBrowser has a browser type a code and use a passkey for it.
func TestCodeInTheBrowser(t *testing.T) {
	o := open(t)
	ctx := testkit.Browser(t)
	o.passkeyFor(t, ctx, "gov")
	d := o.device(t)
	do(t, ctx, chromedp.Navigate(d.URI), chromedp.WaitVisible(chromedp.CSS("#login")), chromedp.SendKeys(chromedp.CSS("#login"), "gov\r"),
		chromedp.WaitVisible(chromedp.CSS("#code")), chromedp.SendKeys(chromedp.CSS("#code"), strings.ToLower(d.User)))
	shoot(t, ctx, "device")
	do(t, ctx, chromedp.Click(chromedp.CSS("button.main")))
	sees(t, ctx, "Allowed: the program is signed in")
	d.asks().is(http.StatusCreated, `"login":"gov"`)
	again := o.device(t)
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#code"), again.User), chromedp.Click(chromedp.CSS(`[data-do="refuse-device"]`)))
	sees(t, ctx, "Refused: nothing is signed in")
	again.asks().is(http.StatusUnauthorized)
}

// passkeyFor has the browser make a passkey for a login, and the desk enrol it.
func (o *office) passkeyFor(t *testing.T, ctx context.Context, login string) {
	t.Helper()
	admin := o.signIn(t, "admin")
	e, _ := admin.invite(login)
	do(t, ctx, chromedp.Navigate(e.URL), chromedp.SendKeys(chromedp.CSS("#name"), "laptop"), chromedp.Click(chromedp.CSS("button.main")))
	sees(t, ctx, "Your passkey is made")
	q := admin.ask(map[string]any{"kind": "enroll_credential", "person": login, "reason": "a laptop",
		"params": map[string]string{"enrolment": e.ID}}, http.StatusAccepted)
	o.execute(t, q.ID, "admin", "security", "lead")
}
