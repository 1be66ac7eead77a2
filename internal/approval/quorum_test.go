package approval_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keyturn/internal/approval"
	"keyturn/internal/model"
)

const (
	lead     = model.RoleLead
	security = model.RoleSecurity
	gov      = model.RoleGovernmentAffairs
	agent    = model.RoleAgent
)

func holder(id model.ID, team string, roles ...model.Role) approval.Holder {
	return approval.Holder{Person: id, Team: team, Roles: roles}
}

func sponsoredBy(h approval.Holder, sponsors ...model.ID) approval.Holder {
	h.SameAs = sponsors
	return h
}

func TestTally(t *testing.T) {
	three := model.Requirement{Keys: 3, Roles: []model.Role{lead, gov, security}}
	twoTeams := model.Requirement{Keys: 2, Roles: []model.Role{lead}, Teams: 2}
	for _, tt := range []struct {
		name    string
		need    model.Requirement
		holders []approval.Holder
		want    approval.Missing
	}{
		{"nobody", three, nil, approval.Missing{Keys: 3, Roles: three.Roles}},
		{"the right three", three, []approval.Holder{holder(1, "a", lead), holder(2, "b", gov), holder(3, "c", security)}, approval.Missing{}},
		{"one person twice", model.Requirement{Keys: 2}, []approval.Holder{holder(1, "a", agent), holder(1, "a", agent)}, approval.Missing{Keys: 1}},
		{"three people without security", three, []approval.Holder{holder(1, "a", lead), holder(2, "b", gov), holder(3, "c", lead)},
			approval.Missing{Keys: 1, Roles: []model.Role{security}}},
		{"one person with every role fills one", three, []approval.Holder{holder(1, "a", lead, gov, security), holder(2, "b", agent), holder(3, "c", agent)},
			approval.Missing{Keys: 2, Roles: []model.Role{gov, security}}},
		{"roles are moved to fit", three, []approval.Holder{holder(1, "a", lead, gov), holder(2, "b", lead), holder(3, "c", security)}, approval.Missing{}},
		{"one team", twoTeams, []approval.Holder{holder(1, "a", lead), holder(2, "a", lead)}, approval.Missing{Keys: 1, Teams: 1}},
		{"no team is no second team", twoTeams, []approval.Holder{holder(1, "a", lead), holder(2, "", lead)}, approval.Missing{Keys: 1, Teams: 1}},
		{"two teams", twoTeams, []approval.Holder{holder(1, "a", lead), holder(2, "b", agent)}, approval.Missing{}},
		{"sponsor and newcomer", model.Requirement{Keys: 2}, []approval.Holder{holder(1, "a", lead), sponsoredBy(holder(2, "b", agent), 1)}, approval.Missing{Keys: 1}},
		{"newcomer and sponsor", model.Requirement{Keys: 2}, []approval.Holder{sponsoredBy(holder(1, "a", lead), 2), holder(2, "b", agent)}, approval.Missing{Keys: 1}},
		{"two newcomers of one sponsor", model.Requirement{Keys: 2}, []approval.Holder{sponsoredBy(holder(1, "a", lead), 9), sponsoredBy(holder(2, "b", agent), 9)}, approval.Missing{Keys: 1}},
		{"a chain of sponsors", model.Requirement{Keys: 2}, []approval.Holder{sponsoredBy(holder(1, "a", lead), 2), holder(2, "b", agent), sponsoredBy(holder(3, "c", gov), 2)}, approval.Missing{Keys: 1}},
		{"one who joins two", model.Requirement{Keys: 2}, []approval.Holder{holder(1, "a", lead), holder(2, "b", agent), sponsoredBy(holder(3, "c", gov), 1, 2)}, approval.Missing{Keys: 1}},
		{"a sponsored pair is one team", model.Requirement{Keys: 1, Teams: 2}, []approval.Holder{holder(1, "a", lead), sponsoredBy(holder(2, "b", agent), 1)}, approval.Missing{Keys: 1, Teams: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, approval.Tally(tt.need, tt.holders)); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTallyNeverFewer: no set of keys with fewer different people than the requirement asks for is ever complete, and a
// further key never makes more missing.
func TestTallyNeverFewer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roles := rapid.SampledFrom(model.Roles())
		need := model.Requirement{Keys: rapid.IntRange(1, 4).Draw(t, "keys"), Teams: rapid.IntRange(0, 2).Draw(t, "teams"),
			Roles: rapid.SliceOfNDistinct(roles, 0, 3, rapid.ID).Draw(t, "roles")}
		draw := rapid.Custom(func(t *rapid.T) approval.Holder {
			id := model.ID(rapid.IntRange(1, 5).Draw(t, "person"))
			return approval.Holder{Person: id, Team: string(rune('a' + id%3)), Roles: []model.Role{model.Roles()[id]},
				SameAs: rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 5), func(i int) model.ID { return model.ID(i) }), 0, 1).Draw(t, "sponsor")}
		})
		holders := rapid.SliceOfN(draw, 0, 6).Draw(t, "holders")
		got := approval.Tally(need, holders)
		people := map[model.ID]bool{}
		for _, h := range holders {
			people[h.Person] = true
		}
		if got.None() && len(people) < max(need.Keys, len(need.Roles), need.Teams) {
			t.Fatalf("%d people met %+v", len(people), need)
		}
		shuffled := rapid.Permutation(holders).Draw(t, "order")
		if again := approval.Tally(need, shuffled); again.Keys != got.Keys || len(again.Roles) != len(got.Roles) || again.Teams != got.Teams {
			t.Fatalf("the order of keys matters: %+v and %+v", got, again)
		}
		if !got.None() {
			return
		}
		// A newcomer without sponsor takes nothing away.
		if more := approval.Tally(need, append(slices.Clone(holders), approval.Holder{Person: 99, Team: "z"})); !more.None() {
			t.Fatalf("a further key made %+v missing", more)
		}
	})
}
