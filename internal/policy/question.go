package policy

import (
	"fmt"
	"slices"

	"keyturn/internal/model"
)

// Verb is what somebody wants to do about a command.
type Verb string

// The verbs.
const (
	VerbRequest Verb = "request" // submit the command
	VerbSign    Verb = "sign"    // turn a key on a request for it, or stand for it by a session
	VerbVeto    Verb = "veto"    // stop a request for it before it takes effect
	VerbDecline Verb = "decline" // say no to a request for it that still waits for keys
	VerbSee     Verb = "see"     // read cases and requests at the desk
)

// Verbs lists the verbs.
func Verbs() []Verb { return []Verb{VerbRequest, VerbSign, VerbVeto, VerbDecline, VerbSee} }

// Subject is who asks, as far as policy may know: nobody is named.
type Subject struct {
	Roles  []model.Role
	Team   string
	Kind   model.EmploymentKind
	Status model.EmploymentStatus
	Leaver bool // model.Employment.Leaver; whoever is not active is one, whatever this says
}

// Question is one point of the closed, finite space that policy speaks about.
type Question struct {
	Verb    Verb
	Subject Subject
	// Command is what is to be done or, for VerbVeto and VerbDecline, stopped. It is not looked at for VerbSee.
	Command model.CommandKind
	// Class is the account's. It must be there where the command is aimed at an account or a post, and is not looked at
	// where it is aimed at anything else; for VerbSee it is "" where no account is concerned.
	Class   model.Class
	HasCase bool // a case about the account is named
	Hour    int  // of the day in UTC, 0 to 23
}

// noClass is the class that Cedar sees where no account is concerned.
const noClass model.Class = "none"

// settled is the question with what is not looked at taken out, so that two questions that Cedar cannot tell apart are
// equal. The error says in words why a question is outside the space; such a question is refused.
func (q Question) settled() (Question, error) {
	s := q.Subject
	if i := slices.IndexFunc(s.Roles, func(r model.Role) bool { return !slices.Contains(model.Roles(), r) }); i >= 0 {
		return q, fmt.Errorf("%q is no role", s.Roles[i])
	}
	switch {
	case !slices.Contains(Verbs(), q.Verb):
		return q, fmt.Errorf("%q is nothing that a policy decides", q.Verb)
	case s.Kind != model.Employee && s.Kind != model.Contractor:
		return q, fmt.Errorf("%q is no kind of employment", s.Kind)
	case !slices.Contains(statuses(), s.Status):
		return q, fmt.Errorf("%q is no state of an employment", s.Status)
	case q.Hour < 0 || q.Hour > 23:
		return q, fmt.Errorf("%d is no hour of the day", q.Hour)
	}
	q.Subject.Leaver = s.Leaver || s.Status != model.EmploymentActive
	return q.settledTarget()
}

// settledTarget settles what the question is about.
func (q Question) settledTarget() (Question, error) {
	info, known := model.InfoOf(q.Command)
	classless := info.Target != model.TargetAccount && info.Target != model.TargetPost
	switch {
	case q.Verb == VerbSee:
		q.Command, classless = "", q.Class == ""
	case !known:
		return q, fmt.Errorf("%q is no command", q.Command)
	case q.Command == model.CmdVeto || q.Command == model.CmdDecline:
		return q, fmt.Errorf("%s is decided by what it is to stop, and asked about as a verb", q.Command)
	case q.Command == model.CmdWithdraw && q.Verb != VerbRequest:
		return q, fmt.Errorf("nothing waits for keys when a request is withdrawn")
	}
	if classless {
		q.Class = noClass
	} else if q.Class.Rank() < 0 {
		return q, fmt.Errorf("%q is no class of account", q.Class)
	}
	return q, nil
}

func statuses() []model.EmploymentStatus {
	return []model.EmploymentStatus{model.EmploymentActive, model.EmploymentNotice, model.EmploymentEnded}
}
