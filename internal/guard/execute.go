package guard

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// execute does what a request asks for, in the transaction whose entry says so. A crash before that transaction commits
// leaves the request as it was, to be executed when the server is back; after it, the effect and its entry are there.
func (g *Guard) execute(ctx context.Context, p *store.PrivTx, q model.Request, v verdict) error {
	if err := g.effect(ctx, p, q, v); err != nil {
		return fmt.Errorf("executing request %d: %w", q.ID, err)
	}
	if v.deed.info.Group == model.GroupDarken {
		if err := g.book(ctx, p, q, v); err != nil {
			return fmt.Errorf("charging request %d: %w", q.ID, err)
		}
	}
	for _, e := range []*model.Error{ledgerWithTheEffect(p.Entry.Facts, p.Rows()), nothingIsLost(v.deed, p.Rows()),
		darkEverywhere(p.Rows(), p.Announced())} {
		if e != nil {
			return e
		}
	}
	return nil
}

func (g *Guard) effect(ctx context.Context, p *store.PrivTx, q model.Request, v verdict) error {
	d := v.deed
	switch d.cmd.Kind {
	case model.CmdWarn:
		return p.PutStrike(ctx, store.Strike{ID: p.NextID(), Account: d.cmd.Account, Request: q.ID, Case: d.cmd.Case,
			Rule: d.cmd.Rule, At: p.Now()})
	case model.CmdLock, model.CmdSensitive, model.CmdLimit, model.CmdRemovePost, model.CmdDeactivate, model.CmdSuspend, model.CmdBan:
		return g.sanction(ctx, p, q, d)
	case model.CmdRestore:
		return g.liftAll(ctx, p, d, q, v.undo)
	case model.CmdSetClass, model.CmdSetVerified:
		return setClass(ctx, p, d)
	case model.CmdGrantRole:
		return grantRole(ctx, p, q, d)
	case model.CmdSetEmployment:
		return g.setEmployment(ctx, p, d)
	case model.CmdEnrollCredential:
		return enrollCredential(ctx, p, q, d)
	case model.CmdPublishPolicy:
		return publishPolicy(ctx, p, d)
	case model.CmdFreeze:
		return freeze(ctx, p, q, d)
	case model.CmdUnfreeze:
		return unfreeze(ctx, p)
	}
	return fmt.Errorf("no effect is known for %s", d.cmd.Kind)
}

// sanction puts the sanction that a command asks for. Its inverse is to lift it: nothing else changed.
func (g *Guard) sanction(ctx context.Context, p *store.PrivTx, q model.Request, d deed) error {
	s := model.Sanction{ID: p.NextID(), Account: d.cmd.Account, Kind: model.SanctionKind(d.cmd.Kind), Request: q.ID,
		Case: d.cmd.Case, Rule: d.cmd.Rule, Start: p.Now()}
	if d.cmd.Kind == model.CmdRemovePost {
		s.Post = d.cmd.Post
	}
	if d.end > 0 {
		s.End = p.Now().Add(d.end)
	}
	return p.PutSanction(ctx, s)
}

// book charges a darkening to its requester and to every key-holder, and trips the breaker when there have been too
// many (law 10).
func (g *Guard) book(ctx context.Context, p *store.PrivTx, q model.Request, v verdict) error {
	payers := []model.ID{q.Requester}
	for _, k := range v.counted {
		if k.Person != q.Requester {
			payers = append(payers, k.Person)
		}
	}
	for _, person := range payers {
		err := p.PutCharge(ctx, store.Charge{ID: p.NextID(), Person: person, Account: v.deed.cmd.Account, Request: q.ID,
			Kind: v.deed.cmd.Kind, Case: v.deed.cmd.Case, Reach: v.deed.reach(), At: p.Now()})
		if err != nil {
			return err
		}
	}
	b, err := g.policyOf(ctx, p.Reads)
	if err != nil {
		return err
	}
	limit := b.Breaker()
	n, err := p.Darkenings(ctx, p.Now().Add(-limit.Window))
	if err != nil || n < int64(limit.Darkenings) {
		return err
	}
	return p.PutFreeze(ctx, store.Freeze{ID: p.NextID(), Scope: store.FreezeAll, StartedAt: p.Now(),
		EndsAt: p.Now().Add(limit.Freeze)})
}

func setClass(ctx context.Context, p *store.PrivTx, d deed) error {
	c, err := p.ClassOf(ctx, d.cmd.Account)
	if err != nil {
		return err
	}
	if d.cmd.Kind == model.CmdSetVerified {
		c.Verified = d.cmd.Params[paramVerified] == "true"
		return p.PutClass(ctx, c)
	}
	to := model.Class(d.cmd.Params[paramClass])
	// A class that is lowered again within the 7 days keeps the highest of what it was.
	if to.Rank() < d.strictest.Rank() {
		if to.Rank() < c.Class.Rank() {
			c.LoweredFrom, c.LoweredAt = d.strictest, p.Now()
		}
	} else {
		c.LoweredFrom, c.LoweredAt = "", time.Time{}
	}
	c.Class = to
	return p.PutClass(ctx, c)
}

func publishPolicy(ctx context.Context, p *store.PrivTx, d deed) error {
	b, err := policy.Parse([]byte(d.cmd.Params[paramDocument]))
	if err != nil {
		return err
	}
	return p.PutPolicy(ctx, store.Policy{Hash: b.Hash(), Document: b.Encode(), PublishedAt: p.Now()})
}

// freeze starts a freeze or, by a second person, confirms the one that is on: then it lasts until it is ended.
func freeze(ctx context.Context, p *store.PrivTx, q model.Request, d deed) error {
	scope := store.FreezeScope(d.cmd.Params[paramScope])
	if scope == "" {
		scope = store.FreezeProtected
	}
	open, err := p.OpenFreezes(ctx)
	if err != nil {
		return err
	}
	for _, f := range open {
		if f.Active(p.Now()) && f.Scope == scope && f.ConfirmedBy == 0 && f.StartedBy != q.Requester {
			f.ConfirmedBy, f.EndsAt = q.Requester, time.Time{}
			return p.PutFreeze(ctx, f)
		}
	}
	return p.PutFreeze(ctx, store.Freeze{ID: p.NextID(), Scope: scope, StartedBy: q.Requester, StartedAt: p.Now(),
		EndsAt: p.Now().Add(FreezeLapse)})
}

// FreezeLapse is when a freeze ends that no second person has confirmed (law 10).
const FreezeLapse = 30 * time.Minute

func unfreeze(ctx context.Context, p *store.PrivTx) error {
	open, err := p.OpenFreezes(ctx)
	if err != nil {
		return err
	}
	for _, f := range open {
		f.EndedAt = p.Now()
		if err := p.PutFreeze(ctx, f); err != nil {
			return err
		}
	}
	return nil
}
