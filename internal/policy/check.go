package policy

import (
	"fmt"
	"slices"

	"keyturn/internal/model"
)

// Report tells what each kind of person can do to each class.
type Report struct {
	Lines []Line
	Gaps  []string // in words: what nobody may request, and what the table asks for and Cedar lets nobody give
}

// Line is what people of one role can do about accounts of one class.
type Line struct {
	Role      model.Role
	Leaver    bool
	Verb      Verb
	Class     model.Class         // "" where no account is concerned
	Always    []model.CommandKind // allowed whatever else is the case
	Sometimes []model.CommandKind // allowed in some cases: with a case, at some hour, in some team
	Desk      bool                // VerbSee: the desk can be seen, at least sometimes
}

// Check asks everything that can be asked of the bundle, for people of one role who stay and who are leaving.
func (b *Bundle) Check() Report {
	var report Report
	s := spaceOf(b.rules)
	for _, role := range model.Roles() {
		for _, leaver := range []bool{false, true} {
			report.Lines = append(report.Lines, b.linesOf(&s, role, leaver)...)
		}
	}
	for _, a := range s.acts {
		if a.verb != VerbRequest && a.verb != VerbSign {
			continue
		}
		if gap := b.gap(&s, a); gap != "" {
			report.Gaps = append(report.Gaps, gap)
		}
	}
	return report
}

// linesOf is what people of one role can do, one line for each class and verb that opens anything.
func (b *Bundle) linesOf(s *space, role model.Role, leaver bool) (lines []Line) {
	for _, a := range s.acts {
		always, sometimes := newSheet(b.rules, s, a).spread(role, leaver)
		if !sometimes {
			continue
		}
		class := a.class
		if class == noClass {
			class = ""
		}
		last := len(lines) - 1
		if last < 0 || lines[last].Verb != a.verb || lines[last].Class != class {
			lines = append(lines, Line{Role: role, Leaver: leaver, Verb: a.verb, Class: class})
			last++
		}
		switch {
		case a.verb == VerbSee:
			lines[last].Desk = true
		case always:
			lines[last].Always = append(lines[last].Always, a.alike...)
		default:
			lines[last].Sometimes = append(lines[last].Sometimes, a.alike...)
		}
	}
	return lines
}

// spread reports whether people who have the one role, and are employed, are always and at least sometimes allowed.
func (sh *sheet) spread(role model.Role, leaver bool) (always, sometimes bool) {
	always = true
	for p := range sh.space.points() {
		who := sh.space.subject(p)
		if who.Leaver != leaver || who.Status == model.EmploymentEnded || !slices.Equal(who.Roles, []model.Role{role}) {
			continue
		}
		allowed := sh.allows(p)
		always, sometimes = always && allowed, sometimes || allowed
	}
	return always, sometimes
}

// governable refuses a bundle under which nobody could govern, freeze, restore or veto what can be requested: whoever
// published it would have taken the desk from everyone, by the one key that tightening takes.
func (b *Bundle) governable() error {
	s := spaceOf(b.rules)
	if err := s.bounded(b.rules); err != nil {
		return err
	}
	for _, a := range s.acts {
		if !a.staysOpen() || a.verb == VerbVeto && !b.requestable(&s, a) {
			continue
		}
		if gap := b.gap(&s, a); gap != "" {
			return model.Invalid("cedar", "%s", gap)
		}
	}
	return nil
}

// requestable reports whether anybody may request what the act is about.
func (b *Bundle) requestable(s *space, a act) bool {
	return newSheet(b.rules, s, act{VerbRequest, a.class, a.alike}).someone("")
}

// gap says in words who is missing for an act: anybody at all, or a role that the table asks for.
func (b *Bundle) gap(s *space, a act) string {
	sh := newSheet(b.rules, s, a)
	q := s.question(a, point{})
	if !sh.someone("") {
		return fmt.Sprintf("nobody is allowed this: %s", q.deed())
	}
	if a.verb != VerbSign {
		return ""
	}
	for _, kind := range a.alike {
		q.Command = kind
		for _, role := range b.rolesFor(kind, a.class) {
			if !sh.someone(role) {
				return fmt.Sprintf("the table asks for the key of %s, who is not allowed this: %s", role, q.deed())
			}
		}
	}
	return ""
}

// rolesFor lists the roles that any row of the table asks for on a command.
func (b *Bundle) rolesFor(kind model.CommandKind, class model.Class) (roles []model.Role) {
	for c, need := range b.table {
		if (c.class == "" || c.class == class) && slices.Contains(c.row.Commands(), kind) {
			roles = append(roles, need.Roles...)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}
