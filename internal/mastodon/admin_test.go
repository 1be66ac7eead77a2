package mastodon

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

// The parts of the desk's entities that tests look at.
type (
	gotAdmin struct {
		ID, Username, Email                     string
		IP                                      *string
		IPs                                     []any
		Role                                    struct{ ID, Name, Permissions string }
		Confirmed, Approved, Disabled, Silenced bool
		Sensitized, Suspended                   bool
		Account                                 gotAccount
	}
	gotFiled struct {
		ID          string
		ActionTaken bool    `json:"action_taken"`
		TakenAt     *string `json:"action_taken_at"`
		Category    string
		Comment     string
		Account     gotAdmin
		Target      gotAdmin  `json:"target_account"`
		Assigned    *gotAdmin `json:"assigned_account"`
		TakenBy     *gotAdmin `json:"action_taken_by_account"`
		Statuses    []gotStatus
		Rules       []any
	}
	// gotRefusal is what is told of what was not done.
	gotRefusal struct {
		Error, Field, Law string
		Request           *struct {
			ID, Kind, State, URL string
			Missing              struct {
				Keys  int
				Roles []string
			}
		}
	}
)

// moderator is a caller by an app that one of the staff has signed in to, with everything that the staff can have.
func (s *server) moderator(handle string) caller {
	return s.as(handle, append([]string{"admin:read", "admin:write"}, memberScopes...)...)
}

func (s *server) adminPath(handle, rest string) string {
	return "/api/v1/admin/accounts/" + s.id(handle) + rest
}

// refusal decodes an answer that must be 403.
func refusal(a answer) gotRefusal {
	a.s.TB.Helper()
	a.want(http.StatusForbidden)
	a.status = http.StatusOK
	return into[gotRefusal](a)
}

func TestAdminScopesAreForTheStaff(t *testing.T) {
	s := newServer(t)
	s.Write(func(tx *store.Tx) error {
		for _, handle := range []string{"cousin", "uncle"} {
			if err := tx.AddCredentials(t.Context(), credentials(s, handle)); err != nil {
				return err
			}
		}
		return nil
	})
	ask := func(handle, scope string) answer {
		return s.anyone().post("/oauth/token", "grant_type", "password", "username", handle, "password", password, "client_id",
			s.app.ClientID, "client_secret", s.secret, "scope", scope)
	}
	for _, scope := range []string{"admin:read", "read admin:write", "admin:read:accounts", "admin:write:reports"} {
		ask("cousin", scope).want(http.StatusOK)
		if a := ask("uncle", scope).want(http.StatusBadRequest); !strings.Contains(a.body, "invalid_scope") {
			t.Errorf("%s for a member: %s", scope, a.body)
		}
	}
	s.anyone().post("/oauth/token", "grant_type", "client_credentials", "client_id", s.app.ClientID, "client_secret", s.secret, "scope",
		"admin:read").want(http.StatusBadRequest)
	for handle, want := range map[string]int{"cousin": http.StatusOK, "uncle": http.StatusUnprocessableEntity} {
		a := s.anyone().post("/oauth/authorize", "response_type", "code", "client_id", s.app.ClientID, "redirect_uri", s.app.RedirectURIs[0],
			"scope", "admin:write", "username", handle, "password", password).want(want)
		if want != http.StatusOK && !strings.Contains(a.body, "work at the desk") {
			t.Errorf("the page does not say why: %s", a.body)
		}
	}
}

// TestAdminIsLookedUpAtEachCall: what a token was granted is no right.
func TestAdminIsLookedUpAtEachCall(t *testing.T) {
	s := newServer(t)
	uncle := s.moderator("uncle") // as if it had been granted
	if r := refusal(uncle.get("/api/v1/admin/accounts")); !strings.Contains(r.Error, "staff") {
		t.Errorf("a member is told %+v", r)
	}
	uncle.post(s.adminPath("aunt", "/action"), "type", "suspend").want(http.StatusForbidden)
	if s.Dark("aunt") {
		t.Fatal("a member's token suspended @aunt")
	}
	agent, lead := s.moderator("cousin"), s.moderator("nephew")
	agent.get("/api/v1/admin/accounts").want(http.StatusOK)
	s.Do("admin", model.Command{Kind: model.CmdSetEmployment, Person: s.Actor("agent").Person, Reason: "left",
		Params: map[string]string{"status": "ended"}}, "admin")
	agent.get("/api/v1/admin/accounts").want(http.StatusForbidden)
	s.Do("admin", model.Command{Kind: model.CmdGrantRole, Person: s.Actor("lead").Person, Reason: "moved on",
		Params: map[string]string{"role": "lead", "revoke": "true"}}, "admin")
	lead.get("/api/v1/admin/reports").want(http.StatusForbidden)
	lead.get("/api/v1/accounts/verify_credentials").want(http.StatusOK)
}

func TestAdminRoles(t *testing.T) {
	s := newServer(t)
	type self struct {
		Role struct{ ID, Name, Permissions string }
	}
	for handle, want := range map[string][3]string{"cousin": {"1", "agent", "1044"}, "niece": {"6", "auditor", "4"}, "uncle": {"-99", "", "0"}} {
		got := into[self](s.as(handle).get("/api/v1/accounts/verify_credentials")).Role
		if [3]string{got.ID, got.Name, got.Permissions} != want {
			t.Errorf("@%s has the role %v, want %v", handle, got, want)
		}
	}
	s.moderator("niece").post(s.adminPath("uncle", "/action"), "type", "none").want(http.StatusForbidden)
	s.moderator("niece").get(s.adminPath("uncle", "")).want(http.StatusOK)
}

// TestAdminActsOnStandardAccounts does and undoes everything that one person may.
func TestAdminActsOnStandardAccounts(t *testing.T) {
	s := newServer(t)
	agent := s.moderator("cousin")
	for _, tt := range []struct {
		action, undo string
		kind         model.SanctionKind
		is           func(gotAdmin) bool
	}{
		{"disable", "/enable", model.SanctionLock, func(a gotAdmin) bool { return a.Disabled }},
		{"sensitive", "/unsensitive", model.SanctionSensitive, func(a gotAdmin) bool { return a.Sensitized }},
		{"silence", "/unsilence", model.SanctionLimit, func(a gotAdmin) bool { return a.Silenced }},
		{"suspend", "/unsuspend", model.SanctionSuspend, func(a gotAdmin) bool { return a.Suspended }},
	} {
		s.Case("uncle")
		if a := agent.post(s.adminPath("uncle", "/action"), "type", tt.action, "text", "Rude to pigeons."); a.want(http.StatusOK).body != "{}" {
			t.Errorf("%s: %s", tt.action, a.body)
		}
		on, err := s.Store.UnliftedSanctions(t.Context(), s.Accounts["uncle"])
		if err != nil || len(on) != 1 || on[0].Kind != tt.kind || !on[0].End.IsZero() {
			t.Errorf("%s put %+v (%v)", tt.action, on, err)
		}
		q, err := s.Store.Request(t.Context(), on[0].Request)
		if err != nil || q.Requester != s.Actor("agent").Person || q.Login != 0 || q.Command.Case == 0 {
			t.Errorf("%s was done by %+v (%v)", tt.action, q, err)
		}
		if opened, err := s.Guard.Opened(t.Context(), q); err != nil || opened.Command.Reason != "Rude to pigeons." || opened.Command.Private["message"] != "Rude to pigeons." {
			t.Errorf("%s was done for %+v (%v)", tt.action, opened.Command, err)
		}
		if _, err := s.Store.OpenCase(t.Context(), s.Accounts["uncle"]); model.KindOf(err) != model.KindNotFound {
			t.Errorf("%s leaves the case open: %v", tt.action, err)
		}
		if a := into[gotAdmin](agent.get(s.adminPath("uncle", ""))); !tt.is(a) || a.Account.DisplayName != "uncle" {
			t.Errorf("after %s: %+v", tt.action, a)
		}
		if a := into[gotAdmin](agent.post(s.adminPath("uncle", tt.undo))); tt.is(a) || s.Dark("uncle") {
			t.Errorf("after %s: %+v", tt.undo, a)
		}
		if tt.undo != "/unsuspend" { // was done already
			agent.post(s.adminPath("uncle", tt.undo)).want(http.StatusOK)
		} else if r := refusal(agent.post(s.adminPath("uncle", tt.undo))); !strings.Contains(r.Error, "not suspended") {
			t.Errorf("unsuspending what is not suspended: %+v", r)
		}
	}
	agent.post(s.adminPath("uncle", "/action"), "type", "none", "text", "Please be kind.").want(http.StatusOK)
	if strikes, err := s.Store.Strikes(t.Context(), s.Accounts["uncle"]); err != nil || len(strikes) != 1 {
		t.Errorf("%d strikes (%v)", len(strikes), err)
	}
	for _, path := range []string{"/approve", "/reject"} {
		if r := refusal(agent.post(s.adminPath("uncle", path))); !strings.Contains(r.Error, "not waiting") {
			t.Errorf("%s: %+v", path, r)
		}
	}
}

// TestAdminTokenIsNoSignature: on a protected account an app asks, and that is all; asking twice is asking once.
func TestAdminTokenIsNoSignature(t *testing.T) {
	s := newServer(t)
	for _, handle := range []string{"cousin", "nephew"} { // an agent and a lead
		for _, target := range []string{"president", "newsroom", "astronaut"} {
			for _, action := range []string{"none", "disable", "sensitive", "silence", "suspend"} {
				path := s.adminPath(target, "/action")
				first := refusal(s.moderator(handle).post(path, "type", action, "text", "now"))
				again := refusal(s.moderator(handle).post(path, "type", action, "text", "please"))
				if first.Request == nil || again.Request == nil || first.Request.ID != again.Request.ID {
					t.Fatalf("%s of @%s: %+v, then %+v", action, target, first, again)
				}
				q := first.Request
				if q.State != "pending" || q.Missing.Keys < 1 || q.Missing.Roles == nil || !strings.HasSuffix(q.URL, "/requests/"+q.ID) ||
					!strings.Contains(first.Error, q.ID) {
					t.Errorf("%s of @%s: %+v", action, target, first)
				}
				id, _ := model.ParseID("id", q.ID)
				if keys, err := s.Store.KeysOn(t.Context(), id); err != nil || len(keys) != 0 {
					t.Errorf("%s of @%s has %d keys (%v)", action, target, len(keys), err)
				}
			}
			if s.Dark(target) {
				t.Fatalf("@%s is under a sanction", target)
			}
		}
	}
	q := refusal(s.moderator("cousin").post(s.adminPath("newsroom", "/action"), "type", "suspend")).Request
	id, _ := model.ParseID("id", q.ID)
	for _, login := range []string{"lead", "gov"} {
		if _, err := s.Turn(login, id); err != nil {
			t.Fatal(err)
		}
	}
	waits := refusal(s.moderator("cousin").post(s.adminPath("newsroom", "/action"), "type", "suspend"))
	if waits.Request.State != "waiting" || waits.Request.Missing.Keys != 0 || !strings.Contains(waits.Error, "takes effect") {
		t.Errorf("with all its keys: %+v", waits)
	}
	s.Clock.Advance(10 * time.Minute)
	s.Due()
	if !into[gotAdmin](s.moderator("cousin").get(s.adminPath("newsroom", ""))).Suspended {
		t.Error("what the app asked for did not happen with the keys of others")
	}
	if r := refusal(s.moderator("cousin").post(s.adminPath("newsroom", "/unsuspend"))); r.Request == nil || r.Request.Kind != "restore" {
		t.Errorf("unsuspending a protected account by an app: %+v", r)
	}
}

// TestAdminDeleteOnlyAsks: a purge takes 30 days in the dark, and two people.
func TestAdminDeleteOnlyAsks(t *testing.T) {
	s := newServer(t)
	agent := s.moderator("cousin")
	drop := func() gotRefusal { return refusal(agent.do(http.MethodDelete, s.adminPath("uncle", ""), "", "")) }
	if r := drop(); r.Law == "" || r.Request != nil {
		t.Errorf("of an account that is not dark: %+v", r)
	}
	agent.post(s.adminPath("uncle", "/action"), "type", "suspend").want(http.StatusOK)
	if r := drop(); r.Law == "" || r.Request != nil {
		t.Errorf("of an account that has just become dark: %+v", r)
	}
	s.Clock.Advance(guard.PurgeHold)
	if r := drop(); r.Request == nil || r.Request.Kind != "purge" || r.Request.Missing.Keys != 2 {
		t.Errorf("of an account that was dark for long: %+v", r)
	}
	if a := into[gotAdmin](agent.get(s.adminPath("uncle", ""))); a.Account.DisplayName != "uncle" {
		t.Errorf("it is gone: %+v", a)
	}
}

// TestAdminIsRefusedByTheGuard: with the law, as 403, in the ledger, and nothing done.
func TestAdminIsRefusedByTheGuard(t *testing.T) {
	s := newServer(t)
	r := refusal(s.moderator("cousin").post(s.adminPath("cousin", "/action"), "type", "silence"))
	if r.Law != guard.LawOwnCase || r.Request != nil {
		t.Errorf("on one's own account: %+v", r)
	}
	s.Do("security", model.Command{Kind: model.CmdFreeze, Reason: "stop", Params: map[string]string{"scope": "all"}}, "security")
	if r := refusal(s.moderator("cousin").post(s.adminPath("uncle", "/action"), "type", "suspend")); r.Law != guard.LawBounded {
		t.Errorf("in a freeze: %+v", r)
	}
	if s.Dark("uncle") || s.Dark("cousin") {
		t.Error("it was done all the same")
	}
}

func TestAdminBadInput(t *testing.T) {
	s := newServer(t)
	agent := s.moderator("cousin")
	s.Case("aunt")
	others := into[[]gotFiled](agent.get("/api/v1/admin/reports?target_account_id=" + s.id("aunt")))[0].ID
	for _, tt := range []struct {
		field string
		pairs []string
	}{
		{"type", nil}, {"type", []string{"type", "explode"}}, {"type", []string{"type", ""}},
		{"report_id", []string{"type", "none", "report_id", "x"}},
		{"warning_preset_id", []string{"type", "none", "warning_preset_id", "3"}},
		{"rule_ids", []string{"type", "none", "rule_ids[]", "1"}},
		{"send_email_notification", []string{"type", "none", "send_email_notification", "maybe"}},
		{"text", []string{"type", "none", "text", strings.Repeat("x", model.MaxReason+1)}},
	} {
		a := agent.post(s.adminPath("uncle", "/action"), tt.pairs...).want(http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `"field":"`+tt.field+`"`) {
			t.Errorf("%v: %s", tt.pairs, a.body)
		}
	}
	for _, id := range []string{"1", others} {
		agent.post(s.adminPath("uncle", "/action"), "type", "suspend", "report_id", id).want(http.StatusNotFound)
	}
	for _, path := range []string{"/api/v1/admin/accounts/1", "/api/v1/admin/accounts/x", "/api/v1/admin/reports/1"} {
		agent.get(path).want(http.StatusNotFound)
	}
	for _, rest := range []string{"/action", "/enable", "/approve", "/unsuspend"} {
		agent.post("/api/v1/admin/accounts/1"+rest, "type", "none").want(http.StatusNotFound)
	}
	for _, query := range []string{"email=uncle@example.org", "ip=127.0.0.1", "limit=x", "max_id=x"} {
		agent.get("/api/v1/admin/accounts?" + query).want(http.StatusUnprocessableEntity)
	}
	for _, query := range []string{"status=sad", "origin=mars", "permissions=all"} {
		agent.get("/api/v2/admin/accounts?" + query).want(http.StatusUnprocessableEntity)
	}
	if s.Dark("uncle") {
		t.Error("bad input did something")
	}
}

// handles are the usernames of a list of accounts.
func handles(all []gotAdmin) []string {
	names := []string{}
	for _, a := range all {
		names = append(names, a.Username)
	}
	return names
}

func TestAdminListsAccounts(t *testing.T) {
	s := newServer(t)
	agent := s.moderator("cousin")
	agent.post(s.adminPath("uncle", "/action"), "type", "suspend").want(http.StatusOK)
	agent.post(s.adminPath("aunt", "/action"), "type", "silence").want(http.StatusOK)
	all := []string{"nephew", "niece", "cousin", "aunt", "uncle", "astronaut", "newsroom", "president"}
	for query, want := range map[string][]string{
		"v1/admin/accounts":                                   all,
		"v1/admin/accounts?local=true":                        all,
		"v1/admin/accounts?active=true":                       slices.DeleteFunc(slices.Clone(all), func(h string) bool { return h == "uncle" }),
		"v1/admin/accounts?suspended=true":                    {"uncle"},
		"v1/admin/accounts?silenced=true":                     {"aunt"},
		"v1/admin/accounts?silenced=true&suspended=true":      {},
		"v1/admin/accounts?disabled=true":                     {},
		"v1/admin/accounts?sensitized=true":                   {},
		"v1/admin/accounts?pending=true":                      {},
		"v1/admin/accounts?remote=true":                       {},
		"v1/admin/accounts?by_domain=other.example":           {},
		"v1/admin/accounts?staff=true":                        {"nephew", "niece", "cousin"},
		"v1/admin/accounts?username=N":                        {"nephew", "niece", "newsroom"},
		"v1/admin/accounts?display_name=ASTRO":                {"astronaut"},
		"v1/admin/accounts?username=n&staff=1":                {"nephew", "niece"},
		"v1/admin/accounts?limit=2":                           all[:2],
		"v1/admin/accounts?limit=2&max_id=" + s.id("niece"):   all[2:4],
		"v1/admin/accounts?limit=2&min_id=" + s.id("uncle"):   {"cousin", "aunt"},
		"v1/admin/accounts?limit=2&since_id=" + s.id("uncle"): all[:2],
		"v2/admin/accounts":                                   all,
		"v2/admin/accounts?status=suspended":                  {"uncle"},
		"v2/admin/accounts?status=active&username=u":          {},
		"v2/admin/accounts?status=pending":                    {},
		"v2/admin/accounts?origin=remote":                     {},
		"v2/admin/accounts?origin=local&status=silenced":      {"aunt"},
		"v2/admin/accounts?permissions=staff":                 {"nephew", "niece", "cousin"},
		"v2/admin/accounts?role_ids[]=1":                      {"cousin"},
		"v2/admin/accounts?role_ids[]=2&role_ids[]=6":         {"nephew", "niece"},
		"v2/admin/accounts?role_ids[]=99":                     {},
		"v2/admin/accounts?invited_by=" + s.id("uncle"):       {},
	} {
		if got := handles(into[[]gotAdmin](agent.get("/api/" + query))); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	a := agent.get("/api/v1/admin/accounts?limit=2&active=true")
	if link := a.header.Get("Link"); !strings.Contains(link, "max_id="+s.id("niece")) || !strings.Contains(link, "active=true") || !strings.Contains(link, "limit=2") {
		t.Errorf("the link is %s", link)
	}
}

// TestAdminTellsNothingPrivate: e-mail and IP addresses are not in anything that the desk's calls answer.
func TestAdminTellsNothingPrivate(t *testing.T) {
	s := newServer(t)
	s.Write(func(tx *store.Tx) error { return tx.AddCredentials(t.Context(), credentials(s, "uncle")) })
	s.Case("uncle")
	agent := s.moderator("cousin")
	a := into[gotAdmin](agent.get(s.adminPath("uncle", "")))
	if a.Email != "" || a.IP != nil || len(a.IPs) != 0 || !a.Confirmed || !a.Approved {
		t.Errorf("%+v", a)
	}
	for _, path := range []string{s.adminPath("uncle", ""), "/api/v1/admin/accounts", "/api/v1/admin/reports"} {
		if got := agent.get(path).want(http.StatusOK); strings.Contains(got.body, "@mail.example") {
			t.Errorf("%s tells an e-mail address: %s", path, got.body)
		}
	}
}

// TestAdminSeesWhatIsDark, and nobody else does by the same token's public side.
func TestAdminSeesWhatIsDark(t *testing.T) {
	s := newServer(t)
	agent := s.moderator("cousin")
	post := s.Post("uncle", "the bridges are @aunt's")
	filed := into[struct{ ID string }](s.as("aunt").post("/api/v1/reports", "account_id", s.id("uncle"), "status_ids[]", post.String(), "comment", "rude"))
	s.Do("agent2", s.Command(model.CmdDeactivate, "uncle"))
	if a := into[gotAdmin](agent.get(s.adminPath("uncle", ""))); !a.Suspended || !a.Account.Suspended || a.Account.DisplayName != "uncle" {
		t.Errorf("the desk sees %+v", a)
	}
	r := into[gotFiled](agent.get("/api/v1/admin/reports/" + filed.ID))
	if len(r.Statuses) != 1 || !strings.Contains(r.Statuses[0].Content, "the bridges") || r.Statuses[0].Account.Acct != "uncle" {
		t.Errorf("the reported post: %+v", r.Statuses)
	}
	agent.get("/api/v1/accounts/" + s.id("uncle")).want(http.StatusNotFound)
	agent.get("/api/v1/statuses/" + post.String()).want(http.StatusNotFound)
}

func TestAdminReports(t *testing.T) {
	s := newServer(t)
	agent := s.moderator("cousin")
	var ids []string
	for _, by := range []string{"aunt", "niece", "astronaut"} {
		ids = append(ids, into[struct{ ID string }](s.as(by).post("/api/v1/reports", "account_id", s.id("uncle"), "comment", "by "+by)).ID)
	}
	s.as("uncle").post("/api/v1/reports", "account_id", s.id("president"), "category", "spam").want(http.StatusOK)
	list := func(query string) (got []string) {
		for _, r := range into[[]gotFiled](agent.get("/api/v1/admin/reports?" + query)) {
			got = append(got, strings.TrimPrefix(r.Comment, "by "))
		}
		return got
	}
	for query, want := range map[string][]string{
		"": {"", "astronaut", "niece", "aunt"}, "target_account_id=" + s.id("uncle"): {"astronaut", "niece", "aunt"},
		"account_id=" + s.id("niece"): {"niece"}, "resolved=true": nil, "limit=2": {"", "astronaut"},
		"limit=1&max_id=" + ids[2]: {"niece"}, "limit=1&min_id=" + ids[0]: {"niece"},
	} {
		if got := list(query); !slices.Equal(got, want) {
			t.Errorf("reports?%s: %q, want %q", query, got, want)
		}
	}
	path := "/api/v1/admin/reports/" + ids[0]
	r := into[gotFiled](agent.get(path))
	if r.ActionTaken || r.TakenAt != nil || r.Account.Username != "aunt" || r.Target.Username != "uncle" || r.Category != "other" || r.Rules == nil {
		t.Errorf("the report: %+v", r)
	}
	if r = into[gotFiled](agent.do(http.MethodPut, path, "application/json", `{"category":"violation"}`)); r.Category != "violation" {
		t.Errorf("after its category was changed: %+v", r)
	}
	for _, body := range []string{`{"category":"sad"}`, `{"rule_ids":["1"]}`} {
		agent.do(http.MethodPut, path, "application/json", body).want(http.StatusUnprocessableEntity)
	}
	for range 2 { // the second time it is so already
		if r = into[gotFiled](agent.post(path + "/assign_to_self")); r.Assigned == nil || r.Assigned.Username != "cousin" {
			t.Errorf("assigned: %+v", r)
		}
	}
	lead := s.moderator("nephew")
	if a := lead.post(path + "/assign_to_self").want(http.StatusUnprocessableEntity); !strings.Contains(a.body, "Ada works on this case") {
		t.Errorf("taken from whoever has it: %s", a.body)
	}
	for range 2 {
		if r = into[gotFiled](lead.post(path + "/unassign")); r.Assigned != nil {
			t.Errorf("unassigned: %+v", r)
		}
	}
	for range 2 {
		if r = into[gotFiled](agent.post(path + "/resolve")); !r.ActionTaken || r.TakenAt == nil || r.TakenBy == nil || r.TakenBy.Username != "cousin" {
			t.Errorf("resolved: %+v", r)
		}
	}
	if got := list("resolved=true"); len(got) != 3 {
		t.Errorf("resolved are the reports by %q", got)
	}
	for range 2 {
		if r = into[gotFiled](agent.post(path + "/reopen")); r.ActionTaken || r.TakenAt != nil || r.TakenBy != nil {
			t.Errorf("reopened: %+v", r)
		}
	}
	auditor := s.moderator("niece")
	auditor.get(path).want(http.StatusOK)
	for _, rest := range []string{"/resolve", "/reopen"} {
		if a := auditor.post(path + rest); rest == "/resolve" && a.status != http.StatusForbidden {
			t.Errorf("an auditor's %s: %d %s", rest, a.status, a.body)
		}
	}
	// An action names the report that led to it, and resolves it.
	agent.post(s.adminPath("uncle", "/action"), "type", "none", "report_id", ids[1], "text", "be kind").want(http.StatusOK)
	if r := into[gotFiled](agent.get(path)); !r.ActionTaken {
		t.Errorf("after a warning on it: %+v", r)
	}
}

// credentials are how the owner of one of the world's accounts signs in.
func credentials(s *server, handle string) model.Credentials {
	return model.Credentials{Account: s.Accounts[handle], Email: handle + "@mail.example", PasswordHash: social.HashPassword(password)}
}
