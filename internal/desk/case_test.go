package desk_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/store"
)

// reported has somebody report an account, with these posts.
func (o *office) reported(t *testing.T, by, handle, comment string, posts ...model.ID) model.Report {
	t.Helper()
	var r model.Report
	o.Write(func(tx *store.Tx) (err error) {
		r, err = moderation.TakeReport(t.Context(), tx, model.Report{ID: tx.NextID(), Reporter: o.Accounts[by], Target: o.Accounts[handle],
			Posts: posts, Category: model.ReportViolation, Comment: comment, CreatedAt: o.Clock.Now()})
		return err
	})
	return r
}

func TestCaseShowsWhatWasReported(t *testing.T) {
	o := open(t)
	post := o.Post("president", "fake news!")
	id := o.reported(t, "aunt", "president", "rude", post).Case.String()
	o.reported(t, "aunt", "president", "very rude", post)
	agent := o.signIn(t, "agent")
	agent.get("/api/v1/cases").is(http.StatusOK, `"id":"`+id+`"`, `"handle":"president"`, `"class":"government"`, `"reports_count":1`,
		`"priority":19`, `{"what":"reported as against the rules","points":8}`, `"due_at":"2017-11-05T18:00:00Z"`, `"overdue":false`)
	path := "/api/v1/cases/" + id
	agent.get(path).is(http.StatusOK, `"comment":"rude\n\nvery rude"`, `"handle":"aunt"`, `"posts":["`+post.String()+`"]`, `"filed":2`,
		`"weight":10`, `"doubts":"the account is less than an hour old"`, `"text":"fake news!"`, `"named":1`, `"visibility":"public"`)
	o.Write(func(tx *store.Tx) error {
		return tx.DeletePost(t.Context(), o.Accounts["president"], post, o.Clock.Now())
	})
	agent.get(path).is(http.StatusOK, "fake news!", `"deleted_since":"2017-11-02T18:00:00Z"`)
	agent.get(path+"/evidence").is(http.StatusOK, "fake news!", `"deleted_since":"2017-11-02T18:00:00Z"`)
	agent.get(path+"/reports?limit=1").is(http.StatusOK, "very rude")
	agent.get(path+"/reports?before=1").is(http.StatusOK, "[]")
	agent.get(path+"/notes").is(http.StatusOK, "[]")
	agent.get("/cases").is(http.StatusOK, "@president", `href="/cases/`+id+`"`, "reported as against the rules")
	agent.get("/cases/"+id).is(http.StatusOK, "fake news!", "deleted since", "very rude", "filed 2 times", "named by 1 report;", `data-do="claim"`)
	auditor := o.signIn(t, "auditor").get("/cases/"+id).is(http.StatusOK, "fake news!")
	if strings.Contains(string(auditor.body), "data-do=\"claim\"") || strings.Contains(string(auditor.body), "Your part") {
		t.Error("the auditor is offered to work on the case")
	}
}

// TestCaseIsWorkedOn goes through all that is done with a case, and asks who may not.
func TestCaseIsWorkedOn(t *testing.T) {
	o := open(t)
	id := o.Case("president").String()
	path := "/api/v1/cases/" + id
	agent, agent2, lead := o.signIn(t, "agent"), o.signIn(t, "agent2"), o.signIn(t, "lead")
	for _, login := range []string{"auditor", "admin", "lastday"} {
		who := o.signIn(t, login)
		for how, body := range map[string]string{"claim": "{}", "assign": `{"login":"agent"}`, "release": "{}", "notes": `{"text":"x"}`, "resolve": "{}", "reopen": "{}"} {
			who.post(path+"/"+how, body).is(http.StatusForbidden)
		}
		agent.post(path+"/assign", `{"login":"`+login+`"}`).is(http.StatusBadRequest, `"field":"login"`)
	}
	agent.post(path+"/claim", "").is(http.StatusOK, `"assignee":{"id":"`, `"name":"Ada"`, `"kind":"claimed"`)
	agent2.post(path+"/claim", "{}").is(http.StatusConflict, "Ada works on this case")
	agent2.post(path+"/release", "{}").is(http.StatusForbidden)
	page := string(agent2.get("/cases/"+id).is(http.StatusOK, "took the case", `data-do="note"`).body)
	if strings.Contains(page, `data-do="release"`) || strings.Contains(page, `data-do="claim"`) {
		t.Error("the page offers what is refused")
	}
	lead.get("/cases/"+id).is(http.StatusOK, "Take it from Ada")
	agent.get("/cases/"+id).is(http.StatusOK, "Give it back")
	agent.post(path+"/assign", `{"login":"lead.oncall"}`).is(http.StatusOK, `"name":"Leila"`, `"kind":"assigned"`)
	lead.post(path+"/notes", `{"text":"<b>waits</b> for the lawyers"}`).is(http.StatusOK, `"kind":"note"`, `"name":"Leila"`)
	agent.get("/cases/"+id).is(http.StatusOK, "&lt;b&gt;waits&lt;/b&gt;", "gave the case to Leila")
	lead.post(path+"/release", "{}").is(http.StatusOK, `"kind":"released"`)

	agent.post(path+"/reopen", "{}").is(http.StatusConflict)
	agent.post(path+"/resolve", `{"outcome":"no_action","note":"it is satire"}`).is(http.StatusOK, `"state":"resolved"`,
		`"outcome":"no_action"`, `"resolved_at":"2017-11-02T18:00:00Z"`, `"text":"it is satire"`)
	agent.post(path+"/resolve", "{}").is(http.StatusConflict)
	agent.get("/cases/"+id).is(http.StatusOK, "no action", `data-do="reopen"`)
	agent.get("/api/v1/cases").is(http.StatusOK, "[]")
	agent.get("/api/v1/cases?state=resolved").is(http.StatusOK, `"id":"`+id+`"`)
	other := o.Case("president") // reported again: another case
	agent.post(path+"/reopen", "{}").is(http.StatusConflict)
	agent.post("/api/v1/cases/"+other.String()+"/resolve", "").is(http.StatusOK, `"outcome":"no_action"`)
	agent.post(path+"/reopen", `{"note":"after all"}`).is(http.StatusOK, `"state":"open"`, "after all")

	// The requests on the account stand on its page.
	q := agent.ask(map[string]any{"kind": "suspend", "account": "@president", "reason": "a test"}, http.StatusAccepted)
	agent.get("/cases/"+id).is(http.StatusOK, `href="/requests/`+q.ID+`"`, "on this case")
	agent.get("/requests/"+q.ID).is(http.StatusOK, `href="/cases/`+id+`"`)
}

func TestCasesAreFound(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	ids := map[string]string{}
	for _, handle := range []string{"uncle", "president", "niece"} {
		ids[handle] = o.Case(handle).String()
	}
	agent.post("/api/v1/cases/"+ids["niece"]+"/claim", "{}").is(http.StatusOK)
	o.signIn(t, "agent2").post("/api/v1/cases/"+ids["uncle"]+"/claim", "{}").is(http.StatusOK)
	find := func(query string, want ...string) {
		t.Helper()
		var found []struct{ Account struct{ Handle string } }
		agent.get("/api/v1/cases?" + query).is(http.StatusOK).in(&found)
		var handles []string
		for _, c := range found {
			handles = append(handles, c.Account.Handle)
		}
		if !slices.Equal(handles, want) {
			t.Errorf("%s: found %v, want %v", query, handles, want)
		}
	}
	find("", "niece", "president", "uncle")
	find("order=newest&state=", "niece", "president", "uncle")
	find("order=priority", "president", "niece", "uncle")
	find("order=priority&limit=1", "president")
	find("order=priority&limit=1&before="+ids["president"], "niece")
	find("assignee=me", "niece")
	find("assignee=agent2", "uncle")
	find("assignee=nobody&overdue=false", "president")
	find("assignee=auditor")
	find("account=@Uncle", "uncle")
	find("overdue=true")
	o.Clock.Advance(4 * 24 * time.Hour)
	agent = o.signIn(t, "agent")
	find("overdue=true&order=priority&account=&assignee=", "president", "niece", "uncle")
	agent.post("/api/v1/cases/"+ids["uncle"]+"/resolve", "{}").is(http.StatusOK)
	find("state=resolved&overdue=true", "uncle")
	find("state=all", "niece", "president", "uncle")

	agent.get("/cases?assignee=me&state=open&order=priority&overdue=&account=").is(http.StatusOK, "@niece", "overdue", `<option value="me" selected>`)
	agent.get("/cases?state=resolved&order=priority").is(http.StatusOK, "@uncle", "after its due time")
	agent.get("/cases?limit=1&overdue=true").is(http.StatusOK, "@president", `href="/cases?before=`+ids["president"]+`&amp;limit=1&amp;overdue=true"`)
	agent.get("/cases?account=aunt").is(http.StatusOK, "No case is like that.")
}

func TestPeopleAreTold(t *testing.T) {
	o := open(t)
	var people []struct {
		Name   string
		Logins []string
		Leaver bool
	}
	auditor := o.signIn(t, "auditor")
	auditor.get("/api/v1/people").is(http.StatusOK).in(&people)
	if len(people) != 10 || !people[0].Leaver || people[3].Name != "Leila" || len(people[3].Logins) != 2 {
		t.Errorf("people are %+v", people)
	}
	auditor.get("/api/v1/people/lead.oncall").is(http.StatusOK, `"name":"Leila"`)
}
