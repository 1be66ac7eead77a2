package guard

import (
	"context"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// See reports whether a person may read cases, requests and the ledger's private parts, by the policy in force. While that
// cannot say, those may who restore by their office (law 12): they have to see what there is to restore.
func (g *Guard) See(ctx context.Context, p model.Person) error {
	c, err := g.sit(ctx, g.st.Reads, g.now().UTC(), time.Time{})
	if err != nil {
		return err
	}
	e := c.ask(policy.VerbSee, deed{}, p)
	if e == nil || e.Law == LawFailClosed && restoresByOffice(p) {
		return nil
	}
	return e
}

// Strictest is the class whose requirements hold for an account at t.
func Strictest(c store.AccountClass, t time.Time) model.Class { return classTravels(c, t) }

// Linked is the member of staff whose an account is now, as the actor for whom an app acts: no login, whose passkey signs
// nothing. It is forbidden to whoever is none, does not work here any more, or may not see.
func (g *Guard) Linked(ctx context.Context, account model.ID) (Actor, model.Person, error) {
	none := model.Errorf(model.KindForbidden, "this account is not one of the staff's")
	id, err := g.st.PersonOfAccount(ctx, account)
	if model.KindOf(err) == model.KindNotFound {
		return Actor{}, model.Person{}, none
	}
	if err != nil {
		return Actor{}, model.Person{}, err
	}
	p, err := g.st.Person(ctx, id)
	if err != nil {
		return Actor{}, p, err
	}
	if p.Employment.Ended(g.now()) {
		return Actor{}, p, none
	}
	return Actor{Person: id}, p, g.See(ctx, p)
}
