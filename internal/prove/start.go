package prove

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// rogues are who is tried: one of each role; those who try it together, two whom the table's two-key rows let do something
// and two whom they do not; and the three who can loosen, none of whom may be who gains.
func rogues(deep bool) [][]string {
	all := [][]string{{"lastday"}, {"agent"}, {"lead"}, {"gov"}, {"security"}, {"admin"}, {"auditor"},
		{"agent", "lead"}, {"lead", "gov"}, {"security", "admin"}, {"lastday", "lead"}, {"admin", "security", "lead"}}
	if deep {
		all = append(all, [][]string{{"agent", "agent2"}, {"lead", "lead2"}, {"lead", "security"}, {"gov", "security"}, {"lead", "admin"},
			{"admin", "admin2"}, {"agent", "gov"}, {"agent", "security"}, {"agent", "admin"}, {"lastday", "agent"}}...)
	}
	return all
}

// equals are the rogues for a policy that knows no roles.
func equals() [][]string {
	return [][]string{{"lastday"}, {"agent"}, {"agent", "lead"}, {"lastday", "agent"}}
}

// with is the rogue that some people are, with every login of theirs.
func with(people []string, also []string) rogue {
	r := rogue{people: people, logins: slices.Clone(people)}
	if slices.Contains(people, "lead") {
		r.logins = append(r.logins, "lead.oncall")
	}
	r.logins = append(r.logins, also...)
	return r
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
			if !strings.Contains(s.name, o.Scene) {
				continue
			}
			image, err := s.image(ctx, filepath.Join(o.Dir, fmt.Sprintf("scene-%d-%d", i, j)), rules)
			if err != nil {
				return nil, fmt.Errorf("the scene %q under the %s policy: %w", s.name, rules.name, err)
			}
			for _, people := range o.rogues(rules) {
				if s.with != nil && !slices.ContainsFunc(s.with, func(l string) bool { return slices.Contains(people, l) }) {
					continue
				}
				all = append(all, start{scene: s, from: image, rogue: with(people, s.also), depth: o.depth(j, people, rules)})
			}
		}
	}
	// What is near first: a short way round is found soon.
	slices.SortStableFunc(all, func(a, b start) int { return a.depth - b.depth })
	return all, nil
}

// rogues are the groups of people that are tried under a policy.
func (o Options) rogues(rules rulebook) [][]string {
	all := rogues(o.Deep)
	if rules.name == weak && !o.Deep {
		all = equals()
	}
	return slices.DeleteFunc(all, func(people []string) bool { return o.Rogue != "" && !slices.Contains(people, o.Rogue) })
}

// depth is how many actions are tried one after the other: on the first day, from which no history
// leads on, more by one person than from within a scene, where the history is the first part of the way.
func (o Options) depth(scene int, people []string, rules rulebook) int {
	depth := 1
	if scene == 0 && rules.name != weak && len(people) == 1 && slices.Contains([]string{"agent", "lead"}, people[0]) {
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
