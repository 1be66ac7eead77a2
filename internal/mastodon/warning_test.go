package mastodon

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
)

type gotWarning struct {
	ID, Action, Text string
	StatusIDs        []string   `json:"status_ids"`
	Target           gotAccount `json:"target_account"`
	Appeal           *struct{ Text, State string }
	CreatedAt        string `json:"created_at"`
}

// warned lists what warns somebody: each action with its text and the state of its appeal.
func warned(c caller, query string) (list []gotWarning) {
	c.s.TB.Helper()
	for _, n := range into[[]struct {
		Type    string
		Account gotAccount
		Warning *gotWarning `json:"moderation_warning"`
	}](c.get("/api/v1/notifications" + query)) {
		if (n.Warning != nil) != (n.Type == "moderation_warning") {
			c.s.TB.Errorf("a %s has the warning %+v", n.Type, n.Warning)
		}
		if n.Warning == nil {
			continue
		}
		if n.Account.Acct != n.Warning.Target.Acct {
			c.s.TB.Errorf("it comes from @%s, not from the account itself", n.Account.Acct)
		}
		list = append(list, *n.Warning)
	}
	return list
}

// TestWarnings: an owner's apps are told of every sanction and strike, and of its appeal; nobody else's are, and nobody of
// the staff is named.
func TestWarnings(t *testing.T) {
	s := newServer(t)
	uncle, aunt := s.as("uncle"), s.as("aunt")
	post := s.Post("uncle", "buy this")
	s.Do("agent", s.Command(model.CmdWarn, "uncle", "message", "Please stop."))
	remove := s.Command(model.CmdRemovePost, "uncle", "category", "scams_and_fraud")
	remove.Post = post
	for _, cmd := range []model.Command{remove, s.Command(model.CmdLock, "uncle"), s.Command(model.CmdSensitive, "uncle"),
		s.Command(model.CmdLimit, "uncle"), s.Command(model.CmdSuspend, "uncle")} {
		s.Clock.Advance(time.Second)
		s.Do("agent", cmd)
	}
	uncle.get("/api/v1/notifications").want(http.StatusForbidden) // apps see nothing while it is dark
	s.Do("agent2", s.Command(model.CmdRestore, "uncle"))
	all := warned(uncle, "")
	want := []string{"suspend Rule 1 of the network: Another violation of the network's rules", "silence Rule 1", "sensitive Rule 1", "disable Rule 1",
		"delete_statuses Rule 1 of the network: Scams and fraud", "none Please stop."}
	if len(all) != len(want) {
		t.Fatalf("%d warnings: %+v", len(all), all)
	}
	for i, w := range all {
		if got := w.Action + " " + w.Text; !strings.HasPrefix(got, want[i]) {
			t.Errorf("warning %d is %q, want %q", i, got, want[i])
		}
	}
	if got := all[4].StatusIDs; len(got) != 1 || got[0] != post.String() {
		t.Errorf("the removed posts are %v", got)
	}
	if body := uncle.get("/api/v1/notifications").body; strings.Contains(body, "Ada") || strings.Contains(body, "because of the test") {
		t.Errorf("the owner is told who did it: %s", body)
	}
	if list := warned(aunt, ""); len(list) != 0 {
		t.Errorf("somebody else is told %+v", list)
	}
	if n := len(warned(uncle, "?types[]=moderation_warning&limit=2")); n != 2 {
		t.Errorf("%d of the type", n)
	}
	if n := len(warned(uncle, "?exclude_types[]=moderation_warning")); n != 0 {
		t.Errorf("%d of a type that was excluded", n)
	}
	if got := into[struct{ Count int }](uncle.get("/api/v1/notifications/unread_count")); got.Count != 6 {
		t.Errorf("%d are unread", got.Count)
	}
	aunt.post("/api/v1/notifications/" + all[5].ID + "/dismiss").want(http.StatusNotFound)
	uncle.post("/api/v1/notifications/" + all[5].ID + "/dismiss").want(http.StatusOK)
	uncle.get("/api/v1/notifications/" + all[5].ID).want(http.StatusNotFound)
	if n := len(warned(uncle, "")); n != 5 {
		t.Errorf("%d are left after one was put away", n)
	}
	uncle.post("/api/v1/notifications/clear").want(http.StatusOK)
	if n := len(warned(uncle, "")); n != 0 {
		t.Errorf("%d are left after all were put away", n)
	}
}

func TestWarningTellsItsAppeal(t *testing.T) {
	s := newServer(t)
	uncle, m := s.as("uncle"), moderation.New(s.Store, s.Clock.Now)
	appealIs := func(want string) {
		t.Helper()
		w := warned(uncle, "")[0]
		if w.Appeal == nil || w.Appeal.State != want || w.Appeal.Text != "I did not" {
			t.Errorf("the appeal is %+v, want %s", w.Appeal, want)
		}
	}
	for want, end := range map[string]func(subject, appeal model.ID){
		"rejected": func(_, appeal model.ID) {
			s.Do("lead", s.Command(model.CmdDecideAppeal, "uncle", "appeal", appeal.String(), "decision", "reject"))
		},
		"approved": func(_, appeal model.ID) {
			s.Do("lead", s.Command(model.CmdDecideAppeal, "uncle", "appeal", appeal.String(), "decision", "grant"))
		},
		"pending": func(model.ID, model.ID) {},
	} {
		s.Do("agent", s.Command(model.CmdLimit, "uncle"))
		w := warned(uncle, "")[0]
		if w.Appeal != nil {
			t.Errorf("there is an appeal: %+v", w.Appeal)
		}
		subject, err := model.ParseID("id", w.ID)
		if err != nil {
			t.Fatal(err)
		}
		a, err := m.Appeal(t.Context(), s.Accounts["uncle"], subject, "I did not")
		if err != nil {
			t.Fatal(err)
		}
		appealIs("pending")
		end(subject, a.ID)
		appealIs(want)
	}
}
