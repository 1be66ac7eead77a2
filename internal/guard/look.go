package guard

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// Bounds of looking at what is private of an account.
const (
	LookWindow   = time.Hour // for how long the requester may read after the request took effect
	LooksPerDay  = 20        // requests that one person makes or signs, over a sliding day
	LookReadings = 50        // readings by one request; each is an entry of the ledger
	lookDay      = 24 * time.Hour
)

// readLook holds a command to look to its case: it must be there, and open.
func (c *court) readLook(ctx context.Context, d *deed) error {
	d.row = policy.RowViewPrivate
	if d.cmd.Case == 0 {
		return model.Invalid("case", "is needed: what is private is looked at on an open case about that account")
	}
	onCase, err := c.r.Case(ctx, d.cmd.Case)
	if err == nil && onCase.State != model.CaseOpen {
		err = model.Errorf(model.KindConflict, "case %s is resolved: what is private is looked at on an open case", onCase.ID)
	}
	return err
}

// fewLooks bounds how much one person sees or has others see: whoever asks for a look and whoever turns a key on it.
func fewLooks(p model.Person, looks int64) *model.Error {
	if looks < LooksPerDay {
		return nil
	}
	return model.Refused(LawBounded, "%s has had a part in %d looks at private things within a day, of %d", p.Name, looks, LooksPerDay)
}

// mayLook asks whether the requester and every key-holder have a look left.
func (c *court) mayLook(ctx context.Context, v verdict, requester model.ID) (*model.Error, error) {
	for _, id := range v.payers(requester) {
		m, err := c.member(ctx, id)
		if err != nil {
			return nil, err
		}
		looks, err := c.r.LooksBy(ctx, id, c.now.Add(-lookDay))
		if err != nil {
			return nil, err
		}
		if e := fewLooks(m.Person, looks); e != nil {
			return e, nil
		}
	}
	return nil, nil
}

// openLook lets the requester look from now on, and counts it on everyone who stands behind it.
func openLook(ctx context.Context, p *store.PrivTx, q model.Request, v verdict) error {
	for _, person := range v.payers(q.Requester) {
		err := p.PutLook(ctx, store.Look{ID: p.NextID(), Request: q.ID, Person: person, Account: q.Command.Account, Case: q.Command.Case,
			At: p.Now(), EndsAt: p.Now().Add(LookWindow)})
		if err != nil {
			return err
		}
	}
	return nil
}

// Private is what is private of an account. There are no addresses in it: the network keeps none of its members'.
type Private struct {
	Account  model.Account
	Email    string // "" when nobody can sign in to the account
	Posts    []model.Post
	EndsAt   time.Time // when the look is over
	Readings int64     // with this one
	Leaf     int64     // the entry that records this reading
}

// Look reads what is private of the account that a request of this person is about: its e-mail address, and its posts for
// followers or the mentioned in a range. Each reading is an entry of the ledger, and is answered only when that is
// committed: what cannot be recorded cannot be seen. It is decided again each time: the person, the policy, the case and
// the account's class.
func (g *Guard) Look(ctx context.Context, a Actor, request model.ID, within store.Range) (Private, error) {
	if err := historyStands(g.broken(), model.CmdViewPrivate); err != nil {
		return Private{}, err
	}
	var seen Private
	var refusal *model.Error
	err := g.st.Privileged(ctx, func(p *store.PrivTx) (err error) {
		seen = Private{}
		q, look, err := openLookOf(ctx, p, a, request)
		if err != nil {
			return err
		}
		if refusal, err = g.mayRead(ctx, p, a, q); err != nil {
			return err
		}
		if refusal != nil {
			refuseEntry(p, q, a, refusal)
			return nil
		}
		look.Readings++
		p.Entry.Facts = facts(ledger.EventLooked, q, a)
		if err := p.PutLook(ctx, look); err != nil {
			return err
		}
		seen, err = readPrivate(ctx, p, look, within)
		return err
	})
	if err == nil && refusal != nil {
		refusal.Request = request
		err = refusal
	}
	if err != nil {
		return Private{}, err
	}
	return seen, nil
}

// openLookOf finds the look that a person may read with.
func openLookOf(ctx context.Context, p *store.PrivTx, a Actor, request model.ID) (q model.Request, look store.Look, err error) {
	if q, err = p.Request(ctx, request); err != nil {
		return q, look, err
	}
	switch {
	case q.Command.Kind != model.CmdViewPrivate:
		return q, look, model.Errorf(model.KindConflict, "the request is to %s, not to look at what is private", q.Command.Kind)
	case q.State != model.StateExecuted:
		return q, look, model.Errorf(model.KindConflict, "the request is %s", q.State)
	}
	look, err = p.Look(ctx, request, q.Requester)
	switch {
	case err != nil:
	case !p.Now().Before(look.EndsAt):
		err = model.Errorf(model.KindConflict, "the look is over since %s: another takes another request", look.EndsAt.Format(time.RFC3339))
	case look.Readings >= LookReadings:
		err = model.Errorf(model.KindTooMany, "there were %d readings by this request: more take another one", look.Readings)
	}
	return q, look, err
}

// mayRead decides again whether a person may read by a request that took effect.
func (g *Guard) mayRead(ctx context.Context, p *store.PrivTx, a Actor, q model.Request) (*model.Error, error) {
	if q.Requester != a.Person {
		return model.Errorf(model.KindForbidden, "only who asked for a look can read by it"), nil
	}
	c, err := g.convene(ctx, p)
	if err != nil {
		return nil, err
	}
	q.Command.Reason = "asked for already"
	d, err := c.look(ctx, q.Command, q.CreatedAt)
	if err != nil {
		return nil, err
	}
	if d.class != q.Target.Class || d.strictest != q.Target.Strictest {
		return model.Refused(LawSigned, "the account's class has changed since this was requested: request it again"), nil
	}
	m, err := c.member(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	return c.mayHappen(ctx, d, m.Person)
}

// readPrivate reads in the transaction that records it.
func readPrivate(ctx context.Context, p *store.PrivTx, look store.Look, within store.Range) (seen Private, err error) {
	seen = Private{EndsAt: look.EndsAt, Readings: look.Readings, Leaf: p.Leaf()}
	if seen.Account, err = p.Account(ctx, look.Account); err != nil {
		return seen, err
	}
	c, err := p.Credentials(ctx, look.Account)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return seen, fmt.Errorf("reading what is private: %w", err)
	}
	seen.Email = c.Email
	seen.Posts, err = p.PrivatePostsOf(ctx, look.Account, within)
	return seen, err
}
