package desk

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// TestAccountFieldsAreTheGuards holds the form's inputs against what the guard takes of each command that it offers. Of a
// parameter that a command does not take, the guard says which ones it takes.
func TestAccountFieldsAreTheGuards(t *testing.T) {
	w := testkit.NewWorld(t, testkit.WorldOptions{})
	takes := regexp.MustCompile(`\(it takes ([a-z_, ]+)\)`)
	offered := map[string]bool{}
	for _, group := range accountKinds() {
		for _, kind := range group.Kinds {
			offered[kind.Value] = true
			cmd := w.Command(model.CommandKind(kind.Value), "uncle", "no_such", "1")
			if cmd.Kind == model.CmdRemovePost {
				cmd.Post, cmd.Account = w.Post("uncle", "a post"), 0
			}
			_, err := w.Submit("admin", cmd)
			m := takes.FindStringSubmatch(err.Error())
			if m == nil {
				t.Fatalf("%s: %v", kind.Value, err)
			}
			want := strings.FieldsFunc(strings.TrimPrefix(m[1], "none"), func(r rune) bool { return r == ',' || r == ' ' })
			slices.Sort(want)
			if got := formParams(kind.Value); !slices.Equal(got, want) {
				t.Errorf("the form offers %v of %s, the guard takes %v", got, kind.Value, want)
			}
		}
	}
	for _, c := range model.Catalogue() {
		account := c.Target == model.TargetAccount || c.Target == model.TargetPost
		if account != offered[string(c.Kind)] && c.Kind != model.CmdDecideAppeal {
			t.Errorf("%s is aimed at accounts: %v; it is offered: %v", c.Kind, account, offered[string(c.Kind)])
		}
	}
}

// formParams are the parameters that the form has for a command.
func formParams(kind string) (names []string) {
	for _, f := range accountFields() {
		if name, ok := strings.CutPrefix(f.Name, "params."); ok && slices.Contains(strings.Fields(f.Kinds), kind) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// TestStateWords has what the guard writes down of a person in words.
func TestStateWords(t *testing.T) {
	for state, want := range map[string]string{
		"employee active until open, team support-east, roles [agent]":                           "employee, active, without a known end; team support-east; roles: agent",
		"contractor notice until 2017-11-03T00:00:00Z, team ga, roles [government_affairs lead]": "contractor, notice, until 3 Nov 2017, 00:00:00 UTC; team ga; roles: government affairs, lead",
		"employee active until open, team x, roles [], passkey \"ab\"":                           "employee, active, without a known end; team x; roles: none, passkey \"ab\"",
		"freezes 12": "freezes 12",
	} {
		if got := stateWords(state); got != want {
			t.Errorf("%q became %q, want %q", state, got, want)
		}
	}
}

// TestParamWords has Go's durations and machines' times in words.
func TestParamWords(t *testing.T) {
	for param, want := range map[string]string{"15m0s": "15 minutes", "72h": "3 days", "1h30m": "1 hour 30 minutes", "unlimited": "unlimited"} {
		if got := paramWords("for", param); got != want {
			t.Errorf("%q became %q, want %q", param, got, want)
		}
	}
	if got := paramWords("until", "2017-11-20T06:00:00Z"); got != "20 Nov 2017, 06:00:00 UTC" {
		t.Errorf("the time became %q", got)
	}
}

// TestPlaces tells which keys fill a place.
func TestPlaces(t *testing.T) {
	people := roster{}
	for id, role := range map[model.ID]model.Role{1: model.RoleAgent, 2: model.RoleLead, 3: model.RoleLead, 4: model.RoleSecurity} {
		people[id] = model.Person{ID: id, Team: string(role), Grants: []model.RoleGrant{{Role: role}}}
	}
	need := model.Requirement{Keys: 3, Roles: []model.Role{model.RoleLead, model.RoleSecurity, model.RoleGovernmentAffairs}}
	keys := []model.Key{{Person: 1}, {Person: 2}, {Person: 3}, {Person: 4}}
	fills, left := places(need, keys, nil, people)
	if !slices.Equal(fills, []bool{false, true, false, true}) || left.Keys != 1 || !slices.Equal(left.Roles, need.Roles[2:]) {
		t.Errorf("the keys fill %v and leave %+v", fills, left)
	}
	fills, left = places(need, keys, map[model.ID]*model.Error{2: model.NotFound("key")}, people)
	if !slices.Equal(fills, []bool{false, false, true, true}) || left.Keys != 1 {
		t.Errorf("without the first lead's the keys fill %v and leave %+v", fills, left)
	}
}
