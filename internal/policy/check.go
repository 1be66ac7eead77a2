package policy

import (
	"fmt"
	"slices"

	"keyturn/internal/model"
)

// Report tells what each kind of person can do to each class.
type Report struct {
	Lines []Line
	Mixed []string // in words: where people of several roles can do more or less than people of each of them
	Gaps  []string // in words: what nobody may request, and rows of the table that nobody could ever meet
}

// Line is what people of one role can do about accounts of one class.
type Line struct {
	Role      model.Role // "": of no role
	Leaver    bool
	Verb      Verb
	Class     model.Class         // "" where no account is concerned
	Always    []model.CommandKind // allowed whatever else is the case
	Sometimes []model.CommandKind // allowed in some cases, which depend on …
	On        []string            // … these: team, employment, notice, case, hour
	Desk      bool                // VerbSee: the desk can be seen, at least sometimes
}

// kindsOfRole are the roles, and none.
func kindsOfRole() []model.Role { return append(model.Roles(), "") }

// Check asks everything that can be asked of the bundle, for people of one role or none, who stay and who are leaving.
func (b *Bundle) Check() Report {
	var report Report
	var mixed findings
	s := spaceOf(b.rules)
	for _, a := range s.acts {
		sh := newSheet(b.rules, &s, a)
		mixed = append(mixed, sh.mixed()...)
		for _, role := range kindsOfRole() {
			for _, leaver := range []bool{false, true} {
				report.add(sh.line(a, role, leaver))
			}
		}
	}
	for _, f := range mixed.merged() {
		report.Mixed = append(report.Mixed, f.words())
	}
	for _, a := range s.acts {
		for _, gap := range b.gaps(&s, a) {
			if !slices.Contains(report.Gaps, gap) {
				report.Gaps = append(report.Gaps, gap)
			}
		}
	}
	return report
}

// gaps says of an act what nobody may request, or what rows nobody could meet.
func (b *Bundle) gaps(s *space, a act) []string {
	if a.verb != VerbRequest && a.verb != VerbSign {
		return nil
	}
	if gap := b.gap(s, a); gap != "" {
		return []string{gap}
	}
	if a.verb == VerbSign {
		return b.unmet(s, a)
	}
	return nil
}

// add puts a line into the one that it belongs to.
func (r *Report) add(l Line) {
	if len(l.Always) == 0 && len(l.Sometimes) == 0 && !l.Desk {
		return
	}
	i := slices.IndexFunc(r.Lines, func(o Line) bool {
		return o.Role == l.Role && o.Leaver == l.Leaver && o.Verb == l.Verb && o.Class == l.Class
	})
	if i < 0 {
		r.Lines = append(r.Lines, l)
		return
	}
	to := &r.Lines[i]
	to.Always, to.Sometimes = append(to.Always, l.Always...), append(to.Sometimes, l.Sometimes...)
	for _, on := range l.On {
		if !slices.Contains(to.On, on) {
			to.On = append(to.On, on)
		}
	}
}

// line is what people of one role can do about an act; empty when nothing.
func (sh *sheet) line(a act, role model.Role, leaver bool) Line {
	l := Line{Role: role, Leaver: leaver, Verb: a.verb, Class: a.class}
	if a.class == noClass {
		l.Class = ""
	}
	always, on := sh.spread(role, leaver)
	switch sometimes := len(on) > 0; {
	case a.verb == VerbSee:
		l.Desk = always || sometimes
	case always:
		l.Always = slices.Clone(a.alike)
	case sometimes:
		l.Sometimes, l.On = slices.Clone(a.alike), on
	}
	return l
}

// axisWords are the axes on which an answer can depend, beside the roles.
var axisWords = [axes]string{axisTeam: "team", axisKind: "employment", axisState: "notice", axisCase: "case", axisHour: "hour"}

// spread reports whether people who have the one role, and are employed, are always allowed or, when they are in some
// cases, on what that depends.
func (sh *sheet) spread(role model.Role, leaver bool) (always bool, on []string) {
	set := slices.IndexFunc(sh.space.roles, func(roles []model.Role) bool {
		return role == "" && len(roles) == 0 || len(roles) == 1 && roles[0] == role
	})
	always = true
	var matters [axes]bool
	for p := range sh.space.pointsOf(set) {
		who := sh.space.subject(p)
		if who.Leaver != leaver || who.Status == model.EmploymentEnded {
			continue
		}
		allowed := sh.allows(p)
		always = always && allowed
		for axis := axisTeam; axis < axes && allowed; axis++ {
			matters[axis] = matters[axis] || !sh.allAlong(p, axis)
		}
	}
	for axis, does := range matters {
		if does {
			on = append(on, axisWords[axis])
		}
	}
	return always, on
}

// allAlong reports whether whoever differs from a place on one axis only is allowed too; people who are employed no
// longer, or leave where these stay, are others.
func (sh *sheet) allAlong(p point, axis int) bool {
	here := sh.space.subject(p)
	for q, i := p, 0; i < sh.space.sizes()[axis]; i++ {
		q[axis] = i
		who := sh.space.subject(q)
		if who.Leaver == here.Leaver && who.Status != model.EmploymentEnded && !sh.allows(q) {
			return false
		}
	}
	return true
}

// mixed finds people of several roles who can do something that none of their roles alone opens, or cannot do what one of
// them does.
func (sh *sheet) mixed() findings {
	single := func(p point) bool {
		for i, roles := range sh.space.roles {
			q := p
			if q[axisRoles] = i; len(roles) <= 1 && subset(roles, sh.space.roles[p[axisRoles]]) && sh.allows(q) {
				return true
			}
		}
		return false
	}
	more := sh.space.kindsOfPeople(sh.act, "may", func(p point) bool { return sh.allows(p) && !single(p) })
	less := sh.space.kindsOfPeople(sh.act, "may not", func(p point) bool { return !sh.allows(p) && single(p) })
	return append(more, less...)
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
