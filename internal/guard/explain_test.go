package guard_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// TestExplain says what would become of a command, and what is said is what happens: allowed at once, waiting for others,
// or refused. It changes nothing.
func TestExplain(t *testing.T) {
	w := newWorld(t)
	w.Do("agent", w.Command(model.CmdSuspend, "aunt"))
	w.Do("lead2", plain(model.CmdFreeze), "lead2")
	w.Do("lead", plain(model.CmdUnfreeze), "security", "lead")
	three := model.Requirement{Keys: 3, Roles: theThree, Teams: 1, Wait: 15 * 60e9}
	for what, tt := range map[string]struct {
		by      string
		cmd     model.Command
		row     policy.Row
		allowed bool
		missing approval.Missing
		refusal string // its law, or "policy"
		key     string
	}{
		"a session":                {by: "agent", cmd: w.Command(model.CmdSuspend, "uncle"), row: policy.RowSuspend, allowed: true},
		"the exception":            {by: "lead", cmd: w.Command(model.CmdLock, "president"), row: policy.RowLockBrief, allowed: true},
		"a lead of three":          {by: "lead", cmd: w.Command(model.CmdDeactivate, "president"), row: policy.RowDeactivate, missing: approval.Missing{Keys: 2, Roles: theThree[1:]}},
		"an agent's place":         {by: "agent", cmd: w.Command(model.CmdDeactivate, "president"), row: policy.RowDeactivate, missing: approval.Missing{Keys: 3, Roles: theThree}},
		"a leaver":                 {by: "lastday", cmd: w.Command(model.CmdDeactivate, "president"), row: policy.RowDeactivate, refusal: leavers},
		"an auditor":               {by: "auditor", cmd: w.Command(model.CmdSuspend, "uncle"), row: policy.RowSuspend, refusal: "policy"},
		"one's own role":           {by: "lead", cmd: w.on(model.CmdGrantRole, "lead", "role", "admin"), row: policy.RowLoosen, key: "no_lone_governor", missing: approval.Missing{Keys: 3, Roles: governors, Teams: 2}},
		"a second freeze":          {by: "lead2", cmd: plain(model.CmdFreeze), row: policy.RowFreeze, key: bounded, missing: approval.Missing{Keys: 1, Teams: 1}},
		"a freeze":                 {by: "admin", cmd: plain(model.CmdFreeze), row: policy.RowFreeze, allowed: true},
		"a restore":                {by: "agent2", cmd: w.Command(model.CmdRestore, "aunt"), row: policy.RowRestore, allowed: true},
		"without a reason":         {by: "agent", cmd: model.Command{Kind: model.CmdSuspend, Account: w.Accounts["uncle"]}, row: policy.RowSuspend, allowed: true},
		"what does not make sense": {by: "agent", cmd: w.Command(model.CmdRestore, "uncle"), row: policy.RowRestore, refusal: "policy"},
	} {
		size := w.size()
		x, err := w.Guard.Explain(t.Context(), w.person(tt.by), tt.cmd)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if w.size() != size {
			t.Errorf("%s: it left an entry", what)
		}
		if law := lawOf(x.Refusal); law != tt.refusal || lawOf(x.Key) != tt.key || x.Row != tt.row || x.Policy == "" {
			t.Errorf("%s: refused by %q, the key by %q, row %s", what, law, lawOf(x.Key), x.Row)
		}
		if tt.refusal != "" {
			continue
		}
		if diff := cmp.Diff(tt.missing, x.Missing, cmpopts.EquateEmpty()); diff != "" || x.Allowed != tt.allowed {
			t.Errorf("%s: allowed %t, missing (-want +got):\n%s", what, x.Allowed, diff)
		}
		if tt.row == policy.RowDeactivate && !cmp.Equal(three, x.Need) {
			t.Errorf("%s: it needs %+v", what, x.Need)
		}
	}
	w.whole()
}

func lawOf(e *model.Error) string {
	switch {
	case e == nil:
		return ""
	case e.Law == "":
		return "policy"
	}
	return e.Law
}

// TestExplainWithoutAPasskey: whose passkeys are revoked could ask, and not sign.
func TestExplainWithoutAPasskey(t *testing.T) {
	w := newWorld(t)
	held, err := w.Store.CredentialsOf(t.Context(), w.person("lead"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range held {
		w.Do("admin", w.on(model.CmdEnrollCredential, "lead", "revoke", c.ID.String()), "admin")
	}
	x, err := w.Guard.Explain(t.Context(), w.person("lead"), w.Command(model.CmdLimit, "astronaut"))
	if err != nil || x.Allowed || lawOf(x.Key) != signed {
		t.Errorf("it is %+v, %v", x, err)
	}
}

// TestMissing tells of an open request whose keys it lacks, and why one does not count.
func TestMissing(t *testing.T) {
	w := newWorld(t)
	q := w.ask("agent", w.Command(model.CmdSuspend, "president"))
	w.turn(q, "lead", "security")
	w.Do("admin", w.on(model.CmdSetEmployment, "lead", "status", "notice"), "admin")
	missing, void, err := w.Guard.Missing(t.Context(), q)
	if err != nil || missing.Keys != 2 || len(missing.Roles) != 2 || len(void) != 1 || lawOf(void[w.person("lead")]) != leavers {
		t.Errorf("missing %+v, void %v, %v", missing, void, err)
	}
}

// TestSee: who works here sees the desk, an auditor too.
func TestSee(t *testing.T) {
	w := newWorld(t)
	for login, sees := range map[string]bool{"auditor": true, "agent": true, "lastday": true} {
		p, err := w.Store.Person(t.Context(), w.person(login))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Guard.See(t.Context(), p); (err == nil) != sees {
			t.Errorf("%s sees the desk: %v", login, err)
		}
		p.Employment.Status = model.EmploymentEnded
		if err := w.Guard.See(t.Context(), p); err == nil {
			t.Errorf("%s sees the desk after the end", login)
		}
	}
	if c := guard.Strictest(w.class("president"), w.Clock.Now()); c != model.ClassGovernment {
		t.Errorf("the president is %s", c)
	}
}
