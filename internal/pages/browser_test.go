package pages

import (
	"context"
	"fmt"
	"net/http/httptest"
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

// tab is a page of a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func (b tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv(screenshots)
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// do runs steps, each of which must end.
func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	limited, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(limited, steps...); err != nil {
		text, _ := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS("main")))
		b.t.Fatalf("%v; the page says %q", err, text)
	}
}

// sees waits until the page's content has a text.
func (b tab) sees(part string) {
	b.t.Helper()
	testkit.Eventually(b.t, 30*time.Second, func() error {
		text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS("main")))
		if err == nil && !strings.Contains(text, part) {
			err = fmt.Errorf("no %q in %q", part, text)
		}
		return err
	})
}

// TestOwnersPasskeyInTheBrowser has a real browser sign an owner in, make a passkey, sign in again with it, lift a lock
// and agree to what the staff ask for.
func TestOwnersPasskeyInTheBrowser(t *testing.T) {
	front := httptest.NewUnstartedServer(nil)
	_, port, _ := strings.Cut(front.Listener.Addr().String(), ":")
	s := newServerAt(t, "http://localhost:"+port)
	front.Config.Handler = s.handler
	front.Start()
	t.Cleanup(front.Close)
	s.register("uncle")
	s.register("aunt")
	b := tab{t, testkit.Browser(t)}

	b.do(chromedp.Navigate(s.Network+"/settings/security"), chromedp.WaitVisible(chromedp.CSS("input[name=username]")))
	b.shoot("owner_sign_in")
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=username]"), "uncle"), chromedp.SendKeys(chromedp.CSS("input[name=password]"), ownersPassword+"\r"))
	b.sees("You have none yet.")
	b.do(chromedp.SendKeys(chromedp.CSS("form[data-form=passkey] input[name=name]"), "My laptop"),
		chromedp.SendKeys(chromedp.CSS("form[data-form=passkey] input[name=password]"), ownersPassword),
		chromedp.Click(chromedp.CSS("form[data-form=passkey] button")))
	b.sees("Your passkey is made.")
	b.sees("My laptop")
	b.shoot("owner_security")
	b.do(chromedp.Click(chromedp.CSS("nav.settings button")), chromedp.WaitVisible(chromedp.CSS(".intro")))

	s.Clock.Advance(time.Minute)
	s.Do("agent", s.Command(model.CmdLock, "uncle"))
	cmd := s.Command(model.CmdChangeEmail, "uncle", "email", "uncle@new.example")
	out, err := s.Submit("agent", cmd)
	if err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(s.Network+"/settings"), chromedp.Click(chromedp.CSS("button[data-do=sign-in]")))
	b.sees("Your account is locked")
	b.sees("gets another e-mail address to sign in with: uncle@new.example.")
	b.shoot("owner_settings")
	b.do(chromedp.Click(chromedp.CSS("button[data-do=lift]")))
	b.sees("Your passkey lifted the lock.")
	b.sees("Nothing restricts your account.")
	b.do(chromedp.Click(chromedp.CSS("button[data-do=agree]")))
	b.sees("Your passkey counts. The request waits for more keys.")
	b.shoot("owner_agreed")
	if s.Dark("uncle") || s.State(out.Request.ID) != model.StatePending {
		t.Errorf("the lock is on: %t, the request is %s", s.Dark("uncle"), s.State(out.Request.ID))
	}
	if _, err := s.Turn("agent", out.Request.ID); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(s.Network + "/settings"))
	b.sees("uncle@new.example")
}
