package guard

import (
	"context"
	"fmt"
	"slices"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// member is somebody with the passkeys that they hold and the accounts that were ever theirs, as this sitting read them.
type member struct {
	model.Person
	held     []model.Credential
	accounts []model.ID
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
	accounts, err := c.r.AccountsOfPerson(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts of person %d: %w", id, err)
	}
	m := &member{p, held, accounts}
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
		e, err := c.maySign(ctx, v.deed, m.Person)
		if err == nil && e == nil {
			e = c.g.signedForThis(v.deed, q, v.need, k, m.held)
		}
		if err == nil && e == nil {
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
func (c *court) maySign(ctx context.Context, d deed, p model.Person) (*model.Error, error) {
	if e := c.staffMaySign(d, p); e != nil {
		return e, nil
	}
	s, err := c.stakeOf(ctx, d, p.ID)
	if err != nil {
		return nil, err
	}
	return nobodyInTheirOwnCase(d, s), nil
}

// staffMaySign asks what does not depend on a person's own accounts.
func (c *court) staffMaySign(d deed, p model.Person) *model.Error {
	if e := leaversHoldNoKeys(d, p, c.now); e != nil {
		return e
	}
	if e := notOneself(d, p.ID); e != nil {
		return e
	}
	return c.ask(policy.VerbSign, d, p)
}

// stakeOf is what somebody has to do with what a command is about, by the accounts that were ever theirs.
func (c *court) stakeOf(ctx context.Context, d deed, id model.ID) (stake, error) {
	if !d.onAccount() {
		return noStake, nil
	}
	m, err := c.member(ctx, id)
	if err != nil || len(m.accounts) == 0 {
		return noStake, err
	}
	if slices.Contains(m.accounts, d.cmd.Account) {
		return isTarget, nil
	}
	if reported, err := c.r.Reported(ctx, id, d.cmd.Case, d.cmd.Account); err != nil || !reported {
		return noStake, err
	}
	return hasReported, nil
}

// mayTurn asks what keeps a person's key from doing this for what they did before.
func (c *court) mayTurn(ctx context.Context, v *verdict, p model.Person) (*model.Error, error) {
	if e, err := c.otherEyes(ctx, v.deed, p.ID); e != nil || err != nil {
		return e, err
	}
	switch {
	case v.deed.cmd.Kind == model.CmdFreeze:
		return c.mayFreeze(ctx, v, p)
	case v.undo:
		undone, err := c.r.UndoneBy(ctx, p.ID, c.now.Add(-undoDay))
		return fewUndos(p, undone), err
	}
	return nil, nil
}

// holder is a person as the quorum counts them: with everyone who is the same human now, the sponsors of sponsors and
// merged entries among them (law 4).
func (c *court) holder(ctx context.Context, id model.ID) (approval.Holder, error) {
	m, err := c.member(ctx, id)
	if err != nil {
		return approval.Holder{}, err
	}
	h := approval.Holder{Person: id, Roles: m.RoleSet(), Team: m.Team}
	for next := []model.ID{id}; len(next) > 0; next = next[1:] {
		same, err := c.sameAs(ctx, next[0])
		if err != nil {
			return h, err
		}
		for _, s := range same {
			if s != id && !slices.Contains(h.SameAs, s) {
				h.SameAs, next = append(h.SameAs, s), append(next, s)
			}
		}
	}
	return h, nil
}

// sameAs are the people who are the same human as somebody at first hand: sponsors, and entries that were merged.
func (c *court) sameAs(ctx context.Context, id model.ID) ([]model.ID, error) {
	m, err := c.member(ctx, id)
	if err != nil {
		return nil, err
	}
	entries, err := c.r.EntriesOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading who is the same human as person %d: %w", id, err)
	}
	return append(oneHuman(m.Person, m.held, c.now).SameAs, entries...), nil
}
