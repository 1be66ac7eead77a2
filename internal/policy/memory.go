package policy

import (
	"slices"
	"sync"
	"sync/atomic"

	"keyturn/internal/model"
)

// maxRemembered bounds how many answers a bundle keeps, each about 300 bytes.
const maxRemembered = 1 << 15

// memory is what a text was asked before. A text never changes and its questions are few, so that an answer stands.
type memory struct {
	answers sync.Map // asked → Decision
	kept    atomic.Int64
}

// asked is a question without what the text does not look at: questions that it cannot tell apart are one.
type asked struct {
	verb    Verb
	command model.CommandKind
	class   model.Class
	roles   uint8 // a bit for each of model.Roles
	team    string
	kind    model.EmploymentKind
	status  model.EmploymentStatus
	leaver  bool
	onCase  bool
	hour    int
}

// askedOf is the place of a settled question among those that the text can tell apart. Roles, command and class stay
// whole: refusals name them.
func (rs *rules) askedOf(q Question) asked {
	s := q.Subject
	a := asked{verb: q.Verb, command: q.Command, class: q.Class, kind: s.Kind, status: s.Status, leaver: s.Leaver}
	for bit, role := range model.Roles() {
		if slices.Contains(s.Roles, role) {
			a.roles |= 1 << bit
		}
	}
	if rs.said.entities[uid(typeTeam, s.Team)] {
		a.team = s.Team
	}
	if rs.said.names[attrHasCase] {
		a.onCase = q.HasCase
	}
	if rs.said.names[attrHour] {
		a.hour = q.Hour
	}
	return a
}

// remembered answers a settled question, from memory where the text has answered it before.
func (rs *rules) remembered(q Question) Decision {
	at := rs.askedOf(q)
	if d, ok := rs.memory.answers.Load(at); ok {
		d := d.(Decision)
		d.Policies = slices.Clone(d.Policies)
		return d
	}
	d := rs.decide(q)
	if rs.memory.kept.Add(1) <= maxRemembered {
		kept := d
		kept.Policies = slices.Clone(d.Policies)
		rs.memory.answers.Store(at, kept)
	}
	return d
}
