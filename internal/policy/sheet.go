package policy

import (
	"slices"

	"github.com/cedar-policy/cedar-go"

	"keyturn/internal/model"
)

// sheet answers every question of a space about one act. A Cedar policy is asked once for each combination of what it
// mentions; what it does not mention shares the answer.
type sheet struct {
	space    *space
	act      act
	commands cedar.EntityMap
	columns  []column        // of each policy that can speak of the act
	asked    []cedar.Request // by case and hour
}

// column is what one policy says.
type column struct {
	policy  *cedar.Policy
	alone   ruleList
	strides point  // by axis; 0 where the policy mentions nothing of the axis
	roles   []int  // by set of roles: which of those that the policy can tell apart it is
	answers []said // by what it mentions
}

// said is what one policy says to one question.
type said int8

const (
	unasked said = iota
	silent
	matches
	fails // its evaluation failed
)

func newSheet(rs *rules, s *space, a act) *sheet {
	sh := &sheet{space: s, act: a, commands: rs.commands}
	for _, r := range rs.about[a.verb] {
		strides, size := r.strides(s)
		sh.columns = append(sh.columns, column{policy: r.policy, alone: ruleList{r}, strides: strides,
			roles: r.roleSets(s.roles), answers: make([]said, size)})
	}
	for c := range s.cases {
		for h := range s.hours {
			sh.asked = append(sh.asked, s.question(a, point{axisCase: c, axisHour: h}).request())
		}
	}
	return sh
}

// strides numbers the combinations that the policy can tell apart, and counts them.
func (r rule) strides(s *space) (strides point, size int) {
	size = 1
	for axis, n := range s.sizes() {
		if !r.looksAt(axis) {
			continue
		}
		strides[axis] = size
		if axis == axisRoles {
			n = 1 << len(r.rolesSaid())
		}
		size *= n
	}
	return strides, size
}

// rolesSaid are the roles that the policy mentions: whether somebody has another cannot change its answer.
func (r rule) rolesSaid() []model.Role {
	return slices.DeleteFunc(model.Roles(), func(role model.Role) bool { return !r.said.entities[uid(typeRole, role)] })
}

// roleSets numbers each set of roles by those of it that the policy mentions.
func (r rule) roleSets(sets [][]model.Role) []int {
	said := r.rolesSaid()
	numbers := make([]int, len(sets))
	for i, set := range sets {
		for bit, role := range said {
			if slices.Contains(set, role) {
				numbers[i] |= 1 << bit
			}
		}
	}
	return numbers
}

// looksAt reports whether the policy's answer can depend on the axis.
func (r rule) looksAt(axis int) bool {
	switch axis {
	case axisRoles:
		return r.said.ofType(typeRole)
	case axisTeam:
		return r.said.ofType(typeTeam)
	case axisKind:
		return r.said.names[attrEmployment]
	case axisState:
		return r.said.names[attrStatus] || r.said.names[attrLeaver]
	case axisCase:
		return r.said.names[attrHasCase]
	}
	return r.said.names[attrHour]
}

// allows answers as Decide does.
func (sh *sheet) allows(p point) bool {
	allowed := false
	for i := range sh.columns {
		switch sh.ask(&sh.columns[i], p) {
		case fails:
			return false
		case matches:
			if sh.columns[i].policy.Effect() == cedar.Forbid {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

func (sh *sheet) ask(c *column, p point) said {
	at := c.roles[p[axisRoles]] * c.strides[axisRoles]
	for axis := axisRoles + 1; axis < axes; axis++ {
		at += p[axis] * c.strides[axis]
	}
	if c.answers[at] == unasked {
		c.answers[at] = sh.put(c, p)
	}
	return c.answers[at]
}

// put has Cedar evaluate one policy.
func (sh *sheet) put(c *column, p point) said {
	w := &world{person: sh.space.person(p), commands: sh.commands}
	switch _, diag := cedar.Authorize(c.alone, w, sh.asked[p[axisCase]*len(sh.space.hours)+p[axisHour]]); {
	case len(diag.Errors) > 0:
		return fails
	case len(diag.Reasons) > 0:
		return matches
	}
	return silent
}

// someone reports whether anybody who stays, and has the role if one is given, is ever allowed.
func (sh *sheet) someone(role model.Role) bool {
	return sh.space.somewhere(func(p point) bool {
		who := sh.space.subject(p)
		return !who.Leaver && (role == "" || slices.Contains(who.Roles, role)) && sh.allows(p)
	})
}
