package guard

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Submit puts a command to the guard. What one key may do on a standard account is done at once, with the session as
// the key; everything else opens a request that waits for keys. A refusal is an error that names the law or says what
// the policy wants, and an entry of the ledger; bad input is an invalid error that names the field, and changes nothing.
func (g *Guard) Submit(ctx context.Context, a Actor, cmd model.Command) (Outcome, error) {
	if _, ok := cmd.Params[paramBulk]; ok {
		return Outcome{}, setByServer()
	}
	return g.give(ctx, a, cmd)
}

// give is Submit for a command of its own and for one of a bulk.
func (g *Guard) give(ctx context.Context, a Actor, cmd model.Command) (Outcome, error) {
	if err := historyStands(g.broken(), cmd.Kind); err != nil {
		return Outcome{}, err
	}
	g.weighAhead(ctx, cmd)
	var out Outcome
	var refusal *model.Error
	err := g.st.Privileged(ctx, func(p *store.PrivTx) (err error) {
		out, refusal, err = g.submit(ctx, p, a, cmd)
		return err
	})
	return answer(out, refusal, err)
}

// answer puts a recorded refusal and an error together.
func answer(out Outcome, refusal *model.Error, err error) (Outcome, error) {
	if err == nil && refusal != nil {
		refusal.Request = out.Request.ID
		return out, refusal
	}
	return out, err
}

func (g *Guard) submit(ctx context.Context, p *store.PrivTx, a Actor, cmd model.Command) (out Outcome, refusal *model.Error, err error) {
	c, err := g.convene(ctx, p)
	if err != nil {
		return out, nil, err
	}
	salt := rand.Text()
	cmd = takeIn(cmd, salt)
	q := model.Request{ID: p.NextID(), Command: cmd, Requester: a.Person, Login: a.Login, Policy: c.hash,
		Nonce: make([]byte, 32), Reason: approval.ReasonHash(salt, cmd.Reason), State: model.StatePending,
		CreatedAt: p.Now(), ExpiresAt: p.Now().Add(model.RequestLife), Opened: p.Leaf()}
	rand.Read(q.Nonce)
	v, err := c.judge(ctx, q, nil)
	if err != nil {
		return out, nil, err
	}
	// What was read of the target completes the command: a post's author, for one.
	q.Command, q.Target, q.Need = v.deed.cmd, v.deed.target, v.need
	p.Entry.Private = privatePart(cmd, salt)
	keys, v, err := c.sessionKey(ctx, p, q, a, v)
	if err != nil {
		return out, nil, err
	}
	if v.refusal != nil {
		refuseEntry(p, q, a, v.refusal)
		return Outcome{Leaf: p.Leaf()}, v.refusal, nil
	}
	if v.missing.None() {
		return c.finish(ctx, p, q, a, keys, v)
	}
	p.Entry.Facts = facts(ledger.EventRequested, q, a)
	out = Outcome{Request: q, Missing: v.missing, Leaf: p.Leaf()}
	return out, nil, p.PutRequest(ctx, q)
}

// sessionKey turns the requester's session as the key where that suffices (law 5).
func (c *court) sessionKey(ctx context.Context, p *store.PrivTx, q model.Request, a Actor, v verdict) ([]model.Key, verdict, error) {
	if v.refusal != nil || v.need.Keys != 1 {
		return nil, v, nil
	}
	k := model.Key{ID: p.NextID(), Request: q.ID, Person: a.Person, Login: a.Login, SignedAt: c.now, ExpiresAt: c.now}
	with, err := c.count(ctx, v, q, []model.Key{k})
	if err != nil || len(with.counted) == 0 {
		return nil, v, err
	}
	return []model.Key{k}, with, nil
}

// refuseEntry records a refusal.
func refuseEntry(p *store.PrivTx, q model.Request, a Actor, refusal *model.Error) {
	p.Entry.Facts = facts(ledger.EventRefused, q, a)
	p.Entry.Facts.Law = refusal.Law
	p.Entry.Facts.Note = refusal.Message
}

// finish has a request with all its keys wait, for the policy's wait and for the moment that it names, or take effect
// where nothing is to be waited for. keys are those that are not in the store yet.
func (c *court) finish(ctx context.Context, p *store.PrivTx, q model.Request, a Actor, keys []model.Key, v verdict) (Outcome, *model.Error, error) {
	due := later(p.Now().Add(v.need.Wait/time.Duration(c.g.settings.WaitDivisor)), v.deed.at)
	var err error
	if due.After(p.Now()) {
		q.State, err = approval.Next(q.State, approval.Complete)
		q.EffectAt = due
		p.Entry.Facts = facts(ledger.EventKey, q, a)
	} else {
		q.State, err = approval.Next(q.State, approval.Execute)
		q.EffectAt, q.ClosedAt = p.Now(), p.Now()
		p.Entry.Facts = facts(ledger.EventExecuted, q, a)
	}
	if err != nil {
		return Outcome{}, nil, err
	}
	p.Entry.Facts.Keys = keyFacts(v.counted)
	if err := p.PutRequest(ctx, q); err != nil {
		return Outcome{}, nil, err
	}
	for _, k := range keys {
		if err := p.PutKey(ctx, k); err != nil {
			return Outcome{}, nil, err
		}
	}
	if q.State == model.StateExecuted {
		if err := c.execute(ctx, p, q, v); err != nil {
			return Outcome{}, nil, err
		}
	}
	return Outcome{Request: q, Leaf: p.Leaf()}, nil, nil
}

// openRequest reads a request that is to change, and refuses one that is closed.
func openRequest(ctx context.Context, p *store.PrivTx, id model.ID, states ...model.RequestState) (model.Request, error) {
	q, err := p.Request(ctx, id)
	if err == nil && !slices.Contains(states, q.State) {
		err = model.Errorf(model.KindConflict, "the request is %s", q.State)
	}
	return q, err
}
