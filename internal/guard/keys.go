package guard

import (
	"context"
	"fmt"
	"slices"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// member is somebody with the passkeys that they hold, as this sitting read them.
type member struct {
	model.Person
	held []model.Credential
}

// member reads somebody once a sitting.
func (c *court) member(ctx context.Context, id model.ID) (*member, error) {
	if m, ok := c.known[id]; ok {
		return m, nil
	}
	p, err := c.r.Person(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading person %d: %w", id, err)
	}
	held, err := c.r.CredentialsOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading the passkeys of person %d: %w", id, err)
	}
	m := &member{p, held}
	c.known[id] = m
	return m, nil
}

// stand keeps the keys that count: the signer is no leaver, may sign by the policy, and signed this.
func (c *court) stand(ctx context.Context, v *verdict, q model.Request, keys []model.Key) ([]approval.Holder, error) {
	var holders []approval.Holder
	for _, k := range keys {
		if k.Owner != nil {
			h, e, err := c.ownerStands(ctx, v.deed, q, k)
			if err != nil {
				return nil, err
			}
			if e != nil {
				v.void[noPerson] = e
				continue
			}
			v.counted, holders = append(v.counted, k), append(holders, h)
			continue
		}
		m, err := c.member(ctx, k.Person)
		if err != nil {
			return nil, err
		}
		e := c.maySign(v.deed, m.Person)
		if e == nil {
			e = c.g.signedForThis(v.deed, q, v.need, k, m.held)
		}
		if e == nil {
			e, err = c.mayTurn(ctx, v, m.Person)
		}
		if err != nil {
			return nil, err
		}
		if e != nil {
			v.void[k.Person] = e
			continue
		}
		v.counted = append(v.counted, k)
		h, err := c.holder(ctx, k.Person)
		if err != nil {
			return nil, err
		}
		holders = append(holders, h)
	}
	return holders, nil
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

// mayTurn asks what bounds how often a person's key can do this.
func (c *court) mayTurn(ctx context.Context, v *verdict, p model.Person) (*model.Error, error) {
	switch {
	case v.deed.cmd.Kind == model.CmdFreeze:
		return c.mayFreeze(ctx, v, p)
	case v.undo:
		undone, err := c.r.UndoneBy(ctx, p.ID, c.now.Add(-undoDay))
		return fewUndos(p, undone), err
	}
	return nil, nil
}

// holder is a person as the quorum counts them: with everyone who is the same human now, the sponsors of sponsors
// among them (law 4).
func (c *court) holder(ctx context.Context, id model.ID) (approval.Holder, error) {
	m, err := c.member(ctx, id)
	if err != nil {
		return approval.Holder{}, err
	}
	h := oneHuman(m.Person, m.held, c.now)
	for i := 0; i < len(h.SameAs); i++ {
		sponsor, err := c.member(ctx, h.SameAs[i])
		if err != nil {
			return h, err
		}
		for _, s := range oneHuman(sponsor.Person, sponsor.held, c.now).SameAs {
			if s != id && !slices.Contains(h.SameAs, s) {
				h.SameAs = append(h.SameAs, s)
			}
		}
	}
	return h, nil
}
