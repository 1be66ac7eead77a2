package policy

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keyturn/internal/model"
)

// anyRequirement draws a requirement that a cell could hold.
func anyRequirement(t *rapid.T, name string) model.Requirement {
	roles := []model.Role{}
	for _, r := range model.Roles() {
		if r != model.RoleAuditor && rapid.Bool().Draw(t, name+" "+string(r)) {
			roles = append(roles, r)
		}
	}
	keys := rapid.IntRange(max(1, len(roles)), maxKeys).Draw(t, name+" keys")
	return model.Requirement{
		Keys:  keys,
		Roles: roles,
		Teams: rapid.IntRange(1, keys).Draw(t, name+" teams"),
		Wait:  time.Duration(rapid.IntRange(0, 24).Draw(t, name+" wait")) * time.Hour,
	}
}

func TestCovers(t *testing.T) {
	base := model.Requirement{Keys: 3, Roles: []model.Role{"lead", "security"}, Teams: 2, Wait: time.Hour}
	less := []model.Requirement{
		{Keys: 2, Roles: base.Roles, Teams: 2, Wait: time.Hour},
		{Keys: 3, Roles: []model.Role{"lead"}, Teams: 2, Wait: time.Hour},
		{Keys: 3, Roles: []model.Role{"lead", "admin"}, Teams: 2, Wait: time.Hour},
		{Keys: 3, Roles: base.Roles, Teams: 1, Wait: time.Hour},
		{Keys: 3, Roles: base.Roles, Teams: 2, Wait: time.Hour - 1},
		{},
	}
	for _, l := range less {
		if Covers(l, base) {
			t.Errorf("%+v counts as strict as %+v", l, base)
		}
	}
	more := []model.Requirement{
		base,
		{Keys: 4, Roles: []model.Role{"security", "admin", "lead"}, Teams: 3, Wait: 2 * time.Hour},
	}
	for _, m := range more {
		if !Covers(m, base) {
			t.Errorf("%+v does not count as strict as %+v", m, base)
		}
	}
	if !Covers(model.Requirement{Keys: 1}, model.Requirement{Keys: 1, Teams: 1}) {
		t.Error("no team asks less than one")
	}
}

// Join is the least that covers both.
func TestJoin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyRequirement(t, "a"), anyRequirement(t, "b")
		j := Join(a, b)
		if !Covers(j, a) || !Covers(j, b) {
			t.Fatalf("%+v does not cover %+v and %+v", j, a, b)
		}
		if j.Keys < len(j.Roles) {
			t.Fatalf("%+v has more roles than keys", j)
		}
		if diff := cmp.Diff(j, Join(b, a)); diff != "" {
			t.Fatalf("the order matters: %s", diff)
		}
		if Covers(a, b) && cmp.Diff(a, Join(a, b)) != "" {
			t.Fatalf("%+v covers %+v, and the join is %+v", a, b, j)
		}
		if j.Keys > max(a.Keys, b.Keys, len(j.Roles)) || j.Teams > max(a.Teams, b.Teams) || j.Wait > max(a.Wait, b.Wait) {
			t.Fatalf("%+v is more than %+v and %+v ask", j, a, b)
		}
		for _, r := range j.Roles {
			if !slices.Contains(a.Roles, r) && !slices.Contains(b.Roles, r) {
				t.Fatalf("neither asks for %s", r)
			}
		}
	})
	if got := Join(model.Requirement{}, model.Requirement{}); got.Roles == nil {
		t.Error("no roles are null in JSON, not an empty list")
	}
}

func TestWords(t *testing.T) {
	for want, need := range map[string]model.Requirement{
		"1":           {Keys: 1, Teams: 1},
		"1 · lead":    {Keys: 1, Roles: []model.Role{"lead"}, Teams: 1},
		"2 · 24 h":    {Keys: 2, Teams: 1, Wait: 24 * time.Hour},
		"5 · 1m30s":   {Keys: 5, Teams: 1, Wait: 90 * time.Second},
		"5 · 1h30m":   {Keys: 5, Teams: 1, Wait: 90 * time.Minute},
		"4 · 10 min":  {Keys: 4, Wait: 10 * time.Minute},
		"4 · 4 teams": {Keys: 4, Teams: 4},
		"3 · lead, security, two teams · 15 min": {Keys: 3, Roles: []model.Role{"lead", "security"}, Teams: 2, Wait: 15 * time.Minute},
	} {
		if got := Words(need); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
