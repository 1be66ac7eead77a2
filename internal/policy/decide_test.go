package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keyturn/internal/model"
)

// intended says who may do what under the shipped text, written a second time and plainly.
func intended(q Question) bool {
	s := q.Subject
	has := func(roles ...model.Role) bool {
		return slices.ContainsFunc(roles, func(r model.Role) bool { return slices.Contains(s.Roles, r) })
	}
	const agent, lead, security, gov, admin = model.RoleAgent, model.RoleLead, model.RoleSecurity, model.RoleGovernmentAffairs, model.RoleAdmin
	info, _ := model.InfoOf(q.Command)
	if s.Status == model.EmploymentEnded {
		return false
	}
	if q.Verb == VerbSee {
		return len(s.Roles) > 0
	}
	if q.Verb == VerbRequest && q.Command == model.CmdWithdraw {
		return has(agent, lead, security, gov, admin)
	}
	touchy := info.Group == model.GroupGovern || info.Group == model.GroupLight || info.Group == model.GroupAppeal
	if s.Leaver && (q.Class != model.ClassStandard || touchy) {
		return false
	}
	switch {
	case q.Verb == VerbDecline && info.Group == model.GroupLight:
		return false
	case q.Verb == VerbVeto || q.Verb == VerbDecline:
		return has(lead, security, gov, admin)
	case info.Group == model.GroupGovern || q.Command == model.CmdFreeze:
		return has(admin, security, lead)
	case q.Command == model.CmdRestore && q.Verb == VerbSign && q.Class.Rank() > model.ClassVerified.Rank():
		return has(lead, security, gov)
	}
	return has(agent, lead, security, gov)
}

// wrongAnswer finds a question that the bundle does not answer as intended, among all that it or the shipped text can
// tell apart.
func wrongAnswer(t *testing.T, b *Bundle) (Question, bool) {
	s := spaceOf(b.rules, shipped(t).rules)
	for _, a := range s.acts {
		sheet := newSheet(b.rules, &s, a)
		for p := range s.points() {
			q := s.question(a, p)
			if sheet.allows(p) != intended(q) {
				return q, true
			}
		}
	}
	return Question{}, false
}

func TestShippedTextSaysWhatIsIntended(t *testing.T) {
	if q, wrong := wrongAnswer(t, shipped(t)); wrong {
		t.Errorf("wrong: %+v", q)
	}
}

// Were any policy of the shipped text left out or turned round, the test above would notice, if Parse has not.
func TestEachPolicyMatters(t *testing.T) {
	policies := strings.SplitAfter(shipped(t).Cedar(), ";\n")
	tried := 0
	for i, text := range policies {
		if !strings.Contains(text, "@id") {
			continue
		}
		flipped := strings.NewReplacer("permit (", "forbid (", "forbid (", "permit (").Replace(text)
		if strings.Contains(text, "@why") {
			flipped = strings.Replace(flipped, "@why", "@reason", 1)
			flipped = strings.Replace(flipped, "@reason(", "//", 1)
		}
		for what, by := range map[string]string{"left out": "", "turned round": flipped} {
			tried++
			b, err := withCedar(t, strings.Join(slices.Replace(slices.Clone(policies), i, i+1, by), ""))
			if err != nil {
				if strings.Contains(err.Error(), "parser") || strings.Contains(err.Error(), "@") {
					t.Fatalf("this test cannot write policies: %v", err)
				}
				continue
			}
			if _, wrong := wrongAnswer(t, b); !wrong {
				t.Errorf("nobody notices when this is %s:\n%s", what, text)
			}
		}
	}
	if tried != 2*len(shipped(t).rules.policies) {
		t.Errorf("tried %d", tried)
	}
}

func TestDecisionSaysWhy(t *testing.T) {
	agent, leaver := staff(model.RoleAgent), staff(model.RoleAgent)
	leaver.Leaver = true
	b := shipped(t)
	for _, c := range []struct {
		q        Question
		allowed  bool
		policies []string
		why      string
	}{
		{Question{Verb: VerbSign, Subject: agent, Command: model.CmdSuspend, Class: model.ClassStandard}, true,
			[]string{"account-commands"}, "Allowed by account-commands."},
		{Question{Verb: VerbSign, Subject: leaver, Command: model.CmdSuspend, Class: model.ClassVerified}, false,
			[]string{"leavers"}, "A person who is leaving does this on standard accounts only, and restores, appeals and governing not even there."},
		{Question{Verb: VerbSign, Subject: agent, Command: model.CmdRestore, Class: model.ClassHighProfile}, false, nil,
			"Signing restore on a high-profile account is for lead, security or government_affairs; this person is agent."},
		{Question{Verb: VerbRequest, Subject: staff(), Command: model.CmdUnfreeze}, false, nil,
			"Requesting unfreeze is for lead, security or admin; this person has no role."},
		{Question{Verb: VerbVeto, Subject: staff(model.RoleAgent, model.RoleAuditor), Command: model.CmdPublishPolicy}, false, nil,
			"Vetoing publish_policy is for lead, security, government_affairs or admin; this person is agent and auditor."},
		{Question{Verb: VerbSee, Subject: staff()}, false, nil,
			"Seeing the desk is for agent, lead, security, government_affairs, admin or auditor; this person has no role."},
	} {
		d := b.Decide(c.q)
		if d.Allowed != c.allowed || d.Doubt || !slices.Equal(d.Policies, c.policies) || d.Why != c.why {
			t.Errorf("%+v\ngot  %+v\nwant %v %v %s", c.q, d, c.allowed, c.policies, c.why)
		}
	}
	only, err := withCedar(t, shippedCedar+`@id("no-purge") forbid (principal, action, resource == Command::"purge");
		@id("never") permit (principal in Role::"agent", action == Action::"sign", resource) when { false };`)
	if err != nil {
		t.Fatal(err)
	}
	d := only.Decide(Question{Verb: VerbSign, Subject: agent, Command: model.CmdPurge, Class: model.ClassStandard})
	if d.Why != "The policy no-purge forbids it." {
		t.Errorf("a forbid without @why says %q", d.Why)
	}
}

// A question with anything unknown in it is refused, even under a text that permits everything.
func TestDoubtRefuses(t *testing.T) {
	b, err := withCedar(t, `@id("all") permit (principal, action, resource);`)
	if err != nil {
		t.Fatal(err)
	}
	good := Question{Verb: VerbSign, Subject: staff(model.RoleLead), Command: model.CmdBan, Class: model.ClassGovernment}
	if !b.Decide(good).Allowed {
		t.Fatal("the question that the others are made of is refused")
	}
	for name, change := range map[string]func(*Question){
		"no verb":         func(q *Question) { q.Verb = "" },
		"unknown verb":    func(q *Question) { q.Verb = "delete" },
		"no command":      func(q *Question) { q.Command = "" },
		"unknown command": func(q *Question) { q.Command = "behead" },
		"veto":            func(q *Question) { q.Command = model.CmdVeto },
		"decline":         func(q *Question) { q.Command = model.CmdDecline },
		"sign withdraw":   func(q *Question) { q.Command = model.CmdWithdraw },
		"no class":        func(q *Question) { q.Class = "" },
		"class none":      func(q *Question) { q.Class = "none" },
		"unknown class":   func(q *Question) { q.Class = "royal" },
		"see, unknown":    func(q *Question) { q.Verb, q.Class = VerbSee, "royal" },
		"unknown role":    func(q *Question) { q.Subject.Roles = []model.Role{"lead", "king"} },
		"no kind":         func(q *Question) { q.Subject.Kind = "" },
		"no status":       func(q *Question) { q.Subject.Status = "" },
		"hour 24":         func(q *Question) { q.Hour = 24 },
		"hour -1":         func(q *Question) { q.Hour = -1 },
	} {
		q := good
		change(&q)
		if d := b.Decide(q); d.Allowed || !d.Doubt || !strings.HasPrefix(d.Why, "Refused, since in doubt") {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// Whoever is not active is a leaver, whatever the caller says.
func TestNotActiveIsLeaver(t *testing.T) {
	q := Question{Verb: VerbSign, Subject: staff(model.RoleLead), Command: model.CmdBan, Class: model.ClassGovernment}
	q.Subject.Status = model.EmploymentNotice
	if d := shipped(t).Decide(q); d.Allowed || !slices.Equal(d.Policies, []string{"leavers"}) {
		t.Errorf("got %+v", d)
	}
}

// What a bundle remembers is what Cedar says, whatever was asked before.
func TestRememberedAnswers(t *testing.T) {
	for name, text := range map[string]string{"shipped": shippedCedar, "wide": shippedCedar + wide} {
		b, err := withCedar(t, text)
		if err != nil {
			t.Fatal(err)
		}
		s := spaceOf(b.rules)
		s.teams, s.hours, s.cases = []string{"", "night", "day"}, []int{0, 5, 6, 23}, []bool{true, false}
		rapid.Check(t, func(t *rapid.T) {
			var p point
			for axis, n := range s.sizes() {
				p[axis] = rapid.IntRange(0, n-1).Draw(t, "axis")
			}
			q := s.question(rapid.SampledFrom(s.acts).Draw(t, "act"), p)
			if q.Class == noClass {
				q.Class = ""
			}
			settled, err := q.settled()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(b.rules.decide(settled), b.Decide(q)); diff != "" {
				t.Errorf("%s: %+v (-Cedar +remembered):\n%s", name, q, diff)
			}
		})
		if kept := b.rules.memory.kept.Load(); kept == 0 || kept > maxRemembered {
			t.Errorf("%s: %d answers are kept", name, kept)
		}
	}
}

// What is not of the schema is not put to Cedar: a text that permits everything would allow it.
func TestQuestionsOutsideTheSchema(t *testing.T) {
	b, err := withCedar(t, `@id("all") permit (principal, action, resource);`)
	if err != nil {
		t.Fatal(err)
	}
	good := Question{Verb: VerbSign, Subject: staff(model.RoleLead), Command: model.CmdBan, Class: model.ClassGovernment}
	if d := b.rules.decide(good); !d.Allowed {
		t.Fatalf("a good question: %+v", d)
	}
	bad := good
	bad.Verb = "delete"
	if d := b.rules.decide(bad); d.Allowed || !d.Doubt {
		t.Errorf("a verb that is none: %+v", d)
	}
	bad = good
	bad.Verb = VerbSee // of a desk, not of a command
	if d := b.rules.decide(bad); !d.Allowed {
		t.Errorf("seeing the desk: %+v", d)
	}
}

func BenchmarkDecide(b *testing.B) {
	p := shipped(b)
	for name, role := range map[string]model.Role{"allow": model.RoleLead, "refuse": model.RoleAdmin} {
		b.Run(name, func(b *testing.B) {
			q := Question{Verb: VerbSign, Subject: staff(role), Command: model.CmdSuspend, Class: model.ClassGovernment, HasCase: true}
			for b.Loop() {
				p.Decide(q)
			}
		})
		b.Run(name+" the first time", func(b *testing.B) {
			q, err := Question{Verb: VerbSign, Subject: staff(role), Command: model.CmdSuspend, Class: model.ClassGovernment, HasCase: true}.settled()
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				p.rules.decide(q)
			}
		})
	}
}
