package desk_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"keyturn/internal/testkit"
)

// TestSoftwareKeyInTheBrowser signs in and signs a request in a real browser with the key files of a demo, as the person
// who tries one does.
func TestSoftwareKeyInTheBrowser(t *testing.T) {
	o := open(t)
	ctx := testkit.Browser(t)
	file := filepath.Join(t.TempDir(), "lead.json")
	if err := o.Rings["lead"].Save(file); err != nil {
		t.Fatal(err)
	}
	q := o.signIn(t, "agent").ask(o.suspension("president"), http.StatusAccepted)

	do(t, ctx, chromedp.Navigate(o.url+"/requests/"+q.ID), chromedp.WaitVisible(chromedp.CSS("#softkey")),
		chromedp.SetUploadFiles(chromedp.CSS("#softkey"), []string{file}))
	sees(t, ctx, "The key is in this tab")
	shoot(t, ctx, "softkey")
	do(t, ctx, chromedp.Click(chromedp.CSS("button.main")), chromedp.WaitVisible(chromedp.CSS("[data-request]")),
		chromedp.Click(chromedp.CSS(`[data-do="key"]`)))
	sees(t, ctx, "Your key counts")
	var signed request
	o.signIn(t, "agent").get("/api/v1/requests/" + q.ID).is(http.StatusOK).in(&signed)
	if len(signed.Keys) != 1 || !signed.Keys[0].Counts {
		t.Errorf("after the browser signed, the request is %+v", signed)
	}

	// Another tab does not have the key: the page asks for the file, and for no passkey of the device.
	other := o.signIn(t, "agent").ask(map[string]any{"kind": "ban", "account": "@uncle", "reason": "spam", "rule": "1"}, http.StatusAccepted)
	do(t, ctx, chromedp.Evaluate[chromedp.Void]("sessionStorage.clear()"), chromedp.Navigate(o.url+"/requests/"+other.ID), chromedp.Click(chromedp.CSS(`[data-do="key"]`)))
	sees(t, ctx, "choose your key file again")
	shoot(t, ctx, "softkey_again")
	wrong := filepath.Join(t.TempDir(), "wrong.json")
	if err := os.WriteFile(wrong, []byte("no JSON"), 0o600); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.SetUploadFiles(chromedp.CSS("#softkey"), []string{wrong}))
	sees(t, ctx, "This is not a key file")
	do(t, ctx, chromedp.SetUploadFiles(chromedp.CSS("#softkey"), []string{file}))
	sees(t, ctx, "The key of lead is in this tab")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="key"]`)))
	sees(t, ctx, "Your key counts")
}
