package guard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// verdict is what the guard thinks of a request with the keys that were turned on it.
type verdict struct {
	deed    deed
	need    model.Requirement
	missing approval.Missing
	refusal *model.Error              // why it cannot be done, whoever signs; nil when it can
	counted []model.Key               // the keys that stand
	void    map[model.ID]*model.Error // why a person's key does not
	undo    bool                      // a one-key undo (law 9)
}

// court is one sitting: the transaction and the moment in which things are decided. The same court sits when a request
// is made, when a key is turned, when the request takes effect, and when somebody only asks.
type court struct {
	g      *Guard
	r      store.Reads
	b      *policy.Bundle
	now    time.Time
	last   time.Time // of the ledger's newest entry
	jumped bool
}

func (g *Guard) sit(ctx context.Context, r store.Reads, now, last time.Time) (*court, error) {
	b, err := g.policyOf(ctx, r)
	if err != nil {
		return nil, err
	}
	return &court{g: g, r: r, b: b, now: now, last: last, jumped: g.clock.jumped(g.now())}, nil
}

// judge decides: laws, then policy, then whose keys stand. The error it returns is trouble (the store, a broken row),
// which refuses what harms or governs; a refusal stands in the verdict.
func (c *court) judge(ctx context.Context, q model.Request, keys []model.Key) (verdict, error) {
	d, err := c.g.look(ctx, c.r, q.Command, c.now)
	if err != nil {
		return verdict{deed: d}, err
	}
	v := verdict{deed: d, void: map[model.ID]*model.Error{}}
	requester, err := c.r.Person(ctx, q.Requester)
	if err != nil {
		return v, fmt.Errorf("reading the requester: %w", err)
	}
	if d.cmd.Kind == model.CmdRestore {
		if v.undo, err = v.deed.weighRestore(ctx, c.r, q.Requester, c.now); err != nil {
			return v, err
		}
	}
	if v.refusal, err = c.mayHappen(ctx, v.deed, requester); err != nil || v.refusal != nil {
		return v, err
	}
	if v.need, err = require(v.deed, c.b); err != nil {
		return v.refuse(err)
	}
	holders, err := c.stand(ctx, &v, q, keys)
	if err != nil {
		return v, err
	}
	v.missing = approval.Tally(v.need, holders)
	v.refusal, err = c.charge(ctx, v, requester)
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
	if e := failClosed(d, c.now, c.last, c.jumped, c.g.closed.Load()); e != nil {
		return e, nil
	}
	if e := leaversHoldNoKeys(d, requester, c.now); e != nil {
		return e, nil
	}
	if e := c.ask(policy.VerbRequest, d, requester); e != nil {
		return e, nil
	}
	freezes, err := c.r.OpenFreezes(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading freezes: %w", err)
	}
	if e := frozen(d, freezes, c.now); e != nil {
		return e, nil
	}
	if d.cmd.Kind == model.CmdUnfreeze && !slices.ContainsFunc(freezes, func(f store.Freeze) bool { return f.Active(c.now) }) {
		return model.Errorf(model.KindConflict, "there is no freeze to end"), nil
	}
	return nil, nil
}

// ask puts a question to the policy.
func (c *court) ask(verb policy.Verb, d deed, p model.Person) *model.Error {
	dec := c.b.Decide(policy.Question{Verb: verb, Command: d.cmd.Kind, Class: d.strictest, HasCase: d.cmd.Case != 0,
		Hour: c.now.Hour(), Subject: policy.Subject{Roles: p.RoleSet(), Team: p.Team, Kind: p.Employment.Kind,
			Status: p.Employment.Status, Leaver: p.Employment.Leaver(c.now)}})
	if dec.Allowed {
		return nil
	}
	return &model.Error{Kind: model.KindForbidden, Message: dec.Why}
}

// stand keeps the keys that count: the signer is no leaver, may sign by the policy, and signed this.
func (c *court) stand(ctx context.Context, v *verdict, q model.Request, keys []model.Key) ([]approval.Holder, error) {
	var holders []approval.Holder
	for _, k := range keys {
		p, err := c.r.Person(ctx, k.Person)
		if err != nil {
			return nil, fmt.Errorf("reading a key-holder: %w", err)
		}
		held, err := c.r.CredentialsOf(ctx, k.Person)
		if err != nil {
			return nil, fmt.Errorf("reading a key-holder's credentials: %w", err)
		}
		if e := c.standing(v.deed, q, v.need, k, p, held); e != nil {
			v.void[k.Person] = e
			continue
		}
		v.counted = append(v.counted, k)
		holders = append(holders, oneHuman(p, held, c.now))
	}
	return holders, nil
}

func (c *court) standing(d deed, q model.Request, need model.Requirement, k model.Key, p model.Person, held []model.Credential) *model.Error {
	if e := c.maySign(d, p); e != nil {
		return e
	}
	return c.g.signedForThis(d, q, need, k, held)
}

// maySign asks the laws and the policy whether a person's key on this would count, if the signature is good.
func (c *court) maySign(d deed, p model.Person) *model.Error {
	if e := leaversHoldNoKeys(d, p, c.now); e != nil {
		return e
	}
	if e := notOneself(d, p.ID); e != nil {
		return e
	}
	return c.ask(policy.VerbSign, d, p)
}

// use is what a person has darkened within a window.
type use struct{ count, reach int64 }

type budgetUse struct{ hour, day use }

// charge asks whether the requester and every key-holder have enough left of their budgets (law 10).
func (c *court) charge(ctx context.Context, v verdict, requester model.Person) (*model.Error, error) {
	if v.deed.info.Group != model.GroupDarken {
		return nil, nil
	}
	payers := []model.Person{requester}
	for _, k := range v.counted {
		if k.Person == requester.ID {
			continue
		}
		p, err := c.r.Person(ctx, k.Person)
		if err != nil {
			return nil, err
		}
		payers = append(payers, p)
	}
	for _, p := range payers {
		var used budgetUse
		var err1, err2 error
		used.hour.count, used.hour.reach, err1 = c.r.Charged(ctx, p.ID, c.now.Add(-time.Hour))
		used.day.count, used.day.reach, err2 = c.r.Charged(ctx, p.ID, c.now.Add(-24*time.Hour))
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("reading what %d has darkened: %v %v", p.ID, err1, err2)
		}
		if e := boundedReach(v.deed, c.b, p, used); e != nil {
			return e, nil
		}
	}
	return nil, nil
}
