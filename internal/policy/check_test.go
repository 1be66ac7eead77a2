package policy

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
)

func TestCheckShipped(t *testing.T) {
	r := shipped(t).Check()
	if len(r.Gaps) > 0 {
		t.Errorf("the shipped policy has gaps: %q", r.Gaps)
	}
	want := Line{Role: model.RoleAgent, Verb: VerbRequest, Class: model.ClassGovernment,
		Always: []model.CommandKind{model.CmdWarn, model.CmdLock, model.CmdSensitive, model.CmdLimit, model.CmdRemovePost,
			model.CmdDeactivate, model.CmdSuspend, model.CmdBan, model.CmdPurge, model.CmdSignOut, model.CmdResetCredentials,
			model.CmdChangeEmail, model.CmdRenameHandle, model.CmdViewPrivate, model.CmdDecideAppeal, model.CmdRestore}}
	if diff := cmp.Diff(want, r.line(model.RoleAgent, false, VerbRequest, model.ClassGovernment)); diff != "" {
		t.Errorf("an agent and a government account (-want +got):\n%s", diff)
	}
	for _, class := range model.Classes()[1:] {
		for _, role := range model.Roles() {
			for _, verb := range []Verb{VerbRequest, VerbSign, VerbVeto, VerbDecline} {
				if l := r.line(role, true, verb, class); l.Role != "" {
					t.Errorf("a leaver can do something on a protected account: %+v", l)
				}
			}
		}
	}
	for _, l := range r.Lines {
		if l.Role == model.RoleAuditor && (l.Verb != VerbSee || !l.Desk) {
			t.Errorf("an auditor can do more than see: %+v", l)
		}
	}
}

func TestCheckFindsGaps(t *testing.T) {
	b, err := withCedar(t, shippedCedar+`
		@id("no-purge") forbid (principal, action, resource == Command::"purge");
		@id("no-gov-bans") forbid (principal in Role::"government_affairs", action == Action::"sign", resource == Command::"ban")
			when { context.class == Class::"government" };`)
	if err != nil {
		t.Fatal(err)
	}
	gaps := b.Check().Gaps
	for _, want := range []string{
		"nobody is allowed this: requesting purge on a standard account",
		"the table asks for the key of government_affairs, who is not allowed this: signing ban on a government account",
	} {
		if !slices.Contains(gaps, want) {
			t.Errorf("%q is not among %q", want, gaps)
		}
	}
}

// Each role of a row may sign, and yet nobody could ever meet it.
func TestCheckFindsRowsThatNobodyMeets(t *testing.T) {
	cedar := func(text string) func(tree) {
		return func(doc tree) { doc["cedar"] = shippedCedar + text }
	}
	for want, change := range map[string]func(tree){
		"nobody could ever meet deactivate on a high-profile account, 2 · lead, two teams · 10 min: only team trust may sign it": cedar(`
			@id("x") forbid (principal, action == Action::"sign", resource == Command::"deactivate") unless { principal in Team::"trust" };`),
		"nobody could ever meet takeover on a high-profile account, 2 · lead, security: those whose keys it takes may never sign it at the same time: the key of security is not allowed; or the key of lead is not allowed": cedar(`
			@id("x") forbid (principal, action == Action::"sign", resource in Group::"takeover") when { principal in Role::"lead" && context.hour >= 12 };
			@id("y") forbid (principal, action == Action::"sign", resource in Group::"takeover") when { principal in Role::"security" && context.hour < 12 };`),
		"nobody could ever meet remove_post on a government account, 3 · lead, government_affairs: the budget of government_affairs lets them darken nothing": func(doc tree) {
			for _, role := range model.Roles() {
				budget := 0
				if role == model.RoleAgent || role == model.RoleLead {
					budget = 9
				}
				doc["budgets"].(tree)[string(role)] = tree{"accounts_per_hour": budget, "accounts_per_day": budget, "reach_per_hour": budget, "reach_per_day": budget}
			}
			doc["cedar"] = shippedCedar + `
			@id("x") forbid (principal, action == Action::"sign", resource == Command::"remove_post") when { principal in Role::"government_affairs" && (principal in Role::"lead" || principal in Role::"agent") };`
		},
		"nobody could ever meet ban on a verified account, 2 · lead: those whose keys it takes may never sign it at the same time: the key of lead is not allowed; or nobody may request it": cedar(`
			@id("x") forbid (principal, action == Action::"request", resource == Command::"ban") unless { context.has_case };
			@id("y") forbid (principal in Role::"lead", action == Action::"sign", resource == Command::"ban") when { context.has_case && context.class == Class::"verified" };`),
	} {
		if gaps := changed(t, change).Check().Gaps; !slices.Contains(gaps, want) {
			t.Errorf("%q is not among %q", want, gaps)
		}
	}
}

// What people of two roles can do is told where it is not what either can; so is what whoever has no role can do.
func TestCheckMixesRoles(t *testing.T) {
	b, err := withCedar(t, shippedCedar+`
		@id("apart") forbid (principal in Role::"admin", action == Action::"sign", resource == Command::"publish_policy") when { principal in Role::"security" };
		@id("both") permit (principal in Role::"admin", action == Action::"request", resource == Command::"ban") when { principal in Role::"auditor" } unless { principal.leaver };
		@id("anybody") permit (principal, action == Action::"see", resource);`)
	if err != nil {
		t.Fatal(err)
	}
	r := b.Check()
	want := []string{"whoever is security and admin may not sign publish_policy", "whoever is admin and auditor may request ban on any account"}
	if diff := cmp.Diff(want, r.Mixed); diff != "" {
		t.Errorf("mixed roles (-want +got):\n%s", diff)
	}
	if seers := r.Seers(true); len(seers) != 7 || seers[6] != "" {
		t.Errorf("the desk is seen by %q", seers)
	}
	if shipped(t).Check().Mixed != nil {
		t.Error("the shipped policy treats people of two roles otherwise than those of one")
	}
}

// A star says that it depends, and on what.
func TestRightsThatDepend(t *testing.T) {
	b, err := withCedar(t, shippedCedar+`
		@id("x") forbid (principal, action == Action::"sign", resource == Command::"ban") when { principal in Role::"agent" } unless { context.has_case && context.hour < 6 };`)
	if err != nil {
		t.Fatal(err)
	}
	for _, right := range b.Check().Rights(false) {
		got, on := right.May[model.RoleAgent], slices.Equal(right.On, []string{"case", "hour"})
		if isBan := slices.Contains(right.Commands, model.CmdBan); isBan != (got == "request, sign*") || isBan != on {
			t.Errorf("%v: %q, depends on %q", right.Commands, got, right.On)
		}
	}
}
