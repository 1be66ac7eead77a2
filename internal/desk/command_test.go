package desk_test

import (
	"net/http"
	"testing"
)

// TestCaseIsAttached: a command that names no case is done on the account's open one.
func TestCaseIsAttached(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	onCase := o.Case("uncle")
	got := agent.ask(map[string]any{"kind": "limit", "account": "@uncle", "reason": "no case named"}, http.StatusCreated)
	if got.Case != onCase.String() {
		t.Errorf("it is on case %q, want %s", got.Case, onCase)
	}
	got = agent.ask(map[string]any{"kind": "remove_post", "post": o.Post("uncle", "hello").String(), "reason": "a post"}, http.StatusCreated)
	if got.Case != onCase.String() {
		t.Errorf("a command on a post is on case %q, want %s", got.Case, onCase)
	}
	got = agent.ask(map[string]any{"kind": "limit", "account": "@cousin", "reason": "there is no case"}, http.StatusCreated)
	if got.Case != "" {
		t.Errorf("an account without a case got case %q", got.Case)
	}
}

// TestRoleForSomebodyNew: a role for a login that nobody has brings somebody in; any other command on them fails.
func TestRoleForSomebodyNew(t *testing.T) {
	o := open(t)
	lead := o.signIn(t, "lead")
	got := lead.ask(map[string]any{"kind": "grant_role", "person": "newhere", "reason": "we are hiring",
		"params": map[string]string{"role": "agent", "name": "Nia", "team": "support", "kind": "employee"}}, http.StatusAccepted)
	if got.Params["login"] != "newhere" {
		t.Errorf("the request is for %q", got.Params)
	}
	lead.post("/api/v1/requests", map[string]any{"kind": "set_employment", "person": "nobody", "reason": "x",
		"params": map[string]string{"status": "ended"}}).is(http.StatusNotFound, "login not found")
}
