package policy

import (
	"fmt"
	"iter"
	"regexp"
	"slices"

	"github.com/cedar-policy/cedar-go"

	"keyturn/internal/model"
)

// rules is a bundle's Cedar text, read and ready to be asked.
type rules struct {
	text     string
	policies ruleList // in the order of the text
	about    map[Verb]ruleList
	said     mentions // by any policy
	commands cedar.EntityMap
	known    *vocabulary
	memory   memory
}

// rule is one Cedar policy.
type rule struct {
	id     cedar.PolicyID // its @id: cedar-go's own names are policy0, policy1, …
	why    string         // its @why: what a person whom it stops is told
	policy *cedar.Policy
	said   mentions
}

type ruleList []rule

// All yields the policies by their @id, as cedar.Authorize wants them.
func (l ruleList) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for i := range l {
			if !yield(l[i].id, l[i].policy) {
				return
			}
		}
	}
}

// why is what the policy tells whom it stops.
func (rs *rules) why(id cedar.PolicyID) string {
	i := slices.IndexFunc(rs.policies, func(r rule) bool { return r.id == id })
	if i < 0 || rs.policies[i].why == "" {
		return fmt.Sprintf("The policy %s forbids it.", id)
	}
	return rs.policies[i].why
}

// parseRules reads Cedar text. Whatever is wrong with it is an error about the field "cedar".
func parseRules(text string) (*rules, error) {
	known, err := loadVocabulary()
	if err != nil {
		return nil, err
	}
	list, err := cedar.NewPolicyListFromBytes("cedar", []byte(text))
	if err != nil {
		return nil, model.Invalid("cedar", "%v", err)
	}
	rs := &rules{text: text, about: map[Verb]ruleList{}, said: newMentions(), commands: commandEntities(), known: known}
	if err := known.validator.Entities(rs.commands); err != nil {
		return nil, fmt.Errorf("the catalogue is not what the policy schema says: %w", err)
	}
	for _, p := range list {
		r, err := newRule(p)
		if err != nil {
			return nil, model.Invalid("cedar", "line %d: %v", p.Position().Line, err)
		}
		if slices.ContainsFunc(rs.policies, func(other rule) bool { return other.id == r.id }) {
			return nil, model.Invalid("cedar", "line %d: a second policy has the @id %s", p.Position().Line, r.id)
		}
		if err := known.check(r); err != nil {
			return nil, model.Invalid("cedar", "policy %s: %v", r.id, err)
		}
		rs.policies = append(rs.policies, r)
		rs.said.join(r.said)
		for _, verb := range Verbs() {
			if speaksOf(p, verb) {
				rs.about[verb] = append(rs.about[verb], r)
			}
		}
	}
	return rs, nil
}

var goodID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

const (
	maxID  = 64
	maxWhy = 300
)

// newRule reads a policy's annotations: @id, which it must have, and @why, which only a forbid may have.
func newRule(p *cedar.Policy) (rule, error) {
	r := rule{policy: p, said: mentionsOf(p)}
	for name, value := range p.Annotations() {
		switch name {
		case "id":
			r.id = cedar.PolicyID(value)
		case "why":
			r.why = string(value)
		default:
			return rule{}, fmt.Errorf("the annotation @%s is not known here", name)
		}
	}
	switch {
	case len(r.id) > maxID || !goodID.MatchString(string(r.id)):
		return rule{}, fmt.Errorf("a policy needs an @id of at most %d lower-case letters, digits and single hyphens", maxID)
	case len(r.why) > maxWhy:
		return rule{}, fmt.Errorf("the @why of %s must have at most %d bytes", r.id, maxWhy)
	case r.why != "" && p.Effect() == cedar.Permit:
		return rule{}, fmt.Errorf("%s permits, so that its @why would never be told", r.id)
	}
	return r, nil
}
