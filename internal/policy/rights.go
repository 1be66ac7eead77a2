package policy

import (
	"slices"
	"strings"

	"keyturn/internal/model"
)

// Right is what each role can do about some commands, about which each can do the same.
type Right struct {
	Commands []model.CommandKind
	May      map[model.Role]string // in words: "request, sign on standard, verified"; a star where it depends; "" where nothing
	On       []string              // what the stars depend on
}

// Rights puts what a report says about those who stay, or who leave, together by commands. "" is whoever has no role.
func (r Report) Rights(leaver bool) (all []Right) {
	for _, c := range model.Catalogue() {
		right := Right{Commands: []model.CommandKind{c.Kind}, May: map[model.Role]string{}}
		for _, role := range kindsOfRole() {
			right.May[role] = right.of(r, c, role, leaver)
		}
		i := slices.IndexFunc(all, func(o Right) bool { return slices.Equal(o.On, right.On) && sameRights(o, right) })
		switch {
		case i >= 0:
			all[i].Commands = append(all[i].Commands, c.Kind)
		case !sameRights(right, Right{}):
			all = append(all, right)
		}
	}
	return all
}

func sameRights(a, b Right) bool {
	return !slices.ContainsFunc(kindsOfRole(), func(role model.Role) bool { return a.May[role] != b.May[role] })
}

// of says what a role can do about a command.
func (right *Right) of(r Report, c model.CommandInfo, role model.Role, leaver bool) string {
	var places []string
	verbs := map[string][]string{}
	for _, verb := range []Verb{VerbRequest, VerbSign, VerbVeto, VerbDecline} {
		where, star := right.where(r, c, role, leaver, verb)
		if where == "" {
			continue
		}
		if !slices.Contains(places, where) {
			places = append(places, where)
		}
		verbs[where] = append(verbs[where], string(verb)+star)
	}
	for i, where := range places {
		places[i] = strings.TrimSuffix(strings.Join(verbs[where], ", ")+" on "+where, " on all")
	}
	return strings.Join(places, "; ")
}

// where lists the classes on which a role can do something, and has a star where that depends on something more.
func (right *Right) where(r Report, c model.CommandInfo, role model.Role, leaver bool, verb Verb) (where, star string) {
	classes := []model.Class{""}
	if c.Target == model.TargetAccount || c.Target == model.TargetPost {
		classes = model.Classes()
	}
	var on []string
	for _, class := range classes {
		line := r.line(role, leaver, verb, class)
		sometimes := slices.Contains(line.Sometimes, c.Kind)
		if sometimes {
			star = "*"
			right.On = slices.Compact(slices.Sorted(slices.Values(append(right.On, line.On...))))
		}
		if sometimes || slices.Contains(line.Always, c.Kind) {
			on = append(on, string(class))
		}
	}
	if len(on) == len(classes) {
		return "all", star
	}
	return strings.Join(on, ", "), star
}

func (r Report) line(role model.Role, leaver bool, verb Verb, class model.Class) Line {
	i := slices.IndexFunc(r.Lines, func(l Line) bool {
		return l.Role == role && l.Leaver == leaver && l.Verb == verb && l.Class == class
	})
	if i < 0 {
		return Line{}
	}
	return r.Lines[i]
}

// Seers lists the roles whose people see the desk.
func (r Report) Seers(leaver bool) (roles []model.Role) {
	for _, role := range kindsOfRole() {
		if r.line(role, leaver, VerbSee, "").Desk {
			roles = append(roles, role)
		}
	}
	return roles
}
