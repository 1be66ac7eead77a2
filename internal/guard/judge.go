package guard

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// verdict is what the guard thinks of a request with the keys that were turned on it.
type verdict struct {
	deed     deed
	need     model.Requirement
	missing  approval.Missing
	refusal  *model.Error              // why it cannot be done, whoever signs; nil when it can
	counted  []model.Key               // the keys that stand
	void     map[model.ID]*model.Error // why a person's key does not
	undo     bool                      // a one-key undo (law 9)
	confirms *store.Freeze             // for a freeze: the one that is on, which it confirms (law 10)
}

// court is one sitting: the transaction and the moment in which things are decided. The same court sits when a request
// is made, when a key is turned, when the request takes effect, and when somebody only asks.
type court struct {
	g     *Guard
	r     store.Reads
	b     *policy.Bundle // nil when the policy in force cannot be had; why says why
	hash  string         // of the policy in force
	why   error
	now   time.Time
	doubt doubts
	known map[model.ID]*member
}

func (g *Guard) sit(ctx context.Context, r store.Reads, now, last time.Time) (*court, error) {
	hash, err := r.PolicyHash(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the policy in force: %w", err)
	}
	c := &court{g: g, r: r, hash: cmp.Or(hash, "none"), now: now, known: map[model.ID]*member{},
		doubt: doubts{last: last, jumped: g.clock.jumped(g.now()), rows: g.database.why()}}
	c.b, c.why = g.policyNamed(ctx, r, hash)
	return c, nil
}

// convene is a sitting in a privileged transaction.
func (g *Guard) convene(ctx context.Context, p *store.PrivTx) (*court, error) {
	c, err := g.sit(ctx, p.Reads, p.Now(), p.Previous())
	if err == nil && c.doubt.jumped {
		p.DoubtClock()
	}
	return c, err
}

// judge decides: laws, then policy, then whose keys stand. The error it returns is trouble (the store, a broken row),
// which refuses what harms or governs; a refusal stands in the verdict.
func (c *court) judge(ctx context.Context, q model.Request, keys []model.Key) (verdict, error) {
	v, err := c.weigh(ctx, q)
	if err != nil || v.refusal != nil {
		return v, err
	}
	return c.count(ctx, v, q, keys)
}

// weigh is all of it that does not depend on the keys.
func (c *court) weigh(ctx context.Context, q model.Request) (verdict, error) {
	d, err := c.look(ctx, q.Command, q.CreatedAt)
	if err != nil {
		return verdict{deed: d}, err
	}
	v := verdict{deed: d}
	requester, err := c.member(ctx, q.Requester)
	if err != nil {
		return v, err
	}
	if v.deed.info.Group == model.GroupDarken && c.b != nil {
		v.deed.target.Budget = c.b.Budget(requester.RoleSet()...).ReachPerDay
	}
	if v.deed.takes() {
		if v.deed.taken, err = c.r.TakenFrom(ctx, q.Requester, d.cmd.Person, c.now.Add(-takingDay)); err != nil {
			return v, err
		}
	}
	if len(d.lifts) > 0 {
		if v.undo, err = c.weighRestore(ctx, &v.deed, q.Requester); err != nil {
			return v, err
		}
	}
	if v.refusal, err = c.mayHappen(ctx, v.deed, requester.Person); err != nil || v.refusal != nil {
		return v, err
	}
	if v.need, err = require(v.deed, c.b); err != nil {
		return v.refuse(err)
	}
	v.undo = v.undo && v.need.Keys == 1
	return v, nil
}

// count is the rest: whose keys stand, what is missing, and whether those who do it may do so much.
func (c *court) count(ctx context.Context, v verdict, q model.Request, keys []model.Key) (verdict, error) {
	v.void = map[model.ID]*model.Error{}
	holders, err := c.stand(ctx, &v, q, keys)
	if err != nil {
		return v, err
	}
	v.missing = approval.Tally(v.need, holders)
	v.refusal, err = c.charge(ctx, v, q.Requester)
	return v, err
}

// refuse turns an error of the laws into the verdict's refusal; any other error is trouble.
func (v verdict) refuse(err error) (verdict, error) {
	if e, ok := err.(*model.Error); ok && e.Law != "" {
		v.refusal = e
		return v, nil
	}
	return v, err
}

// mayHappen asks what does not depend on the keys: the clock, the requester, the policy, a freeze.
func (c *court) mayHappen(ctx context.Context, d deed, requester model.Person) (*model.Error, error) {
	if e := failClosed(d, c.now, c.doubt); e != nil {
		return e, nil
	}
	if e := neverInBulk(d); e != nil {
		return e, nil
	}
	if e := heldInTheDark(d, PurgeHold/time.Duration(c.g.settings.WaitDivisor), c.now); e != nil {
		return e, nil
	}
	if e := leaversHoldNoKeys(d, requester, c.now); e != nil {
		return e, nil
	}
	s, err := c.stakeOf(ctx, d, requester.ID)
	if err != nil {
		return nil, err
	}
	if e := nobodyInTheirOwnCase(d, s); e != nil {
		return e, nil
	}
	if e := c.ask(policy.VerbRequest, d, requester); e != nil {
		return e, nil
	}
	if e, err := c.otherEyes(ctx, d, requester.ID); e != nil || err != nil {
		return e, err
	}
	if !d.harms() {
		return nil, nil
	}
	freezes, err := c.r.OpenFreezes(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading freezes: %w", err)
	}
	return frozen(d, freezes, c.now), nil
}

// ask puts a question to the policy.
func (c *court) ask(verb policy.Verb, d deed, p model.Person) *model.Error {
	if c.b == nil {
		return inDoubt(d, p, fmt.Sprintf("the policy in force cannot be had: %v", c.why))
	}
	dec := c.b.Decide(policy.Question{Verb: verb, Command: d.cmd.Kind, Class: d.strictest, HasCase: d.cmd.Case != 0,
		Hour: c.now.Hour(), Subject: policy.Subject{Roles: p.RoleSet(), Team: p.Team, Kind: p.Employment.Kind,
			Status: p.Employment.Status, Leaver: p.Employment.Leaver(c.now)}})
	switch {
	case dec.Allowed:
		return nil
	case dec.Doubt:
		return inDoubt(d, p, dec.Why)
	}
	return &model.Error{Kind: model.KindForbidden, Message: dec.Why}
}
