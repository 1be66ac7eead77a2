package reference

import (
	"slices"

	"keyturn/internal/model"
)

// Human is somebody whose key stands, or several people who count as one.
type Human struct {
	People []model.ID
	Roles  []model.Role
	Team   string
}

// Signer is a person whose key stands, with the sponsors of the last 30 days.
type Signer struct {
	Person   model.ID
	Roles    []model.Role
	Team     string
	Sponsors []model.ID
}

// Humans puts together who counts as one human: people who share a sponsor or are one another's. Whose team counts is
// that of the person who was there first.
func Humans(signers []Signer) []Human {
	signers = slices.Clone(signers)
	slices.SortFunc(signers, func(a, b Signer) int { return int(a.Person - b.Person) })
	group := make([]int, len(signers))
	for i := range group {
		group[i] = i
	}
	// As often as there are signers, so that a chain of any length comes together.
	for range signers {
		for i, a := range signers {
			for j, b := range signers {
				if oneHuman(a, b) {
					group[i] = min(group[i], group[j])
					group[j] = group[i]
				}
			}
		}
	}
	var humans []Human
	for g := range signers {
		var h Human
		for i, s := range signers {
			if group[i] == g {
				if h.People == nil {
					h.Team = s.Team
				}
				h.People, h.Roles = append(h.People, s.Person), append(h.Roles, s.Roles...)
			}
		}
		if h.People != nil {
			humans = append(humans, h)
		}
	}
	return humans
}

func oneHuman(a, b Signer) bool {
	as, bs := append([]model.ID{a.Person}, a.Sponsors...), append([]model.ID{b.Person}, b.Sponsors...)
	return slices.ContainsFunc(as, func(id model.ID) bool { return slices.Contains(bs, id) })
}

// Met reports whether the humans meet a requirement: enough of them, each role by a human of its own, from enough teams.
func Met(need model.Requirement, humans []Human) bool {
	return len(humans) >= need.Keys && mostFilled(need.Roles, humans) == len(need.Roles) && teams(humans) >= need.Teams
}

// mostFilled is how many of the roles can be filled at once, each by a human of its own: by trying every way.
func mostFilled(roles []model.Role, humans []Human) int {
	if len(roles) == 0 {
		return 0
	}
	most := mostFilled(roles[1:], humans) // the first role stays unfilled
	for i, h := range humans {
		if slices.Contains(h.Roles, roles[0]) {
			others := slices.Delete(slices.Clone(humans), i, i+1)
			most = max(most, 1+mostFilled(roles[1:], others))
		}
	}
	return most
}

func teams(humans []Human) int {
	var names []string
	for _, h := range humans {
		if h.Team != "" && !slices.Contains(names, h.Team) {
			names = append(names, h.Team)
		}
	}
	return len(names)
}

// Missing is how many people's keys are missing, how many roles nobody fills, and how many teams.
func Missing(need model.Requirement, humans []Human) (keys, roles, further int) {
	roles = len(need.Roles) - mostFilled(need.Roles, humans)
	further = max(0, need.Teams-teams(humans))
	return max(0, need.Keys-len(humans), roles, further), roles, further
}
