package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
)

// incident is one as the API has it.
type incident struct {
	ID    string `json:"id"`
	Rule  string `json:"rule"`
	State string `json:"state"`
	What  string `json:"what"`
	Entry int64  `json:"entry"`
	By    struct {
		Name string `json:"name"`
	} `json:"acknowledged_by"`
	Note    string `json:"note"`
	Details struct {
		Handle string   `json:"handle"`
		Keys   []string `json:"keys"`
		Undo   string   `json:"undo"`
	} `json:"details"`
}

// look has the watch look.
func (o *office) look(t *testing.T) {
	t.Helper()
	o.Clock.Advance(time.Second)
	if err := o.watch.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestIncidents: a banner on every page until somebody has seen it, who did not do it.
func TestIncidents(t *testing.T) {
	o := open(t)
	agent, lead2 := o.signIn(t, "agent"), o.signIn(t, "lead2")
	agent.get("/api/v1/incidents").is(http.StatusOK, "[]")
	agent.get("/incidents").is(http.StatusOK, "Nothing has happened")
	o.look(t)
	o.Do("agent", o.Command(model.CmdSuspend, "newsroom"), "lead", "security")
	o.look(t)
	var all []incident
	agent.get("/api/v1/incidents?state=open").is(http.StatusOK).in(&all)
	if len(all) != 1 || all[0].Rule != "protected_dark" || all[0].Details.Handle != "newsroom" || len(all[0].Details.Keys) != 2 || all[0].Entry < 1 {
		t.Fatalf("open: %+v", all)
	}
	id := all[0].ID
	agent.get("/api/v1/incidents/"+id).is(http.StatusOK, `"state":"open"`, all[0].What)
	for _, path := range []string{"/requests", "/cases", "/people"} {
		agent.get(path).is(http.StatusOK, "An incident that nobody has seen", `href="/incidents"`)
	}
	agent.get("/incidents").is(http.StatusOK, "@newsroom", `data-incident="`+id+`"`, `data-do="restore" data-account="newsroom"`)
	agent.get("/sign-in").is(http.StatusOK)

	agent.post("/api/v1/incidents/"+id+"/acknowledge", map[string]string{"note": "mine"}).is(http.StatusForbidden, "somebody else")
	var seen incident
	lead2.post("/api/v1/incidents/"+id+"/acknowledge", map[string]string{"note": "<b>court order</b>"}).is(http.StatusOK).in(&seen)
	if seen.State != "acknowledged" || seen.By.Name != "Lou" || seen.Note != "<b>court order</b>" {
		t.Errorf("acknowledged: %+v", seen)
	}
	lead2.post("/api/v1/incidents/"+id+"/acknowledge", map[string]string{}).is(http.StatusConflict, "acknowledged already")
	o.look(t)
	if a := agent.get("/requests").is(http.StatusOK); contains(a, "nobody has seen") {
		t.Error("the banner is still there")
	}
	agent.get("/incidents").is(http.StatusOK, "Lou", "&lt;b&gt;court order")
	agent.get("/api/v1/incidents?state=open").is(http.StatusOK, "[]")
	o.Do("lead2", o.Command(model.CmdRestore, "newsroom"), "lead2")
	o.look(t)
	if a := agent.get("/incidents").is(http.StatusOK, "@newsroom", "Over"); contains(a, `data-do="restore"`) {
		t.Error("it can be asked back, and is back")
	}
	agent.get("/api/v1/incidents?state=closed&limit=1").is(http.StatusOK, id)
}

func contains(a answer, part string) bool { return strings.Contains(string(a.body), part) }
