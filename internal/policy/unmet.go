package policy

import (
	"fmt"
	"slices"
	"strings"

	"keyturn/internal/model"
)

// unmet names the rows of the table that nobody could ever meet for commands that somebody may sign, and says why. A key
// is judged again when the command takes effect, so that all must be allowed at one time and on one case.
func (b *Bundle) unmet(s *space, a act) (found []string) {
	asks, signs := newSheet(b.rules, s, act{VerbRequest, a.class, a.alike}), newSheet(b.rules, s, a)
	var told []cell
	for _, kind := range a.alike {
		for _, c := range cells() {
			ours := c.class == "" || c.class == a.class
			if !ours || slices.Contains(told, c) || !slices.Contains(c.row.Commands(), kind) {
				continue
			}
			if why := b.neverMet(s, asks, signs, kind, b.table[c]); why != "" {
				found = append(found, fmt.Sprintf("nobody could ever meet %s, %s: %s", c, Words(b.table[c]), why))
				told = append(told, c)
			}
		}
	}
	return found
}

// neverMet says why a requirement can be met at no time; "" when it can at some.
func (b *Bundle) neverMet(s *space, asks, signs *sheet, kind model.CommandKind, need model.Requirement) string {
	info, _ := model.InfoOf(kind)
	var reasons []string
	for onCase := range s.cases {
		for hour := range s.hours {
			var why string
			switch m := (moment{s, onCase, hour}); {
			case !m.someone(asks, "", nil):
				why = "nobody may request it"
			default:
				why = m.lacks(signs, need, b.budgetFor(info.Group))
			}
			if why == "" {
				return ""
			}
			if !slices.Contains(reasons, why) {
				reasons = append(reasons, why)
			}
		}
	}
	if len(reasons) > 1 {
		return "those whose keys it takes may never sign it at the same time: " + strings.Join(reasons, "; or ")
	}
	return reasons[0]
}

// budgetFor reports whether people of some roles can be charged for one command of a group.
func (b *Bundle) budgetFor(group model.Group) func(Subject) bool {
	return func(who Subject) bool {
		if group != model.GroupDarken {
			return true
		}
		budget := b.Budget(who.Roles...)
		return budget.AccountsPerHour > 0 && budget.AccountsPerDay > 0
	}
}

// moment is one hour, with a case or without.
type moment struct {
	space        *space
	onCase, hour int
}

// someone reports whether at that time somebody who stays is allowed: of the role, if one is given, and one of whom can
// holds, if it is given.
func (m moment) someone(sh *sheet, role model.Role, can func(Subject) bool) bool {
	return len(m.teams(sh, role, can)) > 0
}

// teams lists the teams that have such a person.
func (m moment) teams(sh *sheet, role model.Role, can func(Subject) bool) (teams []int) {
	sizes := m.space.sizes()
	p := point{axisCase: m.onCase, axisHour: m.hour}
	for p[axisTeam] = range sizes[axisTeam] {
		if m.inTeam(sh, p, sizes, role, can) {
			teams = append(teams, p[axisTeam])
		}
	}
	return teams
}

func (m moment) inTeam(sh *sheet, p, sizes point, role model.Role, can func(Subject) bool) bool {
	for p[axisRoles] = range sizes[axisRoles] {
		for p[axisKind] = range sizes[axisKind] {
			for p[axisState] = range sizes[axisState] {
				who := m.space.subject(p)
				if !who.Leaver && (role == "" || slices.Contains(who.Roles, role)) && (can == nil || can(who)) && sh.allows(p) {
					return true
				}
			}
		}
	}
	return false
}

// lacks says what a requirement lacks at that time.
func (m moment) lacks(signs *sheet, need model.Requirement, budget func(Subject) bool) string {
	for _, role := range append(slices.Clone(need.Roles), "") {
		who := string(role)
		if role == "" {
			who = "anybody"
		}
		switch {
		case !m.someone(signs, role, nil):
			return "the key of " + who + " is not allowed"
		case !m.someone(signs, role, budget):
			return "the budget of " + who + " lets them darken nothing"
		}
	}
	// The first team stands for all that no text names: there can be any number of those.
	if teams := m.teams(signs, "", budget); len(teams) < need.Teams && !slices.Contains(teams, 0) {
		return fmt.Sprintf("only team %s may sign it", listOf(pick(m.space.teams, teams), "and"))
	}
	return ""
}
