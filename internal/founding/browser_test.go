package founding_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"keyturn/internal/audit"
	"keyturn/internal/desk"
	"keyturn/internal/guard"
	"keyturn/internal/moderation"
	"keyturn/internal/softkey"
	"keyturn/internal/staff"
	"keyturn/internal/testkit"
	"keyturn/internal/watch"
)

// screenshots is the variable that names a directory in which the browser's test leaves what it saw.
const screenshots = "KEYTURN_SCREENSHOTS"

// person is a founder at a browser of their own.
type person struct {
	t   *testing.T
	ctx context.Context
}

func (p person) shoot(name string) {
	p.t.Helper()
	dir := os.Getenv(screenshots)
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		p.t.Error(err)
	}
}

func (p person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	limited, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(limited, steps...); err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Text(chromedp.CSS("main")))
		p.t.Fatalf("%v; the page says %q", err, text)
	}
}

// sees waits until the page's content has a text.
func (p person) sees(part string) {
	p.t.Helper()
	testkit.Eventually(p.t, 20*time.Second, func() error {
		text, err := chromedp.Run(p.ctx, chromedp.Text(chromedp.CSS("main")))
		if err == nil && !strings.Contains(text, part) {
			err = fmt.Errorf("no %q in %q", part, text)
		}
		return err
	})
}

// plug gives the browser an authenticator; unplug takes it away again.
func (p person) plug(how webauthn.AuthenticatorTransport) (unplug func()) {
	p.t.Helper()
	added, err := chromedp.Call(p.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: how,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		p.t.Fatal(err)
	}
	id := added.AuthenticatorID
	return func() {
		_, err := chromedp.Call(p.ctx, webauthn.RemoveVirtualAuthenticator,
			webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: id})
		if err != nil {
			p.t.Fatal(err)
		}
	}
}

// sitDown opens a browser without any authenticator.
func sitDown(t *testing.T) person {
	t.Helper()
	p := person{t, testkit.Browser(t)}
	_, err := chromedp.Call(p.ctx, webauthn.Disable, cdp.Empty{})
	if err == nil {
		_, err = chromedp.Call(p.ctx, webauthn.Enable, webauthn.EnableParams{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// found makes both passkeys of a founder, the second after a try with the authenticator of the first. The security key
// that made the second stays plugged in.
func (p person) found(link, name string) {
	p.t.Helper()
	unplug := p.plug(webauthn.AuthenticatorTransportInternal)
	p.do(chromedp.Navigate(link))
	p.sees(name + ", you are one of the three founders")
	p.shoot("founding_first")
	button := chromedp.CSS("button.main")
	p.do(chromedp.SendKeys(chromedp.CSS("#name"), "my laptop"), chromedp.Click(button))
	p.sees("Your second passkey")
	p.do(chromedp.SendKeys(chromedp.CSS("#name"), "security key in the safe"), chromedp.Click(button))
	p.sees("use another one")
	p.shoot("founding_refused")
	unplug()
	p.plug(webauthn.AuthenticatorTransportUsb)
	p.do(chromedp.Click(button))
}

// TestFoundingInTheBrowser has three people with real browsers found a store, and two of them bring in a fourth.
func TestFoundingInTheBrowser(t *testing.T) {
	s := begin(t)
	links := map[string]string{}
	for _, l := range s.Links() {
		links[l.Login] = l.URL
	}
	ada, sam, leila := sitDown(t), sitDown(t), sitDown(t)
	ada.found(links["ada"], "Ada Adams")
	ada.sees("You are done")
	sam.found(links["sam"], "Sam Silva")
	sam.sees("You are done")
	ada.sees("So far 4 of 6") // the page of who is done follows the others
	ada.shoot("founding_done")
	s.empty(4)
	leila.found(links["leila"], "Leila Lund")
	for _, p := range []person{leila, ada, sam} {
		p.sees("The network is founded")
	}
	ada.shoot("founding_born")
	g := s.whole()

	s.serveDesk(g)
	ada.signIn(s.url, "ada")
	ada.sees("Nothing waits for keys")
	bringIn(t, s, ada, leila)
}

// signIn signs in on the page that a path leads to.
func (p person) signIn(address, login string) {
	p.t.Helper()
	p.do(chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#login")), chromedp.SendKeys(chromedp.CSS("#login"), login+"\r"))
}

// turn turns a key on the request whose page is open.
func (p person) turn(outcome string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(`[data-do="key"]`)))
	p.sees(outcome)
}

// bringIn has two founders bring in an agent, as docs/OPERATIONS.md says: a role, an invitation, an enrolment.
func bringIn(t *testing.T, s *start, ada, leila person) {
	t.Helper()
	people := s.url + "/people"
	ada.do(chromedp.Navigate(people), chromedp.SendKeys(chromedp.CSS("#name"), "Nina New"), chromedp.SendKeys(chromedp.CSS("#login"), "nina"),
		chromedp.SendKeys(chromedp.CSS("#team"), "moderation"), chromedp.SendKeys(chromedp.CSS("#why"), "the first agent"))
	ada.shoot("people_new")
	ada.do(chromedp.Click(chromedp.CSS("form button.main")), chromedp.WaitVisible(chromedp.CSS("[data-request]")))
	ada.turn("Your key counts")
	leila.signIn(ada.address(), "leila")
	leila.turn("The request took effect")

	ada.do(chromedp.Navigate(people), chromedp.Click(chromedp.CSS(`[data-do="invite"][data-login="nina"]`)))
	ada.sees("/enrol/")
	ada.shoot("people_invited")
	said, err := chromedp.Run(ada.ctx, chromedp.Text(chromedp.CSS(".status")))
	if err != nil {
		t.Fatal(err)
	}
	nina := sitDown(t)
	nina.plug(webauthn.AuthenticatorTransportInternal)
	nina.do(chromedp.Navigate(strings.TrimSpace(said[strings.Index(said, s.url):])), chromedp.SendKeys(chromedp.CSS("#name"), "laptop"),
		chromedp.Click(chromedp.CSS("button.main")))
	nina.sees("Your passkey is made")

	ada.do(chromedp.Navigate(people))
	ada.shoot("people_made")
	ada.do(chromedp.Click(chromedp.CSS(`[data-do="enrol"][data-login="nina"]`)), chromedp.WaitVisible(chromedp.CSS("[data-request]")))
	ada.turn("Your key counts")
	leila.do(chromedp.Navigate(ada.address()))
	leila.turn("The request took effect")
	nina.signIn(s.url, "nina")
	nina.sees("Requests")
	if report, err := audit.Verify(t.Context(), s.cfg.Store, nil); err != nil || !report.OK() || report.Signatures != 4 {
		t.Errorf("verifying finds %+v, %v", report, err)
	}
}

// address is that of the page that is open.
func (p person) address() string {
	p.t.Helper()
	at, err := chromedp.Run(p.ctx, chromedp.Location())
	if err != nil {
		p.t.Fatal(err)
	}
	return at
}

// serveDesk has the desk take the place of the founding, as `keyturn serve` does.
func (s *start) serveDesk(g *guard.Guard) {
	s.t.Helper()
	people, err := staff.New(s.t.Context(), staff.Config{Store: s.cfg.Store, Guard: g, Software: []byte(softkey.AAGUID), Now: s.clock.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	h, err := desk.New(desk.Config{Store: s.cfg.Store, Guard: g, Staff: people,
		Moderation: moderation.New(s.cfg.Store, s.clock.Now), Log: s.cfg.Log, Now: s.clock.Now,
		Watch: watch.New(watch.Config{Store: s.cfg.Store, Guard: g, Now: s.clock.Now, Log: s.cfg.Log})})
	if err != nil {
		s.t.Fatal(err)
	}
	s.handler.Store(&h)
}

// current serves whatever is in its place now.
func (s *start) current(w http.ResponseWriter, r *http.Request) { (*s.handler.Load()).ServeHTTP(w, r) }
