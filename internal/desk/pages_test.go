package desk_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/internal/model"
)

// without checks that a page has none of some parts.
func (a answer) without(parts ...string) answer {
	a.t.Helper()
	for _, part := range parts {
		if strings.Contains(string(a.body), part) {
			a.t.Errorf("%s is in %s", part, a.body)
		}
	}
	return a
}

// TestAccountPage shows what an account is, what is on it and was, and offers each what they may ask for.
func TestAccountPage(t *testing.T) {
	o := open(t)
	o.Do("agent", o.Command(model.CmdWarn, "uncle"))
	o.Do("agent", o.Command(model.CmdSuspend, "uncle", "for", "72h"))
	agent := o.signIn(t, "agent")
	page := agent.get("/accounts/@Uncle").is(http.StatusOK, "<h1>@uncle</h1>", "4 followers", `href="`+o.Network+`/@uncle"`, "<strong>suspend</strong>",
		"<strong>strike</strong>", ">Ada</a>", "with the key of Ada", "5 Nov 2017, 18:00:00 UTC", `href="/cases/`+o.Case("uncle").String()+`"`,
		`<option value="suspend">`, `<option value="purge">`, `<option value="change_email">`, `name="params.until"`, `data-for="set_class"`)
	page.without(`<option value="set_class"`, `<option value="decide_appeal"`)
	agent.get("/accounts/uncle?kind=remove_post&post=77&case=88").is(http.StatusOK, `<option value="remove_post" selected>`, `value="77"`, `value="88"`)
	agent.get("/accounts/@nobody_here").is(http.StatusNotFound)
	o.signIn(t, "lead").get("/accounts/@uncle").is(http.StatusOK, `<option value="set_class">`, `<option value="restore">`)
	o.signIn(t, "admin").get("/accounts/@uncle").is(http.StatusOK, `<option value="set_verified">`).without(`<option value="suspend">`)
	o.signIn(t, "auditor").get("/accounts/@uncle").is(http.StatusOK, "<strong>suspend</strong>").without(`data-form="order"`, "Ask to lift it")
	last := o.signIn(t, "lastday")
	last.get("/accounts/@uncle").is(http.StatusOK, `<option value="suspend">`).without(`<option value="restore">`)
	last.get("/accounts/@president").is(http.StatusOK).without(`data-form="order"`)

	agent.get("/accounts").is(http.StatusOK, `name="handle"`)
	if to := agent.get("/accounts?handle=@uncle").is(http.StatusSeeOther).header.Get("Location"); to != "/accounts/@uncle" {
		t.Errorf("the account is found at %s", to)
	}
	agent.get("/accounts?handle=nobody_here").is(http.StatusOK, `value="nobody_here"`, `role="alert"`)
	o.stranger(t).get("/accounts/@uncle?kind=ban").is(http.StatusSeeOther)
}

// TestCaseLeadsToWhatIsDone has a case's page lead to the account, to the form with its number, and to each post.
func TestCaseLeadsToWhatIsDone(t *testing.T) {
	o := open(t)
	post := o.Post("uncle", "buy this")
	r := o.reported(t, "aunt", "uncle", "spam", post)
	id := r.Case.String()
	agent := o.signIn(t, "agent")
	agent.get("/cases/"+id).is(http.StatusOK, `href="/accounts/@uncle"`, `href="/accounts/@uncle?case=`+id+`#ask"`,
		`href="/accounts/@uncle?kind=remove_post&amp;post=`+post.String()+`&amp;case=`+id+`#ask"`, `<select id="to"><option value="">`)
	agent.get("/cases?account=nobody_here&state=all").is(http.StatusNotFound, `value="nobody_here"`, `<option value="all" selected>`, "account not found")
	agent.get("/cases?state=lost").is(http.StatusBadRequest, `role="alert"`)
}

// TestPersonPage shows somebody's passkeys, and offers what can be asked for about them to those who may ask.
func TestPersonPage(t *testing.T) {
	o := open(t)
	admin := o.signIn(t, "admin")
	held, err := o.Store.CredentialsOf(t.Context(), o.Actor("lead").Person)
	if err != nil || len(held) == 0 {
		t.Fatal(held, err)
	}
	id := held[0].ID.String()
	admin.get("/people").is(http.StatusOK, `href="/people/lead"`)
	admin.get("/people/lead.oncall").is(http.StatusOK, "Leila", "software key", id, "28 Sep 2016", `value="grant_role"`, `value="set_employment"`,
		`value="map_person"`, `value="enroll_credential"`, `<option value="`+id+`">`, `data-login="lead.oncall"`).without("0001")
	o.signIn(t, "agent").get("/people/lead").is(http.StatusOK, id).without("data-form", `data-do="invite"`)
	admin.get("/people/nobody").is(http.StatusNotFound)
	// What the forms send is what the guard takes.
	for kind, params := range map[string]map[string]string{
		"grant_role":        {"role": "lead", "revoke": "true"},
		"set_employment":    {"status": "notice"},
		"enroll_credential": {"revoke": id},
		"map_person":        {"account": "@uncle"},
	} {
		admin.post("/api/v1/explain", map[string]any{"kind": kind, "person": "lead", "params": params}).is(http.StatusOK, `"words":"`)
	}
	q := admin.ask(map[string]any{"kind": "set_employment", "person": "agent2", "reason": "leaves", "params": map[string]string{"status": "notice"}}, http.StatusAccepted)
	admin.turn(q.ID).is(http.StatusCreated)
	admin.get("/requests/"+q.ID).is(http.StatusOK, "When it was asked for", "employee, active, without a known end; team support-east; roles: agent").without("<dt>Now</dt>", "until open")
}

// TestOffersNobodyWhatIsNotTheirs: what roles or leaving exclude for certain has no button.
func TestOffersNobodyWhatIsNotTheirs(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	q := agent.ask(o.suspension("president"), http.StatusAccepted)
	agent.get("/requests/"+q.ID).is(http.StatusOK, `data-do="withdraw"`, `data-do="key"`).without(`data-do="veto"`, `data-do="decline"`)
	o.signIn(t, "lead").get("/requests/"+q.ID).is(http.StatusOK, `data-do="veto"`, `data-do="decline"`, `data-do="key"`)
	o.signIn(t, "lastday").get("/requests/"+q.ID).is(http.StatusOK, "would not count").without(`data-do="veto"`, `data-do="key"`)
	agent.get("/people").is(http.StatusOK).without(`data-do="invite"`, `data-form="bring-in"`)
	agent.get("/policy").is(http.StatusOK).without(`data-form="publish"`, `data-form="set-high-profile"`)
	o.signIn(t, "admin").get("/policy").is(http.StatusOK, `data-form="publish"`, `data-form="set-high-profile"`)

	// The filter leaves what waits for one's own key.
	o.signIn(t, "gov").get("/requests?state=for-me").is(http.StatusOK, q.ID)
	o.signIn(t, "admin").get("/requests?state=for-me").is(http.StatusOK).without(q.ID)
	agent.turn(q.ID).is(http.StatusAccepted)
	agent.get("/requests?state=for-me").is(http.StatusOK).without(q.ID)
	agent.get("/requests/"+q.ID).is(http.StatusOK, "1 key turned; 0 of 3 in place", "fills no place", "3 more people: lead, security, government affairs")
}

// TestFreezeIsSeen: while a freeze is on every page says so, and a request that it stops says what it lacks all the same.
func TestFreezeIsSeen(t *testing.T) {
	o := open(t)
	agent, lead := o.signIn(t, "agent"), o.signIn(t, "lead")
	q := agent.ask(o.suspension("president"), http.StatusAccepted)
	lead.turn(q.ID).is(http.StatusAccepted)
	agent.get("/freezes").is(http.StatusOK, "No freeze is on").without("data-form", "data-freeze")
	lead.get("/freezes").is(http.StatusOK, `value="freeze"`).without(`value="unfreeze"`)
	f := lead.ask(map[string]any{"kind": "freeze", "reason": "something is going on"}, http.StatusAccepted)
	lead.turn(f.ID).is(http.StatusCreated)
	for _, path := range []string{"/requests", "/cases", "/appeals", "/people", "/policy", "/incidents", "/accounts", "/requests/" + q.ID} {
		agent.get(path).is(http.StatusOK, "data-freeze", "no protected account is darkened", "Leila began it", "unless a second person confirms it", "18:30:00 UTC")
	}
	o.signIn(t, "security").get("/requests/"+q.ID).is(http.StatusOK, "2 more people: security, government affairs", "no key can be turned on this until it ends").without(`data-do="key"`)
	lead.get("/freezes").is(http.StatusOK, "or confirm the one that is on", `value="unfreeze"`, "<dd>nobody</dd>")
	o.stranger(t).get("/sign-in").is(http.StatusOK).without("data-freeze")

	security := o.signIn(t, "security")
	f = security.ask(map[string]any{"kind": "freeze", "reason": "I see it too"}, http.StatusAccepted)
	security.turn(f.ID).is(http.StatusCreated)
	agent.get("/requests").is(http.StatusOK, "Sam confirmed it, and it lasts until it is ended").without("lapses")
}

// TestPostIsRemovedFromTheForm removes a post as the form of its author's page asks for it, and restores it by the link
// beside what is on the account.
func TestPostIsRemovedFromTheForm(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	post := o.Post("uncle", "buy this").String()
	order := map[string]any{"kind": "remove_post", "account": "@uncle", "post": post, "case": o.Case("uncle").String(), "reason": "spam",
		"rule": "1", "params": map[string]string{"category": "scams_and_fraud", "message": "No."}}
	agent.post("/api/v1/explain", order).is(http.StatusOK, `"allowed":true`, "becomes dark")
	agent.ask(order, http.StatusCreated)
	agent.get("/accounts/@uncle").is(http.StatusOK, "of post <span class=\"mono\">"+post)
	on, err := o.Store.UnliftedSanctions(t.Context(), o.Accounts["uncle"])
	if err != nil || len(on) != 1 {
		t.Fatal(on, err)
	}
	agent.get("/accounts/@uncle").is(http.StatusOK, `href="?kind=restore&amp;sanction=`+on[0].ID.String()+`#ask"`)
	agent.ask(map[string]any{"kind": "restore", "account": "@uncle", "reason": "no spam", "params": map[string]string{"sanction": on[0].ID.String()}}, http.StatusCreated)
	agent.get("/accounts/@uncle").is(http.StatusOK, "Nothing hides, limits or locks it.", "lifted <time")
}

// TestWithoutAPolicyTheDeskRestores: when the policy in force cannot be had, whoever restores by their office sees what there
// is, and can ask for it.
func TestWithoutAPolicyTheDeskRestores(t *testing.T) {
	o := open(t)
	o.Do("agent", o.Command(model.CmdSuspend, "uncle"))
	lead, agent := o.signIn(t, "lead"), o.signIn(t, "agent")
	lead.get("/accounts/@uncle").is(http.StatusOK) // with the policy in memory
	db, err := sql.Open("sqlite", filepath.Join(o.dir, "keyturn.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `DELETE FROM policies`); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/accounts/@uncle", "/requests", "/incidents", "/freezes", "/people", "/cases"} {
		lead.get(path).is(http.StatusOK)
		agent.get(path).is(http.StatusForbidden)
	}
	lead.post("/api/v1/requests", map[string]any{"kind": "restore", "account": "@uncle", "reason": "because of the test"}).is(http.StatusCreated, "executed")
}
