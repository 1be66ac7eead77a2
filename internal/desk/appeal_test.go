package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
)

// suspendedAndAppealed suspends @uncle by the agent for a post, and has its owner appeal.
func (o *office) suspendedAndAppealed(t *testing.T) model.Appeal {
	t.Helper()
	o.Do("agent", o.Command(model.CmdSuspend, "uncle", "category", "scams_and_fraud", "message", "You sold what you do not have."))
	m := moderation.New(o.Store, o.Clock.Now)
	told, err := m.Measures(t.Context(), o.Accounts["uncle"], 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	a, err := m.Appeal(t.Context(), o.Accounts["uncle"], told[0].ID, "I have a <warehouse> full of it")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAppealsAreListedAndDecided(t *testing.T) {
	o := open(t)
	a := o.suspendedAndAppealed(t)
	id, path := a.ID.String(), "/api/v1/appeals/"+a.ID.String()
	lead, agent := o.signIn(t, "lead"), o.signIn(t, "agent")
	lead.get("/api/v1/appeals").is(http.StatusOK, `"id":"`+id+`"`, `"handle":"uncle"`, `"state":"open"`, `"due_at":"2017-11-09T18:00:00Z"`, `"overdue":false`)
	lead.get(path).is(http.StatusOK, `"ground":"Rule 1 of the network"`, `"category":"scams_and_fraud"`, `"message":"You sold what you do not have."`,
		`"text":"I have a \u003cwarehouse\u003e full of it"`, `"reporter"`, `"kind":"suspend"`, `"active":true`)
	order := map[string]any{"kind": "decide_appeal", "account": "@uncle", "reason": "it is there",
		"params": map[string]string{"appeal": id, "decision": "grant", "message": "We were wrong."}}
	agent.post("/api/v1/requests", order).is(http.StatusForbidden, `"law":"one_human_one_key"`)
	q := lead.ask(order, http.StatusCreated)
	if q.State != model.StateExecuted || !strings.Contains(q.Words, "against suspend "+a.Subject.String()+" is granted") {
		t.Errorf("the request is %+v", q)
	}
	if o.Dark("uncle") {
		t.Error("it is still dark")
	}
	lead.get(path).is(http.StatusOK, `"state":"granted"`, `"decision":{"request":"`+q.ID+`"`, `"message":"We were wrong."`, `"active":false`)
	lead.get("/api/v1/appeals").is(http.StatusOK, "[]")
	lead.get("/api/v1/appeals?state=granted&limit=1").is(http.StatusOK, `"id":"`+id+`"`)
	lead.get("/api/v1/appeals?state=granted&before="+id).is(http.StatusOK, "[]")
	lead.ask(order, http.StatusConflict)
}

func TestAppealsInput(t *testing.T) {
	o := open(t)
	a := o.suspendedAndAppealed(t)
	lead := o.signIn(t, "lead")
	for path, field := range map[string]string{"?state=lost": "state", "?after=x": "after", "?after=1&after=2": "after", "?limit=0": "limit", "?page=2": "page"} {
		lead.get("/api/v1/appeals"+path).is(http.StatusBadRequest, `"field":"`+field+`"`)
	}
	lead.get("/api/v1/appeals?after="+a.ID.String()).is(http.StatusOK, "[]")
	lead.get("/api/v1/appeals/404").is(http.StatusNotFound)
	lead.get("/api/v1/appeals/x").is(http.StatusBadRequest, `"field":"id"`)
	for _, path := range []string{"/api/v1/appeals", "/api/v1/appeals/" + a.ID.String()} {
		o.stranger(t).get(path).is(http.StatusUnauthorized)
	}
}

func TestAppealPages(t *testing.T) {
	o := open(t)
	a := o.suspendedAndAppealed(t)
	page := "/appeals/" + a.ID.String()
	lead := o.signIn(t, "lead")
	lead.get("/appeals").is(http.StatusOK, `href="`+page+`"`, "@uncle", "suspend")
	lead.get(page).is(http.StatusOK, "I have a &lt;warehouse&gt; full of it", "Rule 1 of the network", "Scams and fraud", `data-decision="grant"`,
		"@aunt</strong> reported it as violation")
	for login, why := range map[string]string{"agent": "You cannot decide this: whoever asked for what the appeal is against", "lastday": "turns no key on this"} {
		if body := string(o.signIn(t, login).get(page).is(http.StatusOK, why).body); strings.Contains(body, "data-decision") {
			t.Errorf("%s is offered to decide", login)
		}
	}
	if body := string(o.signIn(t, "auditor").get(page).is(http.StatusOK).body); strings.Contains(body, "Decide it") {
		t.Error("an auditor is offered to decide")
	}
	o.Clock.Advance(8 * 24 * time.Hour)
	o.signIn(t, "lead").get("/appeals").is(http.StatusOK, "overdue")
	o.Do("agent2", o.Command(model.CmdRestore, "uncle"))
	o.signIn(t, "lead").get(page).is(http.StatusOK, "was restored before anybody decided")
	o.signIn(t, "lead").get("/appeals").is(http.StatusOK, "No appeal is open", "settled")
}
