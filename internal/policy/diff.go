package policy

import (
	"fmt"

	"keyturn/internal/model"
)

// Mark says which way a change goes.
type Mark string

// The marks.
const (
	MarkLooser  Mark = "looser"  // it makes something easier, in part at least
	MarkTighter Mark = "tighter" // it makes nothing easier, and something harder
	MarkNeither Mark = "neither" // every question is answered as before
)

// Change is one difference between two bundles.
type Change struct {
	Words string `json:"words"`
	Mark  Mark   `json:"mark"`
}

// Diff lists, in words, everything that next has otherwise than old: cells, budgets, the breaker, and what the Cedar text
// lets each kind of person do. Bundles of one hash have no differences, any others at least one.
//
// Looser is a cell that asks less, a larger budget, a slacker breaker, anything that Cedar allows in next and refused in
// old. What stops, undoes and watches is weighed the other way too: who could veto, decline, freeze, restore, withdraw or
// see, and no longer can, makes darkening easier for others.
func Diff(old, next *Bundle) []Change {
	if old.hash == next.hash && old.hash != "" {
		return nil
	}
	var found []Change
	for _, c := range cells() {
		was, is := old.table[c], next.table[c]
		switch words := fmt.Sprintf("%s takes %s instead of %s", c, Words(is), Words(was)); {
		case !Covers(is, was):
			found = append(found, Change{words, MarkLooser})
		case !Covers(was, is):
			found = append(found, Change{words, MarkTighter})
		}
	}
	found = append(found, diffBudgets(old, next)...)
	found = append(found, diffBreaker(old.breaker, next.breaker)...)
	rules := diffRules(old.rules, next.rules)
	if len(rules) == 0 && old.rules.text != next.rules.text {
		rules = []Change{{"the Cedar text is worded differently, and allows and refuses what it did before", MarkNeither}}
	}
	return append(found, rules...)
}

// marked is a change whose value got larger or smaller.
func marked(looser bool, format string, args ...any) Change {
	c := Change{fmt.Sprintf(format, args...), MarkTighter}
	if looser {
		c.Mark = MarkLooser
	}
	return c
}

func diffBudgets(old, next *Bundle) (found []Change) {
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
			if f.is != f.was {
				found = append(found, marked(f.is > f.was, "the budget of %s is %d %s instead of %d", role, f.is, f.what, f.was))
			}
		}
	}
	return found
}

func diffBreaker(was, is Breaker) (found []Change) {
	if is.Darkenings != was.Darkenings {
		found = append(found, marked(is.Darkenings > was.Darkenings,
			"the breaker lets %d darkenings through instead of %d", is.Darkenings, was.Darkenings))
	}
	if is.Window != was.Window {
		found = append(found, marked(is.Window < was.Window,
			"the breaker counts over %s instead of %s", span(is.Window), span(was.Window)))
	}
	if is.Freeze != was.Freeze {
		found = append(found, marked(is.Freeze < was.Freeze,
			"the breaker freezes for %s instead of %s", span(is.Freeze), span(was.Freeze)))
	}
	return found
}

// diffRules compares two Cedar texts on every question that either can tell apart.
func diffRules(old, next *rules) []Change {
	if old.text == next.text {
		return nil
	}
	var found findings
	s := spaceOf(old, next)
	for _, a := range s.acts {
		was, is := newSheet(old, &s, a), newSheet(next, &s, a)
		if !s.somewhere(func(p point) bool { return was.allows(p) != is.allows(p) }) {
			continue
		}
		more := s.kindsOfPeople(a, "may now", func(p point) bool { return is.allows(p) && !was.allows(p) })
		less := s.kindsOfPeople(a, "may no longer", func(p point) bool { return was.allows(p) && !is.allows(p) })
		for i := range more {
			more[i].mark = MarkLooser
		}
		for i := range less {
			if less[i].mark = MarkTighter; a.light() {
				less[i].mark = MarkLooser
			}
		}
		found = append(append(found, more...), less...)
	}
	var changes []Change
	for _, f := range found.merged() {
		changes = append(changes, Change{f.words(), f.mark})
	}
	return changes
}

// MarkOf is which way several changes go together: looser when any of them is.
func MarkOf(changes []Change) Mark {
	mark := MarkNeither
	for _, c := range changes {
		switch {
		case c.Mark == MarkLooser:
			return MarkLooser
		case c.Mark == MarkTighter:
			mark = MarkTighter
		}
	}
	return mark
}
