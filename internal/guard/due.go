package guard

import (
	"context"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// dueEvery is how often the guard looks for what has come due; dueBatch is how much it does at a time.
const (
	dueEvery = 100 * time.Millisecond
	dueBatch = 100
)

// Run does what comes due by time — requests whose wait is over, requests that expired, employments that ended — until
// ctx ends. Any number of nodes may run it: each thing is decided again in the transaction that does it.
func (g *Guard) Run(ctx context.Context) {
	tick := time.NewTicker(dueEvery)
	defer tick.Stop()
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := g.Due(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			g.log.Error("what has come due cannot be done yet", "err", err)
		}
		failing = err != nil
	}
}

// Due does once what has come due by now.
func (g *Guard) Due(ctx context.Context) error {
	due, err := g.st.DueRequests(ctx, g.now(), dueBatch)
	if err != nil {
		return err
	}
	for _, q := range due {
		if err := g.settle(ctx, q.ID); err != nil {
			return err
		}
	}
	return g.endEmployments(ctx)
}

// settle executes or expires one request that has come due. Another node may have done so meanwhile: then nothing is
// left to do.
func (g *Guard) settle(ctx context.Context, id model.ID) error {
	err := g.st.Privileged(ctx, func(p *store.PrivTx) error {
		q, err := openRequest(ctx, p, id, model.StatePending, model.StateWaiting)
		if err != nil {
			return err
		}
		switch {
		case q.State == model.StatePending && !p.Now().Before(q.ExpiresAt):
			return g.end(ctx, p, q, approval.Expire, "it did not get its keys in time", "")
		case q.State == model.StateWaiting && !p.Now().Before(q.EffectAt):
			return g.takeEffect(ctx, p, q)
		}
		return model.Errorf(model.KindConflict, "the request is not due")
	})
	if model.KindOf(err) == model.KindConflict {
		return nil
	}
	return err
}

// end closes a request for a reason that no person gave.
func (g *Guard) end(ctx context.Context, p *store.PrivTx, q model.Request, step approval.Step, why, law string) error {
	if err := closeRequest(ctx, p, q, step, why); err != nil {
		return err
	}
	p.Entry.Facts = facts(stepEvent(step), q, Actor{})
	p.Entry.Facts.Law, p.Entry.Facts.Note = law, why
	return nil
}

// takeEffect decides a waiting request again and does it. Keys that have stopped counting send it back to wait for
// others; anything else that has changed refuses it.
func (g *Guard) takeEffect(ctx context.Context, p *store.PrivTx, q model.Request) error {
	reason, err := reasonOf(ctx, p.Reads, q)
	if err != nil {
		return err
	}
	q.Command.Reason = reason
	keys, err := p.KeysOn(ctx, q.ID)
	if err != nil {
		return err
	}
	_, v, err := g.judgeAgain(ctx, p, q, keys)
	if err != nil {
		return err
	}
	switch {
	case v.refusal != nil:
		return g.end(ctx, p, q, approval.Refuse, v.refusal.Message, v.refusal.Law)
	case !v.missing.None() && !p.Now().Before(q.ExpiresAt):
		return g.end(ctx, p, q, approval.Expire, "keys that were turned on it stopped counting", "")
	case !v.missing.None():
		return g.reopen(ctx, p, q)
	}
	if q.State, err = approval.Next(q.State, approval.Execute); err != nil {
		return err
	}
	q.ClosedAt = p.Now()
	p.Entry.Facts = facts(ledger.EventExecuted, q, Actor{})
	p.Entry.Facts.Keys = keyFacts(v.counted)
	if err := p.PutRequest(ctx, q); err != nil {
		return err
	}
	return g.execute(ctx, p, q, v)
}

func (g *Guard) reopen(ctx context.Context, p *store.PrivTx, q model.Request) (err error) {
	if q.State, err = approval.Next(q.State, approval.Reopen); err != nil {
		return err
	}
	q.EffectAt = time.Time{}
	p.Entry.Facts = facts(ledger.EventLapsed, q, Actor{})
	p.Entry.Facts.Note = "keys that were turned on it stopped counting"
	return p.PutRequest(ctx, q)
}

// endEmployments ends the employments whose date has come: sessions and credentials die, requests are withdrawn.
func (g *Guard) endEmployments(ctx context.Context) error {
	ended, err := g.st.EmploymentsOver(ctx, g.now())
	if err != nil {
		return err
	}
	for _, person := range ended {
		if err := g.endEmployment(ctx, person.ID); err != nil {
			return err
		}
	}
	return nil
}

func (g *Guard) endEmployment(ctx context.Context, person model.ID) error {
	return g.st.Privileged(ctx, func(p *store.PrivTx) error {
		m, err := p.Person(ctx, person)
		if err != nil {
			return err
		}
		m.Employment.Status = model.EmploymentEnded
		p.Entry.Facts = ledger.Facts{Event: ledger.EventAutomatic, Kind: model.CmdSetEmployment, Target: person,
			Note: "the employment came to its end"}
		if err := p.PutPerson(ctx, m); err != nil {
			return err
		}
		return afterEmployment(ctx, p, m)
	})
}

// RaiseClass makes an account high_profile that has reached the number of followers for it. It only ever raises.
func (g *Guard) RaiseClass(ctx context.Context, account model.ID) error {
	err := g.st.Privileged(ctx, func(p *store.PrivTx) error {
		a, err := p.Account(ctx, account)
		if err != nil {
			return err
		}
		c, err := p.ClassOf(ctx, account)
		if err != nil {
			return err
		}
		if a.Followers < g.settings.HighProfileAt || c.Class.Rank() >= model.ClassHighProfile.Rank() {
			return model.Errorf(model.KindConflict, "there is nothing to raise")
		}
		p.Entry.Facts = ledger.Facts{Event: ledger.EventAutomatic, Kind: model.CmdSetClass, Class: c.Class, Account: account,
			Handle: a.Handle, Note: "reached the number of followers at which an account is high_profile"}
		c.Class = model.ClassHighProfile
		return p.PutClass(ctx, c)
	})
	if model.KindOf(err) == model.KindConflict {
		return nil
	}
	return err
}
