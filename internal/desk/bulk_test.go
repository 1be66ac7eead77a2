package desk_test

import (
	"net/http"
	"testing"

	"keyturn/internal/model"
)

// TestBulk does one thing to many accounts and tells what became of each; where one is protected it does nothing.
func TestBulk(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	onCase := o.Case("uncle")
	order := func(kind string, accounts ...string) map[string]any {
		return map[string]any{"kind": kind, "accounts": accounts, "rule": "1", "reason": "a wave of spam"}
	}
	var got struct {
		Results []struct {
			Account struct{ Handle string }
			Request string
			State   model.RequestState
			Refusal *struct{ Error, Law string }
		}
	}
	agent.post("/api/v1/bulk", order("suspend", "@uncle", "aunt")).is(http.StatusOK).in(&got)
	for i, handle := range []string{"uncle", "aunt"} {
		r := got.Results[i]
		if r.Account.Handle != handle || r.State != model.StateExecuted || r.Refusal != nil || !o.Dark(handle) {
			t.Errorf("on @%s: %+v", handle, r)
		}
	}
	var q request
	agent.get("/api/v1/requests/" + got.Results[0].Request).is(http.StatusOK).in(&q)
	if q.Case != onCase.String() || q.Params["bulk"] == "" || q.Reason != "a wave of spam" {
		t.Errorf("the first is %+v", q)
	}
	agent.post("/api/v1/bulk", order("restore", "@uncle", "@niece")).is(http.StatusOK, `"state":"executed"`, `"kind":"conflict"`)
	o.unchanged(t, "a bulk with a protected account", 1, func() {
		agent.post("/api/v1/bulk", order("warn", "@aunt", "@president", "@newsroom")).is(http.StatusForbidden, "@president, @newsroom", "two_keys")
	})
	o.unchanged(t, "bad input", 0, func() {
		agent.post("/api/v1/bulk", order("warn")).is(http.StatusBadRequest, `"field":"accounts"`)
		agent.post("/api/v1/bulk", order("warn", make([]string, 101)...)).is(http.StatusBadRequest, `"field":"accounts"`)
		agent.post("/api/v1/bulk", order("warn", "@aunt", "@a b")).is(http.StatusBadRequest, `"field":"accounts"`)
		agent.post("/api/v1/bulk", order("warn", "@aunt", "@AUNT")).is(http.StatusBadRequest, `"field":"accounts"`)
		agent.post("/api/v1/bulk", order("warn", "@aunt", "@nobody")).is(http.StatusNotFound, "@nobody")
		agent.post("/api/v1/bulk", order("explode", "@aunt")).is(http.StatusBadRequest, `"field":"kind"`)
		agent.post("/api/v1/bulk", order("ban", "@aunt")).is(http.StatusBadRequest, `"field":"kind"`)
		agent.post("/api/v1/bulk", map[string]any{"kind": "warn", "accounts": []string{"@aunt"}}).is(http.StatusBadRequest, `"field":"reason"`)
	})
}

// TestBulkIsBounded: a bulk call counts as many as the accounts that it names.
func TestBulkIsBounded(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = "@nobody"
	}
	for range 3 {
		agent.post("/api/v1/bulk", map[string]any{"kind": "warn", "accounts": hundred, "reason": "x"}).is(http.StatusNotFound)
	}
	agent.post("/api/v1/bulk", map[string]any{"kind": "warn", "accounts": hundred, "reason": "x"}).is(http.StatusTooManyRequests)
}
