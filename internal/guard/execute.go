package guard

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// execute does what a request asks for, in the transaction whose entry says so. A crash before that transaction commits
// leaves the request as it was, to be executed when the server is back; after it, the effect and its entry are there.
func (c *court) execute(ctx context.Context, p *store.PrivTx, q model.Request, v verdict) error {
	if err := c.effect(ctx, p, q, v); err != nil {
		return fmt.Errorf("executing request %d: %w", q.ID, err)
	}
	if v.deed.info.Group == model.GroupDarken {
		if err := book(ctx, p, q, v, c.b.Breaker()); err != nil {
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

func (c *court) effect(ctx context.Context, p *store.PrivTx, q model.Request, v verdict) error {
	d := v.deed
	switch d.cmd.Kind {
	case model.CmdWarn:
		return p.PutStrike(ctx, store.Strike{ID: p.NextID(), Account: d.cmd.Account, Request: q.ID, Case: d.cmd.Case,
			Rule: d.cmd.Rule, At: p.Now()})
	case model.CmdLock, model.CmdSensitive, model.CmdLimit, model.CmdRemovePost, model.CmdDeactivate, model.CmdSuspend, model.CmdBan:
		return sanction(ctx, p, q, d)
	case model.CmdPurge:
		return purge(ctx, p, q, d)
	case model.CmdViewPrivate:
		return openLook(ctx, p, q, v)
	case model.CmdRestore:
		return liftAll(ctx, p, q, v)
	case model.CmdDecideAppeal:
		return decideAppeal(ctx, p, q, v)
	case model.CmdSetClass, model.CmdSetVerified:
		return setClass(ctx, p, d)
	case model.CmdGrantRole:
		return grantRole(ctx, p, q, d)
	case model.CmdSetEmployment:
		return setEmployment(ctx, p, d)
	case model.CmdEnrollCredential:
		return enrollCredential(ctx, p, q, d)
	case model.CmdMapPerson:
		return mapPerson(ctx, p, d)
	case model.CmdPublishPolicy:
		return c.publishPolicy(ctx, p, d)
	case model.CmdSignOut, model.CmdResetCredentials, model.CmdChangeEmail, model.CmdRenameHandle:
		return takeOver(ctx, p, q, d)
	case model.CmdSetSetting:
		return p.PutSetting(ctx, d.cmd.Params[paramName], d.cmd.Params[paramValue])
	case model.CmdErasePrivate:
		return erase(ctx, p, q)
	case model.CmdFreeze:
		return freeze(ctx, p, v)
	case model.CmdUnfreeze:
		return unfreeze(ctx, p)
	}
	return fmt.Errorf("no effect is known for %s", d.cmd.Kind)
}

// sanction puts the sanction that a command asks for. Its inverse is to lift it: nothing else changed.
func sanction(ctx context.Context, p *store.PrivTx, q model.Request, d deed) error {
	s := model.Sanction{ID: p.NextID(), Account: d.cmd.Account, Kind: model.SanctionKind(d.cmd.Kind), Request: q.ID,
		Case: d.cmd.Case, Rule: d.cmd.Rule, Start: p.Now()}
	if d.cmd.Kind == model.CmdRemovePost {
		s.Post = d.cmd.Post
	}
	switch {
	case !d.until.IsZero():
		s.End = d.until
	case d.end > 0:
		s.End = p.Now().Add(d.end)
	}
	return p.PutSanction(ctx, s)
}

func setClass(ctx context.Context, p *store.PrivTx, d deed) error {
	c, err := p.ClassOf(ctx, d.cmd.Account)
	if err != nil {
		return err
	}
	c.Handle = cmp.Or(c.Handle, d.target.Handle)
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
