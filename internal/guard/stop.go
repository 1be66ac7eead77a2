package guard

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// Withdraw takes a person's own request back.
func (g *Guard) Withdraw(ctx context.Context, a Actor, request model.ID, reason string) (Outcome, error) {
	return g.stop(ctx, a, request, reason, approval.Withdraw, func(_ *court, _ *store.PrivTx, q model.Request, _ deed, _ model.Person) (*model.Error, error) {
		if q.Requester != a.Person {
			return model.Errorf(model.KindForbidden, "only who made a request can withdraw it"), nil
		}
		return nil, nil
	})
}

// Decline says no to a request that still waits for keys; then it gets none.
func (g *Guard) Decline(ctx context.Context, a Actor, request model.ID, reason string) (Outcome, error) {
	return g.stop(ctx, a, request, reason, approval.Decline, func(c *court, p *store.PrivTx, q model.Request, d deed, m model.Person) (*model.Error, error) {
		return c.no(ctx, p, policy.VerbDecline, model.StateDeclined, q, d, m)
	})
}

// Veto stops a request before it takes effect. A person's second veto on one case does not count (law 10).
func (g *Guard) Veto(ctx context.Context, a Actor, request model.ID, reason string) (Outcome, error) {
	return g.stop(ctx, a, request, reason, approval.Veto, func(c *court, p *store.PrivTx, q model.Request, d deed, m model.Person) (*model.Error, error) {
		return c.no(ctx, p, policy.VerbVeto, model.StateVetoed, q, d, m)
	})
}

// no is one person's word against a request, which ends it in a state: each person's counts once a case.
func (c *court) no(ctx context.Context, p *store.PrivTx, verb policy.Verb, ends model.RequestState, q model.Request, d deed, m model.Person) (*model.Error, error) {
	if e := leaversHoldNoKeys(d, m, c.now); e != nil {
		return e, nil
	}
	if s, err := c.stakeOf(ctx, d, m.ID); err != nil {
		return nil, err
	} else if s == isTarget { // a reporter may stop what the report led to
		return nobodyInTheirOwnCase(d, s), nil
	}
	if e := c.ask(verb, d, m); e != nil {
		return e, nil
	}
	var err error
	if d.tookPart, err = c.tookPart(ctx, q.Command); err != nil {
		return nil, err
	}
	if e, err := c.otherEyes(ctx, d, m.ID); e != nil || err != nil {
		return e, err
	}
	subject, since := vetoSubject(q, c.now)
	before, err := p.Vetoes(ctx, m.ID, subject, ends, since)
	if err != nil {
		return nil, err
	}
	if e := oneVeto(before); e != nil {
		return e, nil
	}
	return nil, p.PutVeto(ctx, store.Veto{ID: p.NextID(), Request: q.ID, Person: m.ID, Case: subject, At: p.Now()})
}

// oneVeto is the last part of law 10: a person's second veto on one case does not count. No more does a second no to
// what still waits for keys, or nothing would bound that.
func oneVeto(before int64) *model.Error {
	if before > 0 {
		return model.Refused(LawBounded, "you have said no on this case before: a second time does not count")
	}
	return nil
}

// vetoMemory is how long a veto counts on what belongs to no case.
const vetoMemory = 7 * 24 * time.Hour

// vetoSubject is what a veto is counted on, and since when: the case for good or, without one, the account or person for
// a while, so that nobody's veto on them is spent for ever. All unfreezing is one subject (0), or one person's vetoes
// would keep a freeze on; any other request about neither stands alone.
func vetoSubject(q model.Request, now time.Time) (model.ID, time.Time) {
	since := now.Add(-vetoMemory)
	switch c := q.Command; {
	case c.Case != 0:
		return c.Case, time.Time{}
	case c.Kind == model.CmdUnfreeze:
		return 0, since
	default:
		return cmp.Or(c.Account, c.Person, q.ID), since
	}
}

// stop ends an open request by a step that may allows. A refusal is recorded.
func (g *Guard) stop(ctx context.Context, a Actor, request model.ID, reason string, step approval.Step,
	may func(*court, *store.PrivTx, model.Request, deed, model.Person) (*model.Error, error)) (Outcome, error) {
	if err := checkText("reason", reason, model.MaxReason); err != nil {
		return Outcome{}, err
	}
	if err := historyStands(g.broken(), ""); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	var refusal *model.Error
	err := g.st.Privileged(ctx, func(p *store.PrivTx) error {
		out, refusal = Outcome{}, nil
		q, err := openRequest(ctx, p, request, model.StatePending, model.StateWaiting)
		if err != nil {
			return err
		}
		c, err := g.convene(ctx, p)
		if err != nil {
			return err
		}
		m, err := p.Person(ctx, a.Person)
		if err != nil {
			return fmt.Errorf("reading the person: %w", err)
		}
		// What the request is aimed at may be gone; who may stop it depends only on what it was.
		d := deed{cmd: q.Command, info: q.Command.Info(), target: q.Target, class: q.Target.Class, strictest: q.Target.Strictest}
		if refusal, err = may(c, p, q, d, m); err != nil {
			return err
		}
		p.Entry.Private = map[string]string{privateReason: reason}
		if refusal != nil {
			refuseEntry(p, q, a, refusal)
		} else if err := closeRequest(ctx, p, q, step, string(step)); err != nil {
			return err
		} else {
			q.State, _ = approval.Next(q.State, step)
			p.Entry.Facts = facts(stepEvent(step), q, a)
		}
		out = Outcome{Request: q, Leaf: p.Leaf()}
		return nil
	})
	return answer(out, refusal, err)
}

func stepEvent(step approval.Step) ledger.Event {
	switch step {
	case approval.Withdraw:
		return ledger.EventWithdrawn
	case approval.Decline:
		return ledger.EventDeclined
	case approval.Veto:
		return ledger.EventVetoed
	case approval.Expire:
		return ledger.EventExpired
	}
	return ledger.EventRefused
}

// closeRequest moves a request to one of its ends.
func closeRequest(ctx context.Context, p *store.PrivTx, q model.Request, step approval.Step, outcome string) error {
	var err error
	if q.State, err = approval.Next(q.State, step); err != nil {
		return err
	}
	q.ClosedAt, q.Outcome = p.Now(), outcome
	return p.PutRequest(ctx, q)
}
