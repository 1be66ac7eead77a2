package guard

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

// ChallengeLife is how long a signature may take after its challenge was handed out.
const ChallengeLife = 5 * time.Minute

// purposeKey marks challenges for keys, so that one made for a sign-in turns no key.
const purposeKey = "key"

// Challenge hands out what a person has to sign to turn their key on a request: WebAuthn request options for the
// browser, bound to this request, this person and the ledger's head now.
func (g *Guard) Challenge(ctx context.Context, a Actor, request model.ID) (json.RawMessage, error) {
	held, err := g.st.CredentialsOf(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	var allow [][]byte
	for _, c := range held {
		allow = append(allow, c.Handle)
	}
	if len(allow) == 0 {
		return nil, model.Errorf(model.KindForbidden, "no passkey is enrolled for you")
	}
	var challenge []byte
	err = g.st.Write(ctx, func(tx *store.Tx) error {
		q, err := tx.Request(ctx, request)
		if err != nil {
			return err
		}
		if err := takesKeys(q, g.now()); err != nil {
			return err
		}
		head, _, err := tx.LedgerHead(ctx)
		if err != nil {
			return err
		}
		expires := g.now().Add(ChallengeLife).UTC().Truncate(time.Millisecond)
		if challenge, err = approval.Challenge(q, a.Person, expires, head); err != nil {
			return err
		}
		return tx.AddChallenge(ctx, store.Challenge{Hash: challenge, Purpose: purposeKey, Person: a.Person, Login: a.Login,
			Subject: request, HeadSize: head.Size, HeadHash: head.Root[:], ExpiresAt: expires})
	})
	if err != nil {
		return nil, err
	}
	return g.rp.RequestOptions(challenge, allow)
}

// Turn turns a person's key on a request: response is the WebAuthn assertion that the browser made. The last key that
// is needed has the request wait, or take effect. A key that does not stand is refused and recorded, and its challenge
// is used up.
func (g *Guard) Turn(ctx context.Context, a Actor, request model.ID, response []byte) (Outcome, error) {
	handle, assertion, err := passkey.ParseAssertion(response)
	if err != nil {
		return Outcome{}, err
	}
	challenge, err := passkey.ChallengeIn(assertion.ClientData)
	if err != nil {
		return Outcome{}, err
	}
	g.weighRequestAhead(ctx, request)
	var out Outcome
	var refusal *model.Error
	err = g.st.Privileged(ctx, func(p *store.PrivTx) (err error) {
		out, refusal, err = g.turn(ctx, p, a, request, challenge, handle, assertion)
		return err
	})
	return answer(out, refusal, err)
}

func (g *Guard) turn(ctx context.Context, p *store.PrivTx, a Actor, request model.ID, challenge, handle []byte, assertion model.Assertion) (out Outcome, refusal *model.Error, err error) {
	q, keys, err := read(ctx, p.Reads, request)
	if err == nil {
		err = historyStands(g.broken(), q.Command.Kind)
	}
	if err == nil {
		err = takesKeys(q, p.Now())
	}
	if err != nil {
		return out, nil, err
	}
	var k model.Key
	if refusal = oneKey(keys, a.Person); refusal == nil {
		k, refusal, err = g.newKey(ctx, p, a, q, challenge, handle, assertion)
	}
	if err != nil {
		return out, nil, err
	}
	if refusal != nil {
		refuseEntry(p, q, a, refusal)
		return Outcome{Request: q, Leaf: p.Leaf()}, refusal, nil
	}
	c, v, err := g.judgeAgain(ctx, p, q, append(keys, k))
	if err != nil {
		return out, nil, err
	}
	if refusal = v.refusal; refusal == nil {
		refusal = v.void[a.Person]
	}
	if refusal != nil {
		refuseEntry(p, q, a, refusal)
		return Outcome{Request: q, Leaf: p.Leaf()}, refusal, nil
	}
	if v.missing.None() {
		return c.finish(ctx, p, q, a, []model.Key{k}, v)
	}
	p.Entry.Facts = facts(ledger.EventKey, q, a)
	p.Entry.Facts.Keys = keyFacts(v.counted)
	out = Outcome{Request: q, Missing: v.missing, Leaf: p.Leaf()}
	return out, nil, p.PutKey(ctx, k)
}

// read reads a request with its texts and the keys that were turned on it.
func read(ctx context.Context, r store.Reads, id model.ID) (model.Request, []model.Key, error) {
	q, err := r.Request(ctx, id)
	if err == nil {
		err = fillIn(ctx, r, &q)
	}
	if err != nil {
		return q, nil, err
	}
	keys, err := r.KeysOn(ctx, id)
	return q, keys, err
}

// takesKeys reports whether keys can still be turned on a request.
func takesKeys(q model.Request, now time.Time) error {
	switch {
	case q.State != model.StatePending:
		return model.Errorf(model.KindConflict, "the request is %s", q.State)
	case !now.Before(q.ExpiresAt):
		return model.Errorf(model.KindConflict, "the request is expired")
	}
	return nil
}

// newKey takes the challenge, which nobody can use again after that, and makes the key that answers it.
func (g *Guard) newKey(ctx context.Context, p *store.PrivTx, a Actor, q model.Request, challenge, handle []byte, assertion model.Assertion) (k model.Key, refusal *model.Error, err error) {
	ch, err := p.TakeChallenge(ctx, challenge)
	if model.KindOf(err) == model.KindNotFound {
		return k, model.Refused(LawSigned, "the challenge was not handed out here, or was used already"), nil
	}
	if err != nil {
		return k, nil, err
	}
	if ch.Purpose != purposeKey || ch.Person != a.Person || ch.Subject != q.ID {
		return k, model.Refused(LawSigned, "the challenge was handed out for something else"), nil
	}
	credential, err := p.CredentialByHandle(ctx, handle)
	if model.KindOf(err) == model.KindNotFound {
		return k, model.Refused(LawSigned, "the passkey is not known"), nil
	}
	if err != nil {
		return k, nil, err
	}
	return model.Key{ID: p.NextID(), Request: q.ID, Person: a.Person, Login: a.Login, Credential: credential.ID,
		Assertion: assertion, HeadSize: ch.HeadSize, HeadHash: ch.HeadHash, ExpiresAt: ch.ExpiresAt, SignedAt: p.Now()}, nil, nil
}

// judgeAgain decides on a request that was made before: under the same policy, on the same target, or not at all.
func (g *Guard) judgeAgain(ctx context.Context, p *store.PrivTx, q model.Request, keys []model.Key) (*court, verdict, error) {
	c, err := g.convene(ctx, p)
	if err != nil {
		return nil, verdict{}, err
	}
	v, err := c.judge(ctx, q, keys)
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind != model.KindUnavailable {
		// What was good input when the request was made is not any more: the target is gone or has changed.
		v.refusal, err = e, nil
	}
	if err != nil || v.refusal != nil {
		return c, v, err
	}
	switch {
	case c.hash != q.Policy:
		v.refusal = model.Refused(LawSigned, otherPolicy)
	case !sameTarget(q.Target, v.deed.target):
		v.refusal = model.Refused(LawSigned, "what this is about has changed since it was requested: request it again")
	case !sameNeed(q.Need, v.need):
		// A restore's hour can pass while it waits for its key; nothing else changes what a request needs.
		v.refusal = model.Refused(LawSigned, "what this needs has changed since it was requested: request it again")
	}
	return c, v, nil
}
