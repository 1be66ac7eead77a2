package guard

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// dueEvery is how often the guard looks for what has come due: an effect is at most that late. dueBatch is how much it
// does at a time.
const (
	dueEvery = 20 * time.Millisecond
	dueBatch = 100
	dueTime  = 30 * time.Second // bounds one look: a database that hangs must not end them
)

// Run does what comes due by time — requests whose wait is over, requests that expired, employments that ended — erases
// what was purged, and raises accounts when the number of followers for that was lowered, until ctx ends. Any number of
// nodes may run it: each thing is decided again in the transaction that does it.
func (g *Guard) Run(ctx context.Context) {
	var loops sync.WaitGroup
	loops.Go(func() { g.runDue(ctx) })
	loops.Go(func() { g.runErase(ctx) })
	loops.Go(func() { g.raiseAll(ctx) })
	loops.Wait()
}

func (g *Guard) runDue(ctx context.Context) {
	tick := time.NewTicker(dueEvery)
	defer tick.Stop()
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		limited, cancel := context.WithTimeout(ctx, dueTime)
		err := g.Due(limited)
		cancel()
		if err != nil && !failing && ctx.Err() == nil {
			g.log.Error("what has come due cannot be done yet", "err", err)
		}
		failing = err != nil
	}
}

// Due does once what has come due by now. What fails stands in nobody's way: the rest is done, and it is tried again.
func (g *Guard) Due(ctx context.Context) error {
	if g.broken() != "" {
		return nil
	}
	errs := []error{g.leave(ctx), g.recover(ctx), g.void(ctx)}
	due, err := g.st.DueRequests(ctx, g.now(), dueBatch)
	errs = append(errs, err)
	for _, q := range due {
		errs = append(errs, g.settle(ctx, q.ID))
	}
	return errors.Join(errs...)
}

// errNotDue says that another node has done meanwhile what was due.
var errNotDue = errors.New("it is not due")

// settle executes or expires one request that has come due. One that cannot be executed is refused: it would be tried
// for ever.
func (g *Guard) settle(ctx context.Context, id model.ID) error {
	g.weighRequestAhead(ctx, id)
	err := g.settleBy(ctx, id, g.takeEffect)
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind != model.KindUnavailable {
		err = g.settleBy(ctx, id, func(ctx context.Context, p *store.PrivTx, q model.Request) error {
			return end(ctx, p, q, approval.Refuse, e.Message, e.Law)
		})
	}
	if errors.Is(err, errNotDue) {
		return nil
	}
	return err
}

func (g *Guard) settleBy(ctx context.Context, id model.ID, effect func(context.Context, *store.PrivTx, model.Request) error) error {
	return g.st.Privileged(ctx, func(p *store.PrivTx) error {
		q, err := p.Request(ctx, id)
		switch {
		case err != nil:
			return err
		case q.State == model.StatePending && !p.Now().Before(q.ExpiresAt):
			return end(ctx, p, q, approval.Expire, "it did not get its keys in time", "")
		case q.State == model.StateWaiting && !p.Now().Before(q.EffectAt):
			return effect(ctx, p, q)
		}
		return errNotDue
	})
}

// end closes a request for a reason that no person gave.
func end(ctx context.Context, p *store.PrivTx, q model.Request, step approval.Step, why, law string) error {
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
	q, keys, err := read(ctx, p.Reads, q.ID)
	if err != nil {
		return err
	}
	c, v, err := g.judgeAgain(ctx, p, q, keys)
	if err != nil {
		return err
	}
	switch {
	case v.refusal != nil:
		return end(ctx, p, q, approval.Refuse, v.refusal.Message, v.refusal.Law)
	case !v.missing.None() && !p.Now().Before(q.ExpiresAt):
		return end(ctx, p, q, approval.Expire, "keys that were turned on it stopped counting", "")
	case !v.missing.None():
		return reopen(ctx, p, q)
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
	return c.execute(ctx, p, q, v)
}

func reopen(ctx context.Context, p *store.PrivTx, q model.Request) (err error) {
	if q.State, err = approval.Next(q.State, approval.Reopen); err != nil {
		return err
	}
	q.EffectAt = time.Time{}
	p.Entry.Facts = facts(ledger.EventLapsed, q, Actor{})
	p.Entry.Facts.Note = "keys that were turned on it stopped counting"
	return p.PutRequest(ctx, q)
}

// otherPolicy is why no key counts on a request that was made under another policy (law 5).
const otherPolicy = "the policy has changed since this was requested: request it again"

// void refuses what is open and was asked for under another policy than the one in force: no key could count on it (law
// 5). It looks once after each publication. Privileged transactions have one order: what is asked for later is asked for
// under the new policy.
func (g *Guard) void(ctx context.Context) error {
	hash, err := g.st.PolicyHash(ctx)
	if done := g.voided.Load(); err != nil || done != nil && *done == hash {
		return err
	}
	void, err := g.st.VoidRequests(ctx, dueBatch)
	errs := []error{err}
	for _, q := range void {
		err := g.st.Privileged(ctx, func(p *store.PrivTx) error {
			q, err := p.Request(ctx, q.ID)
			if err != nil || !q.State.Open() {
				return errors.Join(err, errNotDue)
			}
			return end(ctx, p, q, approval.Refuse, otherPolicy, LawSigned)
		})
		if !errors.Is(err, errNotDue) {
			errs = append(errs, err)
		}
	}
	if err = errors.Join(errs...); err == nil && len(void) < dueBatch {
		g.voided.Store(&hash)
	}
	return err
}

// leave does what law 3 has follow from an end date by time alone: 14 days before it what the person asked for is
// withdrawn, and when it has come the employment ends.
func (g *Guard) leave(ctx context.Context) error {
	leaving, err := g.st.EmploymentsOver(ctx, g.now().Add(model.LeaverWindow))
	errs := []error{err}
	for _, m := range leaving {
		if m.Employment.Ended(g.now()) {
			err = g.endEmployment(ctx, m.ID)
		} else {
			err = g.withdrawOld(ctx, m)
		}
		if !errors.Is(err, errNotDue) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// endEmployment ends one employment whose date has come: sessions and credentials die, requests are withdrawn.
func (g *Guard) endEmployment(ctx context.Context, person model.ID) error {
	return g.st.Privileged(ctx, func(p *store.PrivTx) error {
		m, err := p.Person(ctx, person)
		if err != nil {
			return err
		}
		if m.Employment.Status == model.EmploymentEnded || !m.Employment.Ended(p.Now()) {
			return errNotDue
		}
		m.Employment.Status = model.EmploymentEnded
		p.Entry.Facts = ledger.Facts{Event: ledger.EventAutomatic, Kind: model.CmdSetEmployment, Target: person,
			Note: "the employment came to its end"}
		if err := p.PutPerson(ctx, m); err != nil {
			return err
		}
		return afterEmployment(ctx, p, m, leaving)
	})
}

// withdrawOld withdraws what somebody asked for before they counted as leaving. What a leaver may still ask for, on
// standard accounts, stays.
func (g *Guard) withdrawOld(ctx context.Context, m model.Person) error {
	old, err := oldRequests(ctx, g.st.Reads, m)
	if err != nil || len(old) == 0 {
		return err
	}
	return g.st.Privileged(ctx, func(p *store.PrivTx) error {
		m, err := p.Person(ctx, m.ID)
		if err != nil {
			return err
		}
		old, err := oldRequests(ctx, p.Reads, m)
		if err != nil {
			return err
		}
		if len(old) == 0 || !m.Employment.Leaver(p.Now()) {
			return errNotDue
		}
		p.Entry.Facts = ledger.Facts{Event: ledger.EventAutomatic, Kind: model.CmdWithdraw, Target: m.ID,
			Note: "the employment is near its end"}
		return withdrawAll(ctx, p, old, leaving)
	})
}

func oldRequests(ctx context.Context, r store.Reads, m model.Person) ([]model.Request, error) {
	open, err := r.OpenRequestsBy(ctx, m.ID)
	since := m.Employment.EndsAt.Add(-model.LeaverWindow)
	return slices.DeleteFunc(open, func(q model.Request) bool { return !q.CreatedAt.Before(since) }), err
}
