package prove

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// roles are a login of each role, and the contractor on the last shift.
func roles() []string {
	return []string{"lastday", "agent", "lead", "gov", "security", "admin", "auditor"}
}

// rogues are who is tried in every scene: one of each role; those who try it together, some whom the table's two-key rows
// let do something and some whom they do not; and the three who can loosen, none of whom may be who gains.
func rogues(deep bool) [][]string {
	var all [][]string
	for _, login := range roles() {
		all = append(all, []string{login})
	}
	all = append(all, [][]string{{"agent", "lead"}, {"lead", "gov"}, {"lead", "admin", "security"}}...)
	if deep {
		all = append(all, [][]string{{"security", "admin"}, {"lead", "lastday"}, {"agent", "agent2"}, {"lead", "lead2"}, {"lead", "security"}, {"gov", "security"}, {"lead", "admin"},
			{"admin", "admin2"}, {"agent", "gov"}, {"agent", "security"}, {"agent", "admin"}, {"agent", "lastday"}}...)
	}
	return all
}

// equals are the rogues for a policy that knows no roles: somebody who leaves, and two others.
func equals() [][]string {
	return [][]string{{"lastday"}, {"agent", "lead"}}
}

// with is the rogue that some people are, with every login of theirs. All sign what one of them asks for, so one who asks,
// about what takes most keys, is enough, unless it is to be deep.
func with(people []string, also []string, deep bool) rogue {
	r := rogue{people: people, logins: slices.Clone(people), asks: people[:1], about: handles[:4]}
	switch idle := len(people) == 1 && slices.Contains([]string{"admin", "auditor"}, people[0]); {
	case deep:
		r.asks = people
	case idle:
		r.about = handles[:1] // the table lets them ask for nothing there: one account is as good as four
	case len(people) > 1:
		r.about = handles[:2]
	}
	if slices.Contains(people, "lead") {
		r.logins = append(r.logins, "lead.oncall")
	}
	r.logins = append(r.logins, also...)
	return r
}

// laterOn are the accounts that a rogue asks about once something has happened: no scene is about the verified one, which
// the table treats as it does the others, with other numbers.
func (r rogue) laterOn() []string {
	return slices.DeleteFunc(slices.Clone(r.about), func(handle string) bool { return handle == "astronaut" })
}

// starts lists every rogue in every scene, under both policies.
func (o Options) starts(ctx context.Context) ([]start, error) {
	var all []start
	for i, make := range []func() (rulebook, error){shipped, weakest} {
		rules, err := make()
		if err != nil {
			return nil, err
		}
		for j, s := range scenes() {
			if !strings.Contains(s.name, o.Scene) || s.shipped && rules.name == weak && !o.Deep {
				continue
			}
			image, err := s.image(ctx, filepath.Join(o.Dir, fmt.Sprintf("scene-%d-%d", i, j)), rules)
			if err != nil {
				return nil, fmt.Errorf("the scene %q under the %s policy: %w", s.name, rules.name, err)
			}
			first := true
			for _, people := range o.rogues(rules) {
				idle := slices.Equal(people, []string{"auditor"}) && s.name != firstDay // to whom nobody gives a key meanwhile
				if !s.open(people) || idle && !o.Deep {
					continue
				}
				next := start{scene: s, from: image, rogue: with(people, s.also, o.Deep), depth: o.depth(s, people, rules), deep: o.Deep, waits: first}
				switch {
				case o.Deep:
				case s.about != nil && next.depth > 1:
					next.rogue.about = s.about
				case s.name != firstDay:
					next.rogue.about = next.rogue.laterOn()
				}
				all, first = append(all, next), false
			}
			if j == 0 && rules.name != weak {
				all = append(all, o.twoOfThree(s, image)...)
			}
		}
	}
	// The long ones first: one of them that began last would keep one core busy alone.
	slices.SortStableFunc(all, func(a, b start) int { return b.depth - a.depth })
	return all, nil
}

// rogues are the groups of people that are tried under a policy.
func (o Options) rogues(rules rulebook) [][]string {
	all := rogues(o.Deep)
	if rules.name == weak && !o.Deep {
		all = equals()
	}
	return o.played(all)
}

// played are those groups of people that the options ask for.
func (o Options) played(all [][]string) [][]string {
	return slices.DeleteFunc(all, func(people []string) bool { return o.Rogue != "" && !slices.Contains(people, o.Rogue) })
}

// twoOfThree has any two people, of different roles and of the same, try what takes three keys.
func (o Options) twoOfThree(s scene, from image) []start {
	pairs := [][]string{{"agent", "agent2"}, {"lead", "lead2"}, {"admin", "admin2"}}
	for i, a := range roles() {
		for _, b := range roles()[i+1:] {
			pairs = append(pairs, []string{b, a})
		}
	}
	var all []start
	for _, people := range o.played(pairs) {
		r := with(people, nil, o.Deep)
		r.about = handles[:1]
		all = append(all, start{scene: s, from: from, rogue: r, depth: 1})
	}
	return all
}

// depth is how many actions are tried one after the other: one from within a scene, whose history is the first part of the
// way, and more where a scene says so.
func (o Options) depth(s scene, people []string, rules rulebook) int {
	depth := 1
	if rules.name != weak && len(people) == 1 && slices.Contains(s.further, people[0]) {
		depth++
	}
	if o.Deep {
		depth++
	}
	return depth
}

// image plays a scene in a new world.
func (s scene) image(ctx context.Context, dir string, rules rulebook) (image, error) {
	w, err := newWorld(ctx, dir, rules)
	if err != nil {
		return image{}, err
	}
	if err := s.play(w); err != nil {
		return image{}, errors.Join(err, w.close())
	}
	return w.putAway(dir)
}
