package policy

import "keyturn/internal/model"

// Verb is what somebody wants to do with a command.
type Verb string

// The verbs.
const (
	VerbRequest Verb = "request" // submit the command
	VerbSign    Verb = "sign"    // turn a key on a request for it, or stand for it by a session
	VerbVeto    Verb = "veto"    // stop a request for it during its wait
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
	Leaver bool // model.Employment.Leaver; whoever is not active is one whatever this says
}

// Question is one point of the closed, finite space that policy speaks about.
type Question struct {
	Verb    Verb
	Subject Subject
	Command model.CommandKind // not looked at for VerbSee; for VerbVeto and VerbDecline that of the request to be stopped
	Class   model.Class       // of the account; needed where the command is aimed at an account or post, "" where there is none
	HasCase bool              // a case about the account is named
	Hour    int               // of the day in UTC, 0 to 23
}

// Decision is the answer to a Question.
type Decision struct {
	Allowed  bool
	Policies []string // the @id of each Cedar policy that decided, sorted; empty when none did
	Why      string   // in words for the person who asked
}
