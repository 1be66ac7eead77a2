package approval

import (
	"cmp"
	"slices"

	"keyturn/internal/model"
)

// Holder is one person whose key stands on a request.
type Holder struct {
	Person model.ID
	Roles  []model.Role
	Team   string
	SameAs []model.ID // people who count as the same human now: recent sponsors (law 4)
}

// Missing says what a request still needs. Its zero value is nothing.
type Missing struct {
	Keys  int          `json:"keys"`  // people
	Roles []model.Role `json:"roles"` // that must be among the people, and that nobody fills yet
	Teams int          `json:"teams"` // further teams
}

// None reports whether nothing is missing.
func (m Missing) None() bool { return m.Keys == 0 && len(m.Roles) == 0 && m.Teams == 0 }

// Tally counts the keys that stand on a request against what it needs. A person counts once, whatever number of keys
// or logins; people who are the same human count as one, who fills one role and stands for one team. Each needed role
// is filled by a human of its own.
func Tally(need model.Requirement, holders []Holder) Missing {
	humans := merge(holders)
	m := Missing{Keys: max(0, need.Keys-len(humans)), Roles: unfilled(need.Roles, humans)}
	m.Keys = max(m.Keys, len(m.Roles)) // a role that nobody fills takes a person more, whoever has signed
	teams := map[string]bool{}
	for _, h := range humans {
		if h.team != "" {
			teams[h.team] = true
		}
	}
	m.Teams = max(0, need.Teams-len(teams))
	m.Keys = max(m.Keys, m.Teams)
	return m
}

// human is the people who count as one.
type human struct {
	people []model.ID
	roles  []model.Role
	team   string // of the one who was there first
}

// merge puts the holders who are the same human together.
func merge(holders []Holder) []human {
	var groups []human
	for _, h := range sorted(holders) {
		at := -1
		for i := range groups {
			if !slices.ContainsFunc(groups[i].people, func(p model.ID) bool { return same(h, p, holders) }) {
				continue
			}
			if at < 0 {
				at = i
				continue
			}
			// h joins two groups that were apart.
			groups[at].people = append(groups[at].people, groups[i].people...)
			groups[at].roles = append(groups[at].roles, groups[i].roles...)
			groups[i] = human{}
		}
		if at < 0 {
			groups = append(groups, human{team: h.Team})
			at = len(groups) - 1
		}
		groups[at].people = append(groups[at].people, h.Person)
		groups[at].roles = append(groups[at].roles, h.Roles...)
	}
	return slices.DeleteFunc(groups, func(g human) bool { return len(g.people) == 0 })
}

// same reports whether h and the person p are one human: the same person, or one the sponsor of the other.
func same(h Holder, p model.ID, holders []Holder) bool {
	if h.Person == p || slices.Contains(h.SameAs, p) {
		return true
	}
	return slices.ContainsFunc(holders, func(o Holder) bool {
		return o.Person == p && (slices.Contains(o.SameAs, h.Person) || shared(o.SameAs, h.SameAs))
	})
}

// shared reports whether two people have a sponsor in common: both are then that sponsor.
func shared(a, b []model.ID) bool {
	return slices.ContainsFunc(a, func(id model.ID) bool { return slices.Contains(b, id) })
}

func sorted(holders []Holder) []Holder {
	out := slices.Clone(holders)
	slices.SortFunc(out, func(a, b Holder) int { return cmp.Compare(a.Person, b.Person) })
	return out
}

// unfilled are the needed roles that are left over when as many as possible are filled, each by a human of its own.
func unfilled(need []model.Role, humans []human) []model.Role {
	fills := make([]int, len(humans)) // human → 1 + index of the role filled, 0 for none
	var left []model.Role
	for i, role := range need {
		if !fill(i, role, need, humans, fills, make([]bool, len(humans))) {
			left = append(left, role)
		}
	}
	return left
}

// fill finds a human for need[i], moving others to another role where that makes room (augmenting paths).
func fill(i int, role model.Role, need []model.Role, humans []human, fills []int, tried []bool) bool {
	for h := range humans {
		if tried[h] || !slices.Contains(humans[h].roles, role) {
			continue
		}
		tried[h] = true
		if other := fills[h] - 1; other < 0 || fill(other, need[other], need, humans, fills, tried) {
			fills[h] = i + 1
			return true
		}
	}
	return false
}
