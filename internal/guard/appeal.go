package guard

import (
	"context"
	"fmt"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// The decisions on an appeal, as parameters have them.
const (
	decisionGrant  = "grant"
	decisionReject = "reject"
)

// readAppeal finds the appeal that is to be decided, what it is against, and who took part in that. A grant lifts it.
func (c *court) readAppeal(ctx context.Context, d *deed) error {
	d.row = policy.RowDecideAppeal
	id, err := model.ParseID("params.appeal", d.cmd.Params[paramAppeal])
	if err != nil {
		return err
	}
	if d.appeal, err = c.r.Appeal(ctx, id); err != nil {
		return err
	}
	decision := d.cmd.Params[paramDecision]
	switch {
	case d.appeal.Account != d.cmd.Account:
		return model.Invalid("params.appeal", "is another account's")
	case decision != decisionGrant && decision != decisionReject:
		return model.Invalid("params.decision", "must be %s or %s", decisionGrant, decisionReject)
	case d.appeal.Decision.State != "":
		return model.Errorf(model.KindConflict, "the appeal was %s already", d.appeal.Decision.State)
	}
	if decision == decisionGrant {
		if err := notPurged(ctx, c.g, c.r, d.cmd.Account); err != nil {
			return err
		}
	}
	made, err := c.appealed(ctx, d.appeal)
	if err != nil {
		return err
	}
	if d.tookPart, err = c.tookPart(ctx, d.cmd); err != nil {
		return err
	}
	// The appeal is on the case of what it is against: who has a part in that has one in this.
	switch onCase := made.sanction.Case; {
	case d.cmd.Case == 0:
		d.cmd.Case = onCase
	case onCase != 0 && d.cmd.Case != onCase:
		return model.Invalid("case", "is another than that of what the appeal is against, which is %s", onCase)
	}
	// What the signers see and sign is what the appeal is against, not only the appeal's number.
	d.target.State = fmt.Sprintf("appeal %s against %s", d.appeal.ID, made.named())
	if decision == decisionGrant {
		d.lifts = append(d.lifts, made)
	}
	return nil
}

// appealed reads the sanction or strike that an appeal is against. One that was lifted meanwhile leaves nothing to
// decide; one whose time is over does.
func (c *court) appealed(ctx context.Context, a model.Appeal) (sanctionMade, error) {
	settled := model.Errorf(model.KindConflict, "what the appeal is against was restored already: there is nothing to decide")
	s, err := c.r.Sanction(ctx, a.Subject)
	switch {
	case model.KindOf(err) == model.KindNotFound:
		strike, err := c.r.Strike(ctx, a.Subject)
		if err == nil && !strike.RetractedAt.IsZero() {
			err = settled
		}
		if err != nil {
			return sanctionMade{}, err
		}
		return c.g.howStruck(ctx, c.r, strike)
	case err == nil && !s.LiftedAt.IsZero():
		err = settled
	}
	if err != nil {
		return sanctionMade{}, err
	}
	return c.g.howMade(ctx, c.r, s)
}

// readRetract finds the strike that a restore retracts.
func (c *court) readRetract(ctx context.Context, d *deed, text string) error {
	if _, both := d.cmd.Params[paramSanction]; both || d.cmd.Post != 0 {
		return model.Invalid("params.strike", "may not be given with a sanction or a post: a restore is about one of them")
	}
	id, err := model.ParseID("params.strike", text)
	if err != nil {
		return err
	}
	s, err := c.r.Strike(ctx, id)
	if model.KindOf(err) == model.KindNotFound || err == nil && (s.Account != d.cmd.Account || !s.RetractedAt.IsZero()) {
		return model.Errorf(model.KindConflict, "there is nothing to retract: no such strike stands against this account")
	}
	if err != nil {
		return err
	}
	made, err := c.g.howStruck(ctx, c.r, s)
	d.lifts = append(d.lifts, made)
	return err
}

// howStruck is howMade for a strike.
func (g *Guard) howStruck(ctx context.Context, r store.Reads, s store.Strike) (sanctionMade, error) {
	made := sanctionMade{strike: s, sanction: model.Sanction{Account: s.Account, Request: s.Request, Case: s.Case, Start: s.At}}
	return made, g.heldTo(ctx, r, &made, func(q model.Request) bool {
		return q.State == model.StateExecuted && q.Command.Kind == model.CmdWarn && q.Command.Account == s.Account && q.ClosedAt.Equal(s.At)
	})
}

// named says which sanction or strike it is.
func (m sanctionMade) named() string {
	if m.strike.ID != 0 {
		return "strike " + m.strike.ID.String()
	}
	return string(m.sanction.Kind) + " " + m.sanction.ID.String()
}

// tookPart is, for a command that decides an appeal, who asked for what the appeal is against and who turned a key on
// that. What took effect without a request had nobody.
func (c *court) tookPart(ctx context.Context, cmd model.Command) ([]model.ID, error) {
	if cmd.Kind != model.CmdDecideAppeal {
		return nil, nil
	}
	id, err := model.ParseID("params.appeal", cmd.Params[paramAppeal])
	if err != nil {
		return nil, err
	}
	a, err := c.r.Appeal(ctx, id)
	if err != nil {
		return nil, err
	}
	s, err := c.r.Sanction(ctx, a.Subject)
	if model.KindOf(err) == model.KindNotFound {
		var strike store.Strike
		strike, err = c.r.Strike(ctx, a.Subject)
		s.Request = strike.Request
	}
	if err != nil {
		return nil, err
	}
	q, err := c.r.Request(ctx, s.Request)
	if model.KindOf(err) == model.KindNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	keys, err := c.r.KeysOn(ctx, q.ID)
	people := []model.ID{q.Requester}
	for _, k := range keys {
		if k.Person != 0 { // an owner's key is nobody's of the staff
			people = append(people, k.Person)
		}
	}
	return people, err
}

// otherEyes is law 4 where an appeal is decided: nobody who asked for what it is against, or turned a key on that, asks,
// signs or says no again, nor does anybody who counts as the same human as one of them.
func (c *court) otherEyes(ctx context.Context, d deed, person model.ID) (*model.Error, error) {
	for _, other := range d.tookPart {
		two, err := c.twoHumans(ctx, other, person)
		if err != nil {
			return nil, err
		}
		if !two {
			return model.Refused(LawOneHuman, "whoever asked for what the appeal is against, or turned a key on it, does not decide on the appeal"), nil
		}
	}
	return nil, nil
}

// decideAppeal writes how an appeal was decided; granting it lifts what it was against.
func decideAppeal(ctx context.Context, p *store.PrivTx, q model.Request, v verdict) error {
	a, state := v.deed.appeal, model.AppealRejected
	if v.deed.cmd.Params[paramDecision] == decisionGrant {
		state = model.AppealGranted
	}
	err := p.PutAppealDecision(ctx, model.AppealDecision{Appeal: a.ID, Account: a.Account, Subject: a.Subject, Request: q.ID,
		State: state, At: p.Now()})
	if err != nil {
		return err
	}
	if err := p.CloseAppeal(ctx, a.Subject); err != nil {
		return err
	}
	return liftAll(ctx, p, q, v)
}
