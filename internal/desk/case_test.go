package desk_test

import (
	"net/http"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestCaseShowsWhatWasReported(t *testing.T) {
	o := open(t)
	post := o.Post("president", "fake news!")
	var r model.Report
	o.Write(func(tx *store.Tx) (err error) {
		r, err = tx.AddReport(t.Context(), model.Report{ID: tx.NextID(), Reporter: o.Accounts["aunt"], Target: o.Accounts["president"],
			Posts: []model.ID{post}, Category: model.ReportViolation, Comment: "rude", CreatedAt: o.Clock.Now()})
		return err
	})
	id := r.Case.String()
	agent := o.signIn(t, "agent")
	agent.get("/api/v1/cases").is(http.StatusOK, `"id":"`+id+`"`, `"handle":"president"`, `"class":"government"`, `"reports_count":1`)
	agent.get("/api/v1/cases/"+id).is(http.StatusOK, `"comment":"rude"`, `"handle":"aunt"`, `"posts":["`+post.String()+`"]`, "fake news!")
	agent.get("/cases").is(http.StatusOK, "@president")
	path := "/api/v1/cases/" + id
	for _, login := range []string{"auditor", "admin", "lastday"} {
		o.signIn(t, login).post(path+"/resolve", "{}").is(http.StatusForbidden)
	}
	agent.post(path+"/reopen", "{}").is(http.StatusConflict)
	agent.post(path+"/resolve", "{}").is(http.StatusOK, `"state":"resolved"`, `"resolved_at":"2017-11-02T18:00:00Z"`)
	agent.post(path+"/resolve", "{}").is(http.StatusConflict)
	agent.get("/api/v1/cases").is(http.StatusOK, "[]")
	agent.get("/api/v1/cases?state=resolved").is(http.StatusOK, `"id":"`+id+`"`)
	other := o.Case("president") // reported again: another case
	agent.post(path+"/reopen", "{}").is(http.StatusConflict)
	agent.post("/api/v1/cases/"+other.String()+"/resolve", "{}").is(http.StatusOK)
	agent.post(path+"/reopen", "{}").is(http.StatusOK, `"state":"open"`)
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
