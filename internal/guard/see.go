package guard

import (
	"context"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// See reports whether a person may read cases, requests and the ledger's private parts, by the policy in force.
func (g *Guard) See(ctx context.Context, p model.Person) error {
	c, err := g.sit(ctx, g.st.Reads, g.now().UTC(), time.Time{})
	if err != nil {
		return err
	}
	if e := c.ask(policy.VerbSee, deed{}, p); e != nil {
		return e
	}
	return nil
}

// Strictest is the class whose requirements hold for an account at t.
func Strictest(c store.AccountClass, t time.Time) model.Class { return classTravels(c, t) }
