package desk

import (
	"context"

	"keyturn/internal/audit"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// rights are what somebody may do by the policy in force, as far as that is certain beforehand: pages offer nobody what
// their roles, or their leaving, exclude. The guard decides again when it is asked for.
type rights struct {
	bundle  *policy.Bundle // nil: not known
	subject policy.Subject
	hour    int
}

func (d *desk) rightsOf(ctx context.Context, who caller) (rights, error) {
	p := who.person
	r := rights{hour: d.Now().UTC().Hour(), subject: policy.Subject{Roles: p.RoleSet(), Team: p.Team, Kind: p.Employment.Kind,
		Status: p.Employment.Status, Leaver: p.Employment.Leaver(d.Now())}}
	hash, err := d.Store.PolicyHash(ctx)
	if err != nil {
		return r, err
	}
	if r.bundle = d.inForce.Load(); r.bundle != nil && r.bundle.Hash() == hash {
		return r, nil
	}
	// One that is not there, or that this program cannot read, decides nothing here: everything is offered, and the guard
	// refuses, or has those restore who do so by their office.
	inForce, err := audit.PolicyNamed(ctx, d.Store.Reads, "")
	if model.KindOf(err) == model.KindNotFound {
		r.bundle = nil
		return r, nil
	}
	if err != nil {
		return r, err
	}
	if r.bundle, err = policy.Parse(inForce.Document); err == nil {
		d.inForce.Store(r.bundle)
	}
	return r, nil
}

// may reports whether the policy lets them, on an account of a class where the command is on one. In doubt it says yes.
func (r rights) may(verb policy.Verb, kind model.CommandKind, class model.Class) bool {
	return r.whyNot(verb, kind, class) == ""
}

// whyNot says why the policy does not let them; empty when it does, or may.
func (r rights) whyNot(verb policy.Verb, kind model.CommandKind, class model.Class) string {
	if r.bundle == nil {
		return ""
	}
	answer := r.bundle.Decide(policy.Question{Verb: verb, Command: kind, Class: class, HasCase: true, Hour: r.hour, Subject: r.subject})
	if answer.Allowed || answer.Doubt {
		return ""
	}
	return answer.Why
}
