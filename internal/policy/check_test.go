package policy

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
)

// lineOf is the report's line for one kind of person, verb and class.
func lineOf(r Report, role model.Role, leaver bool, verb Verb, class model.Class) Line {
	i := slices.IndexFunc(r.Lines, func(l Line) bool {
		return l.Role == role && l.Leaver == leaver && l.Verb == verb && l.Class == class
	})
	if i < 0 {
		return Line{}
	}
	return r.Lines[i]
}

func TestCheckShipped(t *testing.T) {
	r := shipped(t).Check()
	if len(r.Gaps) > 0 {
		t.Errorf("the shipped policy has gaps: %q", r.Gaps)
	}
	want := Line{Role: model.RoleAgent, Verb: VerbRequest, Class: model.ClassGovernment,
		Always: []model.CommandKind{model.CmdWarn, model.CmdLock, model.CmdSensitive, model.CmdLimit, model.CmdRemovePost,
			model.CmdDeactivate, model.CmdSuspend, model.CmdBan, model.CmdPurge, model.CmdSignOut, model.CmdResetCredentials,
			model.CmdChangeEmail, model.CmdRenameHandle, model.CmdViewPrivate, model.CmdDecideAppeal, model.CmdRestore}}
	if diff := cmp.Diff(want, lineOf(r, model.RoleAgent, false, VerbRequest, model.ClassGovernment)); diff != "" {
		t.Errorf("an agent and a government account (-want +got):\n%s", diff)
	}
	for _, class := range model.Classes()[1:] {
		for _, role := range model.Roles() {
			for _, verb := range []Verb{VerbRequest, VerbSign, VerbVeto, VerbDecline} {
				if l := lineOf(r, role, true, verb, class); l.Role != "" {
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
