package policy

import "keyturn/internal/model"

// act is a verb with what it is about.
type act struct {
	verb  Verb
	class model.Class         // noClass where no account is concerned
	alike []model.CommandKind // the commands that the texts cannot tell apart; for VerbSee none
}

// actsOf lists what can be asked about.
func actsOf(said mentions) (acts []act) {
	for _, class := range append([]model.Class{noClass}, model.Classes()...) {
		for _, verb := range Verbs() {
			if verb == VerbSee {
				acts = append(acts, act{verb: verb, class: class})
				continue
			}
			for _, alike := range alikeCommands(said, verb, class) {
				acts = append(acts, act{verb, class, alike})
			}
		}
	}
	return acts
}

// alikeCommands sorts the commands that the verb and the class can stand beside into those that cannot be told apart.
func alikeCommands(said mentions, verb Verb, class model.Class) (sorted [][]model.CommandKind) {
	at := map[string]int{}
	for _, c := range model.Catalogue() {
		q, err := (Question{Verb: verb, Command: c.Kind, Class: class}).settledTarget()
		if err != nil || q.Class != class {
			continue
		}
		key := string(c.Group)
		if said.entities[uid(typeCommand, c.Kind)] {
			key = "named " + string(c.Kind)
		}
		if _, ok := at[key]; !ok {
			at[key] = len(sorted)
			sorted = append(sorted, nil)
		}
		sorted[at[key]] = append(sorted[at[key]], c.Kind)
	}
	return sorted
}

// light reports whether the act is one that stops, undoes or watches.
func (a act) light() bool {
	if a.verb != VerbRequest && a.verb != VerbSign {
		return true
	}
	info, _ := model.InfoOf(a.alike[0])
	return info.Group == model.GroupLight
}

// staysOpen reports whether there must always be somebody for the act.
func (a act) staysOpen() bool {
	if a.verb == VerbSee || a.verb == VerbDecline {
		return false
	}
	info, _ := model.InfoOf(a.alike[0])
	if a.verb == VerbVeto {
		return info.Group != model.GroupLight
	}
	return info.Group == model.GroupGovern || info.Kind == model.CmdFreeze || info.Kind == model.CmdRestore
}
