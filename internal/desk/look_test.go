package desk_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// TestLook shows what is private of an account to who asked, and tells bad input.
func TestLook(t *testing.T) {
	o := open(t)
	agent, lead := o.signIn(t, "agent"), o.signIn(t, "lead")
	o.Case("uncle")
	o.Write(func(tx *store.Tx) error {
		_, err := tx.AddPost(t.Context(), model.Post{ID: tx.NextID(), Account: o.Accounts["uncle"], Text: "only for you", Visibility: model.Direct,
			Mentions: []model.ID{o.Accounts["aunt"]}, CreatedAt: o.Clock.Now()}, nil)
		return errors.Join(err, tx.AddCredentials(t.Context(), model.Credentials{Account: o.Accounts["uncle"], Email: "uncle@example.org", PasswordHash: "x"}))
	})
	q := agent.ask(map[string]any{"kind": "view_private", "account": "@uncle", "reason": "a report of threats in private"}, http.StatusCreated)
	path := "/api/v1/requests/" + q.ID + "/private"
	a := agent.get(path).is(http.StatusOK, `"email":"uncle@example.org"`, `"text":"only for you"`, `"visibility":"direct"`, `"readings":1`)
	if got := a.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("it may be kept: %q", got)
	}
	agent.get(path+"?limit=1").is(http.StatusOK, `"readings":2`)
	o.unchanged(t, "somebody else's reading", 1, func() { lead.get(path).is(http.StatusForbidden, "only who asked") })
	o.unchanged(t, "bad input", 0, func() {
		agent.get(path+"?limit=81").is(http.StatusBadRequest, `"field":"limit"`)
		agent.get(path+"?state=open").is(http.StatusBadRequest, `"field":"state"`)
		agent.get("/api/v1/requests/x/private").is(http.StatusBadRequest, `"field":"id"`)
		agent.get("/api/v1/requests/12345/private").is(http.StatusNotFound)
		o.stranger(t).get(path).is(http.StatusUnauthorized)
	})
	o.Clock.Advance(time.Hour)
	agent.get(path).is(http.StatusConflict, "the look is over")
	agent.post("/api/v1/requests", map[string]any{"kind": "view_private", "account": "@niece", "reason": "curious"}).is(http.StatusBadRequest, `"field":"case"`)
}

// TestPurgedAccount: the desk tells that an account was purged, and whether anything of it is left.
func TestPurgedAccount(t *testing.T) {
	o := open(t)
	o.Post("uncle", "something")
	o.Do("agent", o.Command(model.CmdDeactivate, "uncle"))
	agent := o.signIn(t, "agent")
	agent.post("/api/v1/requests", map[string]any{"kind": "purge", "account": "@uncle", "reason": "now"}).is(http.StatusForbidden, "nothing_is_lost_in_the_dark", "30 days")
	agent.get("/api/v1/accounts/uncle").is(http.StatusOK)
	o.Clock.Advance(guard.PurgeHold)
	agent = o.signIn(t, "agent")
	o.Do("agent", o.Command(model.CmdPurge, "uncle"), "agent", "lead")
	var got struct {
		Posts int
		Purge map[string]string
	}
	agent.get("/api/v1/accounts/uncle").is(http.StatusOK).in(&got)
	if got.Purge["at"] == "" || got.Purge["done_at"] != "" {
		t.Errorf("at first it is %+v", got)
	}
	for more := true; more; {
		var err error
		if more, err = o.Guard.Erase(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	agent.get("/api/v1/accounts/uncle").is(http.StatusOK).in(&got)
	if got.Purge["done_at"] == "" || got.Posts != 0 {
		t.Errorf("then it is %+v", got)
	}
	agent.post("/api/v1/requests", map[string]any{"kind": "restore", "account": "@uncle", "reason": "sorry"}).is(http.StatusConflict, "nothing brings it back")
}
