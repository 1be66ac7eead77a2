package desk_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/testkit"
)

// document is the shipped policy with one text replaced by another.
func document(t *testing.T, old, by string) *policy.Bundle {
	t.Helper()
	shipped, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	rest, cedar := shipped.Parts()
	if !strings.Contains(string(rest), old) {
		t.Fatalf("%s is not in the shipped policy", old)
	}
	b, err := policy.ParseParts([]byte(strings.Replace(string(rest), old, by, 1)), cedar)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	breaker = `"breaker": {"darkenings": 100,`
	slacker = `"breaker": {"darkenings": 150,`
	tighter = `"breaker": {"darkenings": 50,`
)

type change struct{ Words, Mark string }

type publication struct {
	Hash      string
	Leaf      int64
	InForce   bool `json:"in_force"`
	Request   string
	Requester *struct{ Name string }
	Keys      []struct{ Name string }
	Mark      string
	Changes   []change
}

// TestPolicyOverTheAPI compares, tries, publishes and rolls back a policy.
func TestPolicyOverTheAPI(t *testing.T) {
	o := open(t)
	admin := o.signIn(t, "admin")
	o.signIn(t, "agent").ask(o.suspension("uncle"), http.StatusCreated)
	strict, slack := document(t, breaker, tighter), document(t, breaker, slacker)
	var diff struct {
		Hash, Over, Mark string
		Changes          []change
		Need             *struct {
			Keys  int
			Roles []model.Role
		}
	}
	o.unchanged(t, "comparing", 0, func() {
		admin.post("/api/v1/policy/diff", map[string]any{"document": json.RawMessage(slack.Encode())}).is(200).in(&diff)
	})
	if diff.Hash != slack.Hash() || diff.Mark != "looser" || diff.Need == nil || diff.Need.Keys != 3 || len(diff.Changes) != 1 {
		t.Errorf("a slacker breaker: %+v", diff)
	}
	admin.post("/api/v1/policy/diff", map[string]any{"document": string(strict.Encode())}).is(200, `"mark":"tighter"`, `"keys":1`,
		"the breaker lets 50 darkenings through instead of 100")
	var what struct{ Requests, Same int }
	o.unchanged(t, "trying", 0, func() {
		admin.post("/api/v1/policy/whatif", map[string]any{"document": json.RawMessage(strict.Encode()), "days": 1}).is(200).in(&what)
	})
	if what.Requests != 1 || what.Same != 1 {
		t.Errorf("of the day: %+v", what)
	}
	publish := func(b *policy.Bundle) request {
		return admin.ask(map[string]any{"kind": "publish_policy", "reason": "because of the test", "params": map[string]string{"document": string(b.Encode())}}, http.StatusAccepted)
	}
	q := publish(strict)
	admin.get("/api/v1/requests/"+q.ID).is(200, `"changes":[{"words":"the breaker lets 50 darkenings through instead of 100","mark":"tighter"}]`)
	o.execute(t, q.ID, "admin")
	shipped := document(t, breaker, breaker)
	var old struct {
		Document json.RawMessage
		InForce  bool `json:"in_force"`
	}
	admin.get("/api/v1/policy/" + shipped.Hash()[:15]).is(200).in(&old)
	if old.InForce {
		t.Error("the policy of before is said to be in force")
	}
	admin.post("/api/v1/policy/diff", map[string]any{"document": json.RawMessage(strict.Encode())}).is(200, `"changes":[]`, `"mark":"neither"`)
	o.execute(t, admin.ask(map[string]any{"kind": "publish_policy", "reason": "rolling back", "params": map[string]string{"document": string(old.Document)}},
		http.StatusAccepted).ID, "admin", "security", "lead")
	var history []publication
	admin = o.signIn(t, "admin")
	admin.get("/api/v1/policy/history").is(200).in(&history)
	if len(history) != 3 || !history[0].InForce || history[0].Hash != shipped.Hash() || history[0].Mark != "looser" || len(history[0].Keys) != 3 ||
		history[1].Hash != strict.Hash() || history[1].Requester == nil || history[2].Requester != nil || history[2].Leaf != 0 {
		t.Errorf("the history is %+v", history)
	}
	admin.get("/api/v1/policy/history?limit=1&before="+model.ID(history[0].Leaf).String()).is(200, strict.Hash())
	admin.get("/api/v1/policy").is(200, shipped.Hash(), `"in_force":true`)
}

// TestBadPolicies: what is wrong is named, and nothing is changed.
func TestBadPolicies(t *testing.T) {
	o := open(t)
	admin := o.signIn(t, "admin")
	good := string(document(t, breaker, breaker).Encode())
	for what, tt := range map[string]struct {
		path, body, field string
	}{
		"nothing":       {"diff", `{}`, "document"},
		"null":          {"diff", `{"document":null}`, "policy"},
		"no policy":     {"diff", `{"document":{}}`, "version"},
		"a number":      {"whatif", `{"document":7}`, "policy"},
		"a text":        {"diff", `{"document":"{"}`, "policy"},
		"a word":        {"whatif", `{"document":` + strings.Replace(good, `"roles":[]`, `"roles":["laed"]`, 1) + `}`, "rows.deactivate.standard.roles"},
		"twice":         {"diff", `{"document":` + strings.Replace(good, `"keys":1`, `"keys":1,"keys":1`, 1) + `}`, "rows.deactivate.standard.keys"},
		"no days":       {"whatif", `{"document":` + good + `,"days":0}`, "days"},
		"too many days": {"whatif", `{"document":` + good + `,"days":367}`, "days"},
		"another field": {"diff", `{"document":` + good + `,"over":"x"}`, "over"},
	} {
		o.unchanged(t, what, 0, func() {
			admin.post("/api/v1/policy/"+tt.path, tt.body).is(400, `"kind":"invalid"`, `"field":"`+tt.field+`"`)
		})
	}
	admin.get("/api/v1/policy/abc").is(400, `"field":"hash"`)
	admin.get("/api/v1/policy/abcdef0").is(404)
	admin.get("/api/v1/policy/history?state=open").is(400, `"field":"state"`)
	o.stranger(t).post("/api/v1/policy/diff", `{"document":`+good+`}`).is(401)
	o.stranger(t).get("/api/v1/policy/history").is(401)
}

// TestPolicyPages: the policy in force with its history, a past one, and on the page of a request what signers must see.
func TestPolicyPages(t *testing.T) {
	o := open(t)
	admin := o.signIn(t, "admin")
	slack := document(t, breaker, slacker)
	q := admin.ask(map[string]any{"kind": "publish_policy", "reason": "because of the test", "params": map[string]string{"document": string(slack.Encode())}}, http.StatusAccepted)
	admin.get("/requests/"+q.ID).is(200, "What the policy would say otherwise", `<span class="badge looser">looser</span> the breaker lets 150 darkenings through instead of 100`)
	if page := string(admin.get("/requests/" + q.ID).body); strings.Count(page, "&#34;version&#34;") != 1 {
		t.Error("the document does not stand once on the page of its request")
	}
	admin.get("/policy").is(200, "Policy in force", "3 · lead, security, government_affairs · 15 min", "the store was born with it", "Ask to publish it", "100,000 now")
	o.execute(t, q.ID, "admin", "security", "lead")
	shipped := document(t, breaker, breaker)
	admin = o.signIn(t, "admin")
	admin.get("/policy").is(200, slack.Hash(), "with the keys of", "badge looser")
	admin.get("/policy/"+shipped.Hash()).is(200, "not in force", "Roll back to it")
	auditor := o.signIn(t, "auditor").get("/policy").is(200, slack.Hash())
	if strings.Contains(string(auditor.body), "Ask to publish it") {
		t.Error("an auditor is offered to publish")
	}
	admin.get("/policy/abcdef0").is(404)
}

// TestPolicyInTheBrowser has an admin compare, try and ask for a policy from its two files, and for another number of
// followers, as on a real desk, where no program has their keys.
func TestPolicyInTheBrowser(t *testing.T) {
	o := open(t)
	ctx := testkit.Browser(t)
	dir := t.TempDir()
	rest, cedar := document(t, breaker, tighter).Parts()
	key, table, text := filepath.Join(dir, "admin.json"), filepath.Join(dir, "policy.json"), filepath.Join(dir, "policy.cedar")
	for path, content := range map[string][]byte{table: rest, text: []byte(cedar)} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Rings["admin"].Save(key); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(o.url+"/policy"), chromedp.WaitVisible(chromedp.CSS("#softkey")), chromedp.SetUploadFiles(chromedp.CSS("#softkey"), []string{key}))
	sees(t, ctx, "The key is in this tab")
	do(t, ctx, chromedp.Click(chromedp.CSS("button.main")), chromedp.WaitVisible(chromedp.CSS("#bundle")),
		chromedp.SetUploadFiles(chromedp.CSS("#bundle"), []string{table, text}), chromedp.Click(chromedp.CSS(`[data-do="compare"]`)))
	sees(t, ctx, "Publishing it takes 1 key.")
	sees(t, ctx, "the breaker lets 50 darkenings through instead of 100")
	shoot(t, ctx, "policy")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="what-if"]`)))
	sees(t, ctx, "0 of the 0 requests of the last 30 days would fare as they did.")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#publish-why"), "fewer at once"), chromedp.Click(chromedp.CSS(`[data-form="publish"] button.main`)),
		chromedp.WaitVisible(chromedp.CSS("[data-changes]")))
	sees(t, ctx, "the breaker lets 50 darkenings through instead of 100")
	shoot(t, ctx, "publishing")
	do(t, ctx, chromedp.Click(chromedp.CSS(`[data-do="key"]`)))
	sees(t, ctx, "executed")
	do(t, ctx, chromedp.Navigate(o.url+"/policy"), chromedp.WaitVisible(chromedp.CSS("#followers")), chromedp.SetValue(chromedp.CSS("#followers"), "250000"),
		chromedp.SendKeys(chromedp.CSS("#followers-why"), "we grow"), chromedp.Click(chromedp.CSS(`[data-form="set-high-profile"] button.main`)))
	sees(t, ctx, "An account becomes high profile by itself at 250,000 followers instead of 100,000 followers")
	shoot(t, ctx, "setting")
}
