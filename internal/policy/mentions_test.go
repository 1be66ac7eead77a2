package policy

import (
	"slices"
	"testing"

	"github.com/cedar-policy/cedar-go"
)

// Whatever way a policy looks at something, the axis that it looks at is tried.
func TestMentions(t *testing.T) {
	for text, want := range map[string][]int{
		`permit (principal, action, resource);`:                                                            nil,
		`permit (principal in Role::"lead", action, resource);`:                                            {axisRoles},
		`permit (principal is Person in Role::"lead", action, resource);`:                                  {axisRoles},
		`permit (principal, action, resource) when { principal is Person in Team::"a" };`:                  {axisTeam},
		`permit (principal, action, resource) when { principal in [Role::"lead", Team::"a"] };`:            {axisRoles, axisTeam},
		`permit (principal, action, resource) unless { principal["leaver"] };`:                             {axisState},
		`permit (principal, action, resource) when { principal.status == Status::"ended" };`:               {axisState},
		`permit (principal, action, resource) when { principal.employment like "x" };`:                     {axisKind},
		`permit (principal, action, resource) when { context has hour && context.has_case };`:              {axisCase, axisHour},
		`permit (principal, action, resource) when { if context["ho\u{75}r"] == 3 then true else false };`: {axisHour},
		`permit (principal, action, resource) when { [context].contains({hour: 1, x: [2]}) };`:             {axisHour},
		`permit (principal, action, resource) when { !(-(context.hour) < 3 || 1 * 2 - 3 == 4) };`:          {axisHour},
		`permit (principal, action, resource) when { {"a": principal.employment}.a == 1 };`:                {axisKind},
		`permit (principal, action, resource) when { decimal("1.0").lessThan(context.hour) };`:             {axisHour},
	} {
		rs := list(t, text)
		var got []int
		for axis := range axes {
			if rs[0].looksAt(axis) {
				got = append(got, axis)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s looks at the axes %v, want %v", text, got, want)
		}
	}
}

func TestSpeaksOf(t *testing.T) {
	for text, want := range map[string][]Verb{
		`permit (principal, action, resource);`:                                       Verbs(),
		`permit (principal, action == Action::"sign", resource);`:                     {VerbSign},
		`permit (principal, action in Action::"veto", resource);`:                     {VerbVeto},
		`permit (principal, action in [Action::"request", Action::"see"], resource);`: {VerbRequest, VerbSee},
		`permit (principal, action, resource) when { action == Action::"sign" };`:     Verbs(),
	} {
		rs := list(t, text)
		var got []Verb
		for _, verb := range Verbs() {
			if speaksOf(rs[0].policy, verb) {
				got = append(got, verb)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s speaks of %v, want %v", text, got, want)
		}
	}
}

// list reads a text without holding it against the schema, which would refuse some of the forms.
func list(t *testing.T, text string) []rule {
	t.Helper()
	policies, err := cedar.NewPolicyListFromBytes("cedar", []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var rs []rule
	for _, p := range policies {
		rs = append(rs, rule{policy: p, said: mentionsOf(p)})
	}
	return rs
}
