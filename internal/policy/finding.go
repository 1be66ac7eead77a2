package policy

import (
	"fmt"
	"slices"
	"strings"

	"keyturn/internal/model"
)

// finding is one kind of person of whom something holds about some commands.
type finding struct {
	roles    [][]model.Role // each is a set that they hold
	who      string         // what else they are: ", of team night,"
	may      string         // "may now"
	verb     Verb
	commands []model.CommandKind
	classes  []model.Class
	when     string // ", at 3 h UTC"
	mark     Mark
}

type findings []finding

// kindsOfPeople finds for whom something holds about an act: each smallest set of roles with which it does, and what
// else it depends on.
func (s *space) kindsOfPeople(a act, may string, holds func(point) bool) (found findings) {
	for i, roles := range s.roles {
		if slices.ContainsFunc(found, func(f finding) bool { return subset(f.roles[0], roles) }) {
			continue
		}
		for p := range s.pointsOf(i) {
			if holds(p) {
				who, when := s.details(p, may, holds)
				found = append(found, finding{roles: [][]model.Role{roles}, who: who, may: may, verb: a.verb,
					commands: slices.Clone(a.alike), classes: []model.Class{a.class}, when: when})
				break
			}
		}
	}
	return found
}

// somewhere reports whether something holds at any place.
func (s *space) somewhere(holds func(point) bool) bool {
	for p := range s.points() {
		if holds(p) {
			return true
		}
	}
	return false
}

func subset(small, large []model.Role) bool {
	return !slices.ContainsFunc(small, func(r model.Role) bool { return !slices.Contains(large, r) })
}

// details says of a place what else than roles it depends on: an axis on which something holds everywhere says nothing.
func (s *space) details(p point, may string, holds func(point) bool) (who, when string) {
	on := func(axis int) (values []int, all bool) {
		q := p
		for q[axis] = range s.sizes()[axis] {
			if holds(q) {
				values = append(values, q[axis])
			}
		}
		return values, len(values) == s.sizes()[axis]
	}
	var parts []string
	if teams, all := on(axisTeam); !all {
		parts = append(parts, s.teamWords(teams))
	}
	if kinds, all := on(axisKind); !all {
		parts = append(parts, map[model.EmploymentKind]string{model.Employee: "an employee", model.Contractor: "a contractor"}[s.kinds[kinds[0]]])
	}
	states, _ := on(axisState)
	if text := s.stateWords(states, may); text != "" {
		parts = append(parts, text)
	}
	if len(parts) > 0 {
		who = ", " + strings.Join(parts, ", ") + ","
	}
	if cases, all := on(axisCase); !all {
		when += map[bool]string{true: ", with a case", false: ", without a case"}[s.cases[cases[0]]]
	}
	if hours, all := on(axisHour); !all {
		when += ", at " + hourWords(s.hours, hours)
	}
	return who, when
}

// teamWords names teams; the first of a space stands for those that no text names.
func (s *space) teamWords(at []int) string {
	if at[0] != 0 {
		return "of team " + listOf(pick(s.teams, at), "or")
	}
	var not []string
	for i, team := range s.teams {
		if !slices.Contains(at, i) {
			not = append(not, team)
		}
	}
	return "of no team called " + listOf(not, "or")
}

// stateWords says where an employment stands when that is not where one thinks it does.
func (s *space) stateWords(at []int, may string) string {
	if !slices.Contains(at, 0) { // nobody who stays
		var words []string
		for _, i := range at {
			words = append(words, s.states[i].words())
		}
		return listOf(words, "or")
	}
	if len(at) > 1 && may != "may no longer" {
		return "also when leaving"
	}
	return ""
}

func (s state) words() string {
	switch {
	case s.status == model.EmploymentNotice:
		return "on notice"
	case s.status == model.EmploymentEnded:
		return "employed no longer"
	}
	return "leaving"
}

// hourWords lists hours, those that follow each other as a span: "3, 9–16 h UTC".
func hourWords(all []int, at []int) string {
	var spans []string
	for i := 0; i < len(at); {
		j := i
		for j+1 < len(at) && at[j+1] == at[j]+1 {
			j++
		}
		if text := fmt.Sprint(all[at[i]]); i == j {
			spans = append(spans, text)
		} else {
			spans = append(spans, fmt.Sprintf("%s–%d", text, all[at[j]]))
		}
		i = j + 1
	}
	return strings.Join(spans, ", ") + " h UTC"
}

func pick[T any](from []T, at []int) (picked []T) {
	for _, i := range at {
		picked = append(picked, from[i])
	}
	return picked
}

// merged puts together what can be said in one sentence: of several commands, then of several classes, then of several
// roles.
func (f findings) merged() findings {
	type key struct{ roles, who, may, verb, commands, classes, when, mark string }
	full := func(x finding) key {
		return key{fmt.Sprint(x.roles), x.who, x.may, string(x.verb), fmt.Sprint(x.commands), fmt.Sprint(x.classes), x.when, string(x.mark)}
	}
	f = mergeBy(f, func(x finding) key { k := full(x); k.commands = ""; return k },
		func(to *finding, x finding) { to.commands = append(to.commands, x.commands...) })
	f = mergeBy(f, func(x finding) key { k := full(x); k.classes = ""; return k },
		func(to *finding, x finding) { to.classes = append(to.classes, x.classes...) })
	return mergeBy(f, func(x finding) key {
		k := full(x)
		if len(x.roles[0]) == 1 {
			k.roles = ""
		}
		return k
	}, func(to *finding, x finding) { to.roles = append(to.roles, x.roles...) })
}

func mergeBy[K comparable](f findings, key func(finding) K, join func(to *finding, x finding)) (merged findings) {
	at := map[K]int{}
	for _, x := range f {
		k := key(x)
		if i, ok := at[k]; ok {
			join(&merged[i], x)
			continue
		}
		at[k] = len(merged)
		merged = append(merged, x)
	}
	return merged
}

// words is the finding as a sentence: "whoever is agent or lead may now sign ban on a standard account".
func (f finding) words() string {
	var names []string
	for _, set := range f.roles {
		names = append(names, listOf(set, "and"))
	}
	who := "whoever is " + listOf(names, "or")
	switch {
	case len(f.roles[0]) == 0:
		who = "somebody without a role"
	case len(f.roles[0]) == 1 && len(f.roles) == len(model.Roles()):
		who = "whoever has a role"
	}
	what := "the desk"
	if f.verb != VerbSee {
		what = listOf(f.commands, "and")
	}
	return who + f.who + " " + f.may + " " + string(f.verb) + " " + what + onClasses(f.classes) + f.when
}

func onClasses(classes []model.Class) string {
	on := slices.DeleteFunc(slices.Clone(classes), func(c model.Class) bool { return c == noClass })
	switch {
	case len(on) == 0, len(on) == len(model.Classes()) && len(on) < len(classes):
		return ""
	case len(on) == len(model.Classes()):
		return " on any account"
	case len(on) == 1:
		return " on " + accountOf(on[0])
	}
	var names []string
	for _, c := range on {
		names = append(names, strings.ReplaceAll(string(c), "_", "-"))
	}
	return " on " + listOf(names, "and") + " accounts"
}
