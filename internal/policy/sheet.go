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
	commands cedar.EntityMap
	columns  []column        // of each policy that can speak of the act
	asked    []cedar.Request // by case and hour
}

// column is what one policy says.
type column struct {
	policy  *cedar.Policy
	alone   ruleList
	strides point  // by axis; 0 where the policy mentions nothing of the axis
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
	sh := &sheet{space: s, commands: rs.commands}
	for _, r := range rs.about[a.verb] {
		strides, size := r.strides(s)
		sh.columns = append(sh.columns, column{policy: r.policy, alone: ruleList{r}, strides: strides, answers: make([]said, size)})
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
		if r.looksAt(axis) {
			strides[axis] = size
			size *= n
		}
	}
	return strides, size
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
	at := 0
	for axis, stride := range c.strides {
		at += p[axis] * stride
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
	for p := range sh.space.points() {
		who := sh.space.subject(p)
		if who.Leaver || role != "" && !slices.Contains(who.Roles, role) {
			continue
		}
		if sh.allows(p) {
			return true
		}
	}
	return false
}
