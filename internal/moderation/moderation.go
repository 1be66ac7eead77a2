package moderation

import (
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Moderation works on cases. It is safe for concurrent use.
type Moderation struct {
	st  *store.Store
	now func() time.Time
}

// New makes a Moderation over a store.
func New(st *store.Store, now func() time.Time) *Moderation {
	return &Moderation{st: st, now: now}
}

// Works reports whether a person works on cases now.
func (m *Moderation) Works(p model.Person) bool { return works(p, m.now()) == nil }

// works says whether a person works on cases: those who moderate do, unless they are leaving.
func works(p model.Person, now time.Time) error {
	moderates := p.Has(model.RoleAgent) || p.Has(model.RoleLead) || p.Has(model.RoleSecurity) || p.Has(model.RoleGovernmentAffairs)
	if !moderates {
		return model.Errorf(model.KindForbidden, "agents, leads, security and government affairs work on cases")
	}
	if p.Employment.Leaver(now) {
		return model.Errorf(model.KindForbidden, "a person who is leaving works on no case")
	}
	return nil
}
