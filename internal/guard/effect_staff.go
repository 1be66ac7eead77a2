package guard

import (
	"context"
	"slices"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// grantRole gives a role or takes it. A grant for somebody new makes the person and the login in the same transaction.
func grantRole(ctx context.Context, p *store.PrivTx, q model.Request, d deed) error {
	role := model.Role(d.cmd.Params[paramRole])
	person := d.cmd.Person
	if person == 0 {
		m, err := newcomer(d.cmd.Params, p.Now())
		if err != nil {
			return err
		}
		m.ID = p.NextID()
		if err := p.PutPerson(ctx, m); err != nil {
			return err
		}
		login := model.Login{ID: p.NextID(), Person: m.ID, Name: d.cmd.Params[paramLogin]}
		if err := p.PutLogin(ctx, login); err != nil {
			return err
		}
		person = m.ID
	}
	if d.cmd.Params[paramRevoke] != "true" {
		return p.PutGrant(ctx, model.RoleGrant{ID: p.NextID(), Person: person, Role: role, Sponsor: q.Requester, GrantedAt: p.Now()})
	}
	held, err := p.Person(ctx, person)
	if err != nil {
		return err
	}
	for _, grant := range held.Grants {
		if grant.Role == role {
			grant.RevokedAt = p.Now()
			if err := p.PutGrant(ctx, grant); err != nil {
				return err
			}
		}
	}
	return nil
}

// setEmployment changes an employment. Whoever becomes a leaver by it has their open requests withdrawn; at the end
// every session and credential dies too, in this transaction (law 3).
func setEmployment(ctx context.Context, p *store.PrivTx, d deed) error {
	m, err := p.Person(ctx, d.cmd.Person)
	if err != nil {
		return err
	}
	if m.Employment, err = nextEmployment(m.Employment, d.cmd.Params); err != nil {
		return err
	}
	if m.Employment.Ended(p.Now()) {
		m.Employment.Status = model.EmploymentEnded
	}
	if err := p.PutPerson(ctx, m); err != nil {
		return err
	}
	return afterEmployment(ctx, p, m, leaving)
}

// leaving is what becomes of the requests of somebody who does.
const leaving = "its requester is leaving"

// afterEmployment does what law 3 has follow from a person's employment: why is the outcome of the requests that are
// withdrawn.
func afterEmployment(ctx context.Context, p *store.PrivTx, m model.Person, why string) error {
	if m.Employment.Leaver(p.Now()) {
		open, err := p.OpenRequestsBy(ctx, m.ID)
		if err != nil {
			return err
		}
		if err := withdrawAll(ctx, p, open, why); err != nil {
			return err
		}
	}
	if !m.Employment.Ended(p.Now()) {
		return nil
	}
	credentials, err := p.CredentialsOf(ctx, m.ID)
	if err != nil {
		return err
	}
	for _, c := range credentials {
		c.RevokedAt = p.Now()
		if err := p.PutCredential(ctx, c); err != nil {
			return err
		}
	}
	return p.EndStaffSessionsOf(ctx, m.ID)
}

// withdrawAll withdraws open requests.
func withdrawAll(ctx context.Context, p *store.PrivTx, open []model.Request, why string) error {
	for _, q := range open {
		if err := closeRequest(ctx, p, q, approval.Withdraw, why); err != nil {
			return err
		}
	}
	return nil
}

// enrollCredential gives a login its passkey, or revokes one.
func enrollCredential(ctx context.Context, p *store.PrivTx, q model.Request, d deed) error {
	if s, ok := d.cmd.Params[paramRevoke]; ok {
		id, err := model.ParseID("params.revoke", s)
		if err != nil {
			return err
		}
		c, err := p.Credential(ctx, id)
		if err != nil {
			return err
		}
		c.RevokedAt = p.Now()
		return p.PutCredential(ctx, c)
	}
	id, err := model.ParseID("params.enrolment", d.cmd.Params[paramEnrolment])
	if err != nil {
		return err
	}
	e, err := p.Enrolment(ctx, id)
	if err != nil {
		return err
	}
	logins, err := p.LoginsOf(ctx, e.Person)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(logins, func(l model.Login) bool { return l.Name == e.Login })
	if i < 0 {
		return model.Errorf(model.KindConflict, "the login %s is not this person's any more", e.Login)
	}
	if err := p.UseEnrolment(ctx, e.ID); err != nil {
		return err
	}
	return p.PutCredential(ctx, model.Credential{ID: p.NextID(), Login: logins[i].ID, Person: e.Person, Name: e.Name,
		Handle: e.Handle, PublicKey: e.PublicKey, AAGUID: e.AAGUID, Sponsor: q.Requester,
		InvitedBy: e.InvitedBy, EnrolledAt: p.Now()})
}
