package model

import (
	"slices"
	"time"
)

// Role is what a member of staff may do.
type Role string

// The roles.
const (
	RoleAgent             Role = "agent"
	RoleLead              Role = "lead"
	RoleSecurity          Role = "security"
	RoleGovernmentAffairs Role = "government_affairs"
	RoleAdmin             Role = "admin"
	RoleAuditor           Role = "auditor" // sees everything, turns no key
)

// Roles lists the roles.
func Roles() []Role {
	return []Role{RoleAgent, RoleLead, RoleSecurity, RoleGovernmentAffairs, RoleAdmin, RoleAuditor}
}

// ParseRole checks a role; field names the input in the error.
func ParseRole(field, s string) (Role, error) {
	if r := Role(s); slices.Contains(Roles(), r) {
		return r, nil
	}
	return "", Invalid(field, "must be one of %s", Names(Roles()))
}

// EmploymentKind says how a person is employed.
type EmploymentKind string

// The kinds of employment.
const (
	Employee   EmploymentKind = "employee"
	Contractor EmploymentKind = "contractor"
)

// EmploymentStatus is where a person's employment stands.
type EmploymentStatus string

// The states of employment.
const (
	EmploymentActive EmploymentStatus = "active"
	EmploymentNotice EmploymentStatus = "notice"
	EmploymentEnded  EmploymentStatus = "ended"
)

// LeaverWindow is how long before a known end date a person counts as a leaver (law 3).
const LeaverWindow = 14 * 24 * time.Hour

// Employment says what a person is to the company, and until when.
type Employment struct {
	Kind   EmploymentKind
	Status EmploymentStatus
	EndsAt time.Time // zero: no known end
}

// Ended reports whether the employment is over at t: by its status, or because its end date has passed.
func (e Employment) Ended(t time.Time) bool {
	return e.Status == EmploymentEnded || !e.EndsAt.IsZero() && !t.Before(e.EndsAt)
}

// Leaver reports whether a person so employed turns no key on what is protected at t (law 3). Only what is plainly
// an active employment far from its end is not a leaver's: doubt makes a leaver.
func (e Employment) Leaver(t time.Time) bool {
	if e.Status != EmploymentActive {
		return true
	}
	switch e.Kind {
	case Employee:
		return !e.EndsAt.IsZero() && !t.Before(e.EndsAt.Add(-LeaverWindow))
	case Contractor:
		return e.EndsAt.IsZero() || !t.Before(e.EndsAt.Add(-LeaverWindow))
	}
	return true
}

// Person is one human who works at the desk, whatever number of logins they have. Keys count by person.
type Person struct {
	ID         ID
	Name       string
	Team       string
	Employment Employment
	Grants     []RoleGrant // the roles held now
	Leaf       int64
}

// RoleGrant is one role of one person, and who asked for it.
type RoleGrant struct {
	ID        ID
	Person    ID
	Role      Role
	Sponsor   ID // the person who requested the grant; counts as the same human for SponsorWindow (law 4)
	GrantedAt time.Time
	RevokedAt time.Time
	Leaf      int64
}

// SponsorWindow is how long a sponsor counts as the same human as the person sponsored (law 4).
const SponsorWindow = 30 * 24 * time.Hour

// Has reports whether the person holds the role.
func (p Person) Has(r Role) bool {
	return slices.ContainsFunc(p.Grants, func(g RoleGrant) bool { return g.Role == r && g.RevokedAt.IsZero() })
}

// RoleSet lists the roles that the person holds, each once.
func (p Person) RoleSet() []Role {
	var held []Role
	for _, r := range Roles() {
		if p.Has(r) {
			held = append(held, r)
		}
	}
	return held
}

// Login is one way in which a person signs in.
type Login struct {
	ID     ID
	Person ID
	Name   string // unique; lower case
	Leaf   int64
}

// Credential is one WebAuthn authenticator of a login.
type Credential struct {
	ID         ID
	Login      ID
	Person     ID
	Name       string // what its owner calls it
	Handle     []byte // the WebAuthn credential ID
	PublicKey  []byte // COSE key
	AAGUID     []byte
	Sponsor    ID // the person who requested the enrolment
	InvitedBy  ID // the person who sent the invitation that it was made with
	EnrolledAt time.Time
	RevokedAt  time.Time
	Leaf       int64
}
