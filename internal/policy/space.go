package policy

import (
	"cmp"
	"iter"
	"slices"

	"github.com/cedar-policy/cedar-go"

	"keyturn/internal/model"
)

// space is every question that Cedar texts can answer differently. What a text does not mention cannot matter, so that
// one value stands for all of it: a team that it does not name, a command of a group of which it names none.
type space struct {
	roles  [][]model.Role // every set of roles, the smallest first
	teams  []string       // those that are named, and one that is not
	kinds  []model.EmploymentKind
	states []state
	cases  []bool
	hours  []int
	acts   []act
	people []cedar.Entity // by roles, team, kind and state
}

// state is where a person's employment stands: whoever is not active is a leaver.
type state struct {
	status model.EmploymentStatus
	leaver bool
}

// The axes of a space, the acts apart.
const (
	axisRoles = iota
	axisTeam
	axisKind
	axisState
	axisCase
	axisHour
	axes
)

// point is a place in a space: an index on each axis.
type point [axes]int

// spaceOf is the space that the texts can tell apart.
func spaceOf(texts ...*rules) space {
	s := space{roles: roleSets(), teams: []string{""}, kinds: []model.EmploymentKind{model.Employee}, cases: []bool{true},
		hours: []int{12}, states: []state{{model.EmploymentActive, false}, {model.EmploymentActive, true}}}
	said := newMentions()
	for _, rs := range texts {
		said.join(rs.said)
	}
	for id := range said.entities {
		if id.Type == typeTeam {
			s.teams = append(s.teams, string(id.ID))
		}
	}
	slices.Sort(s.teams)
	if said.names[attrEmployment] {
		s.kinds = []model.EmploymentKind{model.Employee, model.Contractor}
	}
	if said.names[attrStatus] {
		s.states = append(s.states, state{model.EmploymentNotice, true}, state{model.EmploymentEnded, true})
	}
	if said.names[attrHasCase] {
		s.cases = []bool{true, false}
	}
	if said.names[attrHour] {
		s.hours = make([]int, 24)
		for h := range s.hours {
			s.hours[h] = h
		}
	}
	s.acts = actsOf(said)
	s.people = s.everyone()
	return s
}

// everyone is each kind of person as Cedar sees them.
func (s *space) everyone() (people []cedar.Entity) {
	var p point
	for p[axisRoles] = range s.roles {
		for p[axisTeam] = range s.teams {
			for p[axisKind] = range s.kinds {
				for p[axisState] = range s.states {
					people = append(people, s.subject(p).person())
				}
			}
		}
	}
	return people
}

func (s *space) person(p point) cedar.Entity {
	at := p[axisRoles]
	at = at*len(s.teams) + p[axisTeam]
	at = at*len(s.kinds) + p[axisKind]
	at = at*len(s.states) + p[axisState]
	return s.people[at]
}

func (s *space) subject(p point) Subject {
	st := s.states[p[axisState]]
	return Subject{Roles: s.roles[p[axisRoles]], Team: s.teams[p[axisTeam]], Kind: s.kinds[p[axisKind]],
		Status: st.status, Leaver: st.leaver}
}

// roleSets lists every set of roles, the smallest first.
func roleSets() [][]model.Role {
	sets := make([][]model.Role, 1<<len(model.Roles()))
	for i := range sets {
		for bit, r := range model.Roles() {
			if i&(1<<bit) != 0 {
				sets[i] = append(sets[i], r)
			}
		}
	}
	slices.SortStableFunc(sets, func(a, b []model.Role) int { return cmp.Compare(len(a), len(b)) })
	return sets
}

func (s *space) sizes() point {
	return point{len(s.roles), len(s.teams), len(s.kinds), len(s.states), len(s.cases), len(s.hours)}
}

// points yields every place, those with the fewest roles first.
func (s *space) points() iter.Seq[point] {
	return func(yield func(point) bool) {
		for i := range s.roles {
			for p := range s.pointsOf(i) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// pointsOf yields every place of one set of roles.
func (s *space) pointsOf(roles int) iter.Seq[point] {
	sizes := s.sizes()
	return func(yield func(point) bool) {
		p := point{axisRoles: roles}
		for yield(p) {
			axis := axes - 1
			for ; axis > axisRoles; axis-- {
				if p[axis]++; p[axis] < sizes[axis] {
					break
				}
				p[axis] = 0
			}
			if axis == axisRoles {
				return
			}
		}
	}
}

// question is the settled question at a place, about an act.
func (s *space) question(a act, p point) Question {
	q := Question{Verb: a.verb, Subject: s.subject(p), Class: a.class, HasCase: s.cases[p[axisCase]],
		Hour: s.hours[p[axisHour]]}
	if len(a.alike) > 0 {
		q.Command = a.alike[0]
	}
	return q
}

// How much there may be to try when two bundles are compared: seconds, on one core.
const (
	maxPlaces = 32_000_000
	maxAsked  = 8_000_000
)

// bounded refuses a text that tells so much apart that it could not be compared with another in good time.
func (s *space) bounded(rs *rules) error {
	places, asked := len(s.acts), 0
	for _, n := range s.sizes() {
		places *= n
	}
	for _, r := range rs.policies {
		_, size := r.strides(s)
		asked += size * len(s.acts)
	}
	if places > maxPlaces || asked > maxAsked {
		return model.Invalid("cedar", "tells too many combinations apart to try them all: %d, in %d questions", places, asked)
	}
	return nil
}
