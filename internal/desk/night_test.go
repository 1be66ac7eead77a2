package desk_test

import (
	"net/http"
	"testing"

	"keyturn/internal/model"
)

// TestThreePeopleTogether goes the whole way: sign-in, request, keys by three people, the wait, the effect, the ledger's
// answer, and the one key that restores.
func TestThreePeopleTogether(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	q := agent.ask(o.suspension("president"), http.StatusAccepted)
	if q.State != model.StatePending || q.Missing.Keys != 3 || len(q.Missing.Roles) != 3 {
		t.Fatalf("a request on the president is %+v", q)
	}
	if want := "@president (government) becomes dark with a notice; 5 followers lose sight of it, after a wait of 15 minutes, until it is restored."; q.Words != want {
		t.Errorf("words %q, want %q", q.Words, want)
	}
	path := "/api/v1/requests/" + q.ID
	o.signIn(t, "lead").turn(q.ID).is(http.StatusAccepted, `"state":"pending"`)
	o.signIn(t, "gov").turn(q.ID).is(http.StatusAccepted, `"missing":{"keys":1,"roles":["security"],"teams":0}`)
	security := o.signIn(t, "security")
	security.turn(q.ID).is(http.StatusAccepted, `"state":"waiting"`, `"effect_at":"2017-11-02T18:15:00Z"`)
	if o.Dark("president") {
		t.Fatal("the president is dark before the wait is over")
	}
	request, err := model.ParseID("id", q.ID)
	if err != nil {
		t.Fatal(err)
	}
	pending, err := o.Store.Request(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	o.Clock.Advance(pending.EffectAt.Sub(o.Clock.Now()))
	o.Due()
	agent.get(path).is(http.StatusOK, `"state":"executed"`)
	if !o.Dark("president") {
		t.Fatal("the president is not dark after the wait")
	}
	agent.get("/api/v1/accounts/@president").is(http.StatusOK, `"kind":"suspend"`, `"active":true`, `"strictest":"government"`)
	agent.get("/api/v1/ledger/who/president").is(http.StatusOK, `"name":"Leila"`, `"name":"Grace"`, `"name":"Sam"`,
		`"requester":{`, `"proof":{`, `"took_ms":`)

	restore := map[string]any{"kind": "restore", "account": "president", "reason": "it was a mistake"}
	back := security.ask(restore, http.StatusAccepted)
	security.turn(back.ID).is(http.StatusCreated, `"state":"executed"`)
	if o.Dark("president") {
		t.Error("the president is dark after one key restored it")
	}
}

func TestStandardAccountTakesASession(t *testing.T) {
	o := open(t)
	q := o.signIn(t, "agent").ask(map[string]any{"kind": "suspend", "account": "uncle", "reason": "spam"}, http.StatusCreated)
	if q.State != model.StateExecuted || len(q.Keys) != 1 || !q.Keys[0].Counts {
		t.Errorf("a request on an ordinary account is %+v", q)
	}
}

func TestLeaverIsRefusedByName(t *testing.T) {
	o := open(t)
	lastday := o.signIn(t, "lastday")
	order := o.suspension("president")
	o.unchanged(t, "a leaver's request", 1, func() {
		lastday.post("/api/v1/requests", order).is(http.StatusForbidden, `"law":"leavers_hold_no_keys"`)
	})
}

func TestStoppingARequest(t *testing.T) {
	o := open(t)
	agent, lead := o.signIn(t, "agent"), o.signIn(t, "lead")
	for _, test := range []struct {
		how, state, handle string
		by                 client
	}{{"withdraw", "withdrawn", "newsroom", agent}, {"decline", "declined", "president", lead}, {"veto", "vetoed", "astronaut", lead}} {
		q := agent.ask(o.suspension(test.handle), http.StatusAccepted)
		path := "/api/v1/requests/" + q.ID + "/" + test.how
		o.unchanged(t, test.how+" by an auditor", 1, func() {
			o.signIn(t, "auditor").post(path, map[string]string{"reason": "no"}).is(http.StatusForbidden)
		})
		test.by.post(path, map[string]string{"reason": "no"}).is(http.StatusOK, `"state":"`+test.state, `"stopped":{"by":{`, `"reason":"no"`)
		test.by.post(path, map[string]string{"reason": "no"}).is(http.StatusConflict)
	}
}

func TestExplainChangesNothing(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	o.unchanged(t, "explaining", 0, func() {
		agent.post("/api/v1/explain", o.suspension("president")).is(http.StatusOK, `"allowed":false`, `"keys":3`,
			`"government_affairs"`, `"row":"suspend"`)
		agent.post("/api/v1/explain", map[string]any{"kind": "suspend", "account": "uncle"}).is(http.StatusOK, `"allowed":true`)
		o.signIn(t, "lastday").post("/api/v1/explain", o.suspension("president")).is(http.StatusOK, `"law":"leavers_hold_no_keys"`)
	})
}

func TestFreezeIsTold(t *testing.T) {
	o := open(t)
	lead := o.signIn(t, "lead")
	lead.get("/api/v1/freezes").is(http.StatusOK, "[]")
	q := lead.ask(map[string]any{"kind": "freeze", "reason": "something is going on"}, http.StatusAccepted)
	lead.turn(q.ID).is(http.StatusCreated)
	lead.get("/api/v1/freezes").is(http.StatusOK, `"scope":"protected"`, `"started_by":{`, `"name":"Leila"`)
	o.signIn(t, "agent").post("/api/v1/requests", o.suspension("president")).is(http.StatusLocked, `"law":"bounded_reach"`)
	lead.get("/api/v1/policy").is(http.StatusOK, `"hash":"sha256:`, `"document":{`)
}
