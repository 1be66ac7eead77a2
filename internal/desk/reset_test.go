package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
)

// TestTakeoverAtTheDesk: a reset that an agent and the owner's passkey agreed to, and its link, which its requester gets
// once; and a renaming, after which the desk finds the account by both handles.
func TestTakeoverAtTheDesk(t *testing.T) {
	o := open(t)
	owner := o.NewOwner("uncle")
	o.Clock.Advance(time.Minute)
	agent, agent2 := o.signIn(t, "agent"), o.signIn(t, "agent2")
	q := agent.ask(map[string]any{"kind": "reset_credentials", "account": "@uncle", "reason": "he lost his phone"}, http.StatusAccepted)
	path := "/api/v1/requests/" + q.ID
	agent.get(path).is(http.StatusOK, `"owners_key":true`)
	page := string(agent.get("/requests/" + q.ID).is(http.StatusOK).body)
	if !strings.Contains(page, "the passkey of the account&#39;s owner can be one of them") {
		t.Errorf("the page does not say whose key can be one: %s", page)
	}
	agent.post(path+"/reset-link", struct{}{}).is(http.StatusConflict)
	agent.turn(q.ID).is(http.StatusAccepted)
	id, err := model.ParseID("id", q.ID)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := owner.Turn(id); err != nil || out.Request.State != "executed" {
		t.Fatalf("the owner's key: %s %v", out.Request.State, err)
	}
	agent.get(path).is(http.StatusOK, `"person":{"name":"the account's owner"},"owner":true`, `"state":"executed"`)

	agent2.post(path+"/reset-link", struct{}{}).is(http.StatusForbidden, "only who made the request")
	agent2.get("/requests/" + q.ID).lacks("Get the link")
	agent.get("/requests/"+q.ID).is(http.StatusOK, "Get the link")
	var link struct {
		URL       string
		ExpiresAt time.Time `json:"expires_at"`
	}
	agent.post(path+"/reset-link", struct{}{}).is(http.StatusCreated).in(&link)
	if !strings.HasPrefix(link.URL, o.Network+"/auth/reset/") || !link.ExpiresAt.Equal(o.Clock.Now().Add(24*time.Hour)) {
		t.Errorf("the link is %+v", link)
	}
	agent.post(path+"/reset-link", struct{}{}).is(http.StatusConflict, "handed out already")
	agent.get("/requests/" + q.ID).lacks("Get the link")
	o.stranger(t).post(path+"/reset-link", struct{}{}).is(http.StatusUnauthorized)

	q = agent.ask(map[string]any{"kind": "rename_handle", "account": "@uncle", "reason": "he married", "params": map[string]string{"handle": "nuncle"}}, http.StatusAccepted)
	agent.turn(q.ID).is(http.StatusAccepted)
	agent2.turn(q.ID).is(http.StatusCreated)
	for _, handle := range []string{"uncle", "nuncle"} {
		agent.get("/api/v1/accounts/"+handle).is(http.StatusOK, `"handle":"nuncle"`)
		agent.get("/api/v1/ledger/who/"+handle).is(http.StatusOK, `"handle":"nuncle"`)
	}

	q = agent.ask(map[string]any{"kind": "change_email", "account": "@uncle", "reason": "a new one", "params": map[string]string{"email": "n@example.net"}}, http.StatusAccepted)
	if !strings.HasPrefix(q.Params["email"], "sha256:") || !strings.Contains(q.Words, "n@example.net") {
		t.Errorf("the request has %q and says %q", q.Params, q.Words)
	}
	agent2.get("/requests/"+q.ID).is(http.StatusOK, "Turn my key", "n@example.net")
}

// lacks fails the test when the body holds a text.
func (a answer) lacks(part string) {
	a.t.Helper()
	if strings.Contains(string(a.body), part) {
		a.t.Errorf("%s holds %s", a.body, part)
	}
}
