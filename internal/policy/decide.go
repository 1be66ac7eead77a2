package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"keyturn/internal/model"
)

// Decision is the answer to a Question.
type Decision struct {
	Allowed  bool
	Doubt    bool     // the question could not be decided, and was refused for that (law 12)
	Policies []string // the @id of each Cedar policy that decided, sorted; empty when none did
	Why      string   // in words for the person who asked
}

// Decide answers a question by the Cedar text alone; how many keys a command then takes is Requirement's to say. A
// question with a value that is not known, and one on which any policy fails to evaluate, is refused (law 12).
func (b *Bundle) Decide(q Question) Decision {
	q, err := q.settled()
	if err != nil {
		return Decision{Doubt: true, Why: fmt.Sprintf("Refused, since in doubt: %v.", err)}
	}
	return b.rules.remembered(q)
}

// ask puts a settled question to every policy that speaks of its verb.
func (rs *rules) ask(q Question) (cedar.Decision, cedar.Diagnostic) {
	return cedar.Authorize(rs.about[q.Verb], &world{person: q.Subject.person(), commands: rs.commands}, q.request())
}

// decide answers a settled question. What Cedar is given is held against the schema first, as the text was.
func (rs *rules) decide(q Question) Decision {
	if err := rs.known.holds(q.Subject.person(), q.request()); err != nil {
		return Decision{Doubt: true, Why: fmt.Sprintf("Refused, since in doubt: the question is not one of the schema: %v.", err)}
	}
	answer, diag := rs.ask(q)
	d := Decision{Policies: decided(diag)}
	switch {
	case len(diag.Errors) > 0:
		d.Doubt, d.Policies = true, []string{string(diag.Errors[0].PolicyID)}
		d.Why = fmt.Sprintf("Refused, since in doubt: the policy %s cannot be evaluated: %s.",
			diag.Errors[0].PolicyID, diag.Errors[0].Message)
	case answer == cedar.Allow:
		d.Allowed = true
		d.Why = "Allowed by " + strings.Join(d.Policies, ", ") + "."
	case len(d.Policies) > 0:
		d.Why = rs.why(cedar.PolicyID(d.Policies[0]))
	default:
		d.Why = rs.whoCould(q)
	}
	return d
}

func decided(diag cedar.Diagnostic) (ids []string) {
	for _, r := range diag.Reasons {
		ids = append(ids, string(r.PolicyID))
	}
	slices.Sort(ids)
	return ids
}

// whoCould says which roles would be allowed what this person is not.
func (rs *rules) whoCould(q Question) string {
	var could []string
	request, who := q.request(), q.Subject
	for _, role := range model.Roles() {
		who.Roles = []model.Role{role}
		answer, diag := cedar.Authorize(rs.about[q.Verb], &world{person: who.person(), commands: rs.commands}, request)
		if answer == cedar.Allow && len(diag.Errors) == 0 {
			could = append(could, string(role))
		}
	}
	has := "has no role"
	if len(q.Subject.Roles) > 0 {
		has = "is " + listOf(q.Subject.Roles, "and")
	}
	if len(could) == 0 {
		return fmt.Sprintf("Under this policy no role alone opens this: %s. This person %s.", q.deed(), has)
	}
	return fmt.Sprintf("%s is for %s; this person %s.", upperFirst(q.deed()), listOf(could, "or"), has)
}

// deed says what the question is about: "signing suspend on a government account".
func (q Question) deed() string {
	doing := map[Verb]string{VerbRequest: "requesting", VerbSign: "signing", VerbVeto: "vetoing", VerbDecline: "declining",
		VerbSee: "seeing the desk"}[q.Verb]
	if q.Verb != VerbSee {
		doing += " " + string(q.Command)
	}
	if q.Class != noClass {
		doing += " on " + accountOf(q.Class)
	}
	return doing
}

// accountOf names an account by its class: "a government account".
func accountOf(c model.Class) string {
	return "a " + strings.ReplaceAll(string(c), "_", "-") + " account"
}

// listOf joins words as people do: "a, b or c".
func listOf[S ~string](words []S, last string) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" " + last + " ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
