package policy

import (
	"fmt"
	"slices"

	"keyturn/internal/model"
)

// Looser lists, in words, everything that next makes easier than old: a cell that asks less, a larger budget, a slacker
// breaker, anything that Cedar allows in next and refused in old. What stops, undoes and watches is weighed the other
// way too: who could veto, decline, freeze, restore, withdraw or see, and no longer can, makes darkening easier for
// others. Empty: next only tightens.
func Looser(old, next *Bundle) []string {
	var found []string
	for _, c := range cells() {
		if was, is := old.table[c], next.table[c]; !Covers(is, was) {
			found = append(found, fmt.Sprintf("%s takes %s instead of %s", c, Words(is), Words(was)))
		}
	}
	found = append(found, looserBudgets(old, next)...)
	found = append(found, looserBreaker(old.breaker, next.breaker)...)
	return append(found, looserRules(old.rules, next.rules)...)
}

func looserBudgets(old, next *Bundle) (found []string) {
	for _, role := range model.Roles() {
		was, is := old.budgets[role], next.budgets[role]
		for _, f := range []struct {
			what    string
			was, is int64
		}{
			{"accounts an hour", was.AccountsPerHour, is.AccountsPerHour},
			{"accounts a day", was.AccountsPerDay, is.AccountsPerDay},
			{"followers an hour", was.ReachPerHour, is.ReachPerHour},
			{"followers a day", was.ReachPerDay, is.ReachPerDay},
		} {
			if f.is > f.was {
				found = append(found, fmt.Sprintf("the budget of %s is %d %s instead of %d", role, f.is, f.what, f.was))
			}
		}
	}
	return found
}

func looserBreaker(was, is Breaker) (found []string) {
	if is.Darkenings > was.Darkenings {
		found = append(found, fmt.Sprintf("the breaker lets %d darkenings through instead of %d", is.Darkenings, was.Darkenings))
	}
	if is.Window < was.Window {
		found = append(found, fmt.Sprintf("the breaker counts over %s instead of %s", span(is.Window), span(was.Window)))
	}
	if is.Freeze < was.Freeze {
		found = append(found, fmt.Sprintf("the breaker freezes for %s instead of %s", span(is.Freeze), span(was.Freeze)))
	}
	return found
}

// looserRules compares two Cedar texts on every question that either can tell apart.
func looserRules(old, next *rules) []string {
	if old.text == next.text {
		return nil
	}
	var found findings
	s := spaceOf(old, next)
	for _, a := range s.acts {
		was, is := newSheet(old, &s, a), newSheet(next, &s, a)
		var more, less bool
		for p := range s.points() {
			before, after := was.allows(p), is.allows(p)
			if after && !before && !more {
				more = true
				found = found.add(s.question(a, p), "may now", a)
			}
			if before && !after && !less && a.light() {
				less = true
				found = found.add(s.question(a, p), "may no longer", a)
			}
		}
	}
	return found.words()
}

// finding is one kind of person who may now, or may no longer, do something about some commands.
type finding struct {
	who, may string
	act      act
}

// add notes a finding; commands of which the same can be said stand together.
func (f findings) add(q Question, may string, a act) findings {
	who := q.Subject.words()
	same := func(x finding) bool {
		return x.who == who && x.may == may && x.act.verb == a.verb && x.act.class == a.class
	}
	if i := slices.IndexFunc(f, same); i >= 0 {
		f[i].act.alike = append(f[i].act.alike, a.alike...)
		return f
	}
	a.alike = slices.Clone(a.alike)
	return append(f, finding{who, may, a})
}

type findings []finding

func (f findings) words() (all []string) {
	for _, x := range f {
		words := fmt.Sprintf("%s %s %s ", x.who, x.may, x.act.verb)
		if x.act.verb == VerbSee {
			words += "the desk"
		} else {
			words += listOf(x.act.alike, "and")
		}
		if x.act.class != noClass {
			words += " on " + accountOf(x.act.class)
		}
		all = append(all, words)
	}
	return all
}

// words says what kind of person asks.
func (s Subject) words() string {
	who := "somebody without a role"
	if len(s.Roles) > 0 {
		who = "whoever is " + listOf(s.Roles, "and")
	}
	if s.Team != "" {
		who += ", of team " + s.Team
	}
	switch {
	case s.Status == model.EmploymentEnded:
		who += ", employed no longer,"
	case s.Leaver:
		who += ", leaving,"
	}
	return who
}
