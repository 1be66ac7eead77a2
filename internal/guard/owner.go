package guard

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

// What an owner's challenge was handed out for; one made for a purpose answers no other.
const (
	purposeLift      = "lift"       // of a brief lock
	purposeOwnersKey = "owners-key" // on a request
)

// OwnersRelyingParty is what the passkeys of owners are made for and sign for: the network's own address. Where browsers
// make no passkeys for it, it is forbidden.
func (g *Guard) OwnersRelyingParty() (passkey.RelyingParty, error) {
	if g.owners.ID == "" {
		return g.owners, model.Errorf(model.KindForbidden, "passkeys do not work at this network's address: it needs https and a name")
	}
	return g.owners, nil
}

// ownersOptions hands out what an owner has to sign: WebAuthn request options for the browser. subject is the sanction or
// request that it is about, made with make.
func (g *Guard) ownersOptions(ctx context.Context, account model.ID, purpose string, subject model.ID,
	make func(tx *store.Tx, expires time.Time, head ledger.Head) ([]byte, error)) (json.RawMessage, error) {
	rp, err := g.OwnersRelyingParty()
	if err != nil {
		return nil, err
	}
	held, err := g.st.AccountPasskeys(ctx, account)
	if err != nil {
		return nil, err
	}
	var allow [][]byte
	for _, k := range held {
		allow = append(allow, k.Handle)
	}
	if len(allow) == 0 {
		return nil, model.Errorf(model.KindForbidden, "your account has no passkey")
	}
	var challenge []byte
	err = g.st.Write(ctx, func(tx *store.Tx) error {
		head, _, err := tx.LedgerHead(ctx)
		if err != nil {
			return err
		}
		expires := g.now().Add(ChallengeLife).UTC().Truncate(time.Millisecond)
		if challenge, err = make(tx, expires, head); err != nil {
			return err
		}
		return tx.AddChallenge(ctx, store.Challenge{Hash: challenge, Purpose: purpose, Person: account, Subject: subject,
			HeadSize: head.Size, HeadHash: head.Root[:], ExpiresAt: expires})
	})
	if err != nil {
		return nil, err
	}
	return rp.RequestOptions(challenge, allow)
}

// ownersAnswer takes the challenge that an owner's passkey answers, which nobody can use again after that, and makes the
// key. That the answer is good is not checked yet. What answers nothing that was handed out stands in no entry of the
// ledger: any member could fill it.
func (g *Guard) ownersAnswer(ctx context.Context, p *store.PrivTx, account model.ID, purpose string, subject model.ID, response []byte) (model.Key, error) {
	handle, assertion, err := passkey.ParseAssertion(response)
	if err != nil {
		return model.Key{}, err
	}
	challenge, err := passkey.ChallengeIn(assertion.ClientData)
	if err != nil {
		return model.Key{}, err
	}
	ch, err := p.TakeChallenge(ctx, challenge)
	if model.KindOf(err) == model.KindNotFound {
		return model.Key{}, model.Refused(LawSigned, "the challenge was not handed out here, or was used already")
	}
	if err != nil {
		return model.Key{}, err
	}
	if ch.Purpose != purpose || ch.Person != account || ch.Subject != subject {
		return model.Key{}, model.Refused(LawSigned, "the challenge was handed out for something else")
	}
	held, err := p.AccountPasskeyByHandle(ctx, handle)
	if model.KindOf(err) == model.KindNotFound || err == nil && held.Account != account {
		return model.Key{}, model.Refused(LawSigned, "the passkey is not one of this account's")
	}
	return model.Key{ID: p.NextID(), Credential: held.ID, Assertion: assertion, HeadSize: ch.HeadSize, HeadHash: ch.HeadHash,
		ExpiresAt: ch.ExpiresAt, SignedAt: p.Now(),
		Owner: &model.OwnersKey{Account: account, PublicKey: held.PublicKey, MadeAt: held.CreatedAt}}, err
}

// OwnersChallenge hands out what the owner of an account has to sign to turn their key on a request about it.
func (g *Guard) OwnersChallenge(ctx context.Context, account, request model.ID) (json.RawMessage, error) {
	return g.ownersOptions(ctx, account, purposeOwnersKey, request, func(tx *store.Tx, expires time.Time, head ledger.Head) ([]byte, error) {
		q, err := ownersRequest(ctx, tx.Reads, account, request)
		if err != nil {
			return nil, err
		}
		if err := takesKeys(q, g.now()); err != nil {
			return nil, err
		}
		return approval.OwnerChallenge(q, account, expires, head)
	})
}

// ownersRequest is a request that may be shown to the owner of the account that it is about: a takeover of a standard
// one.
func ownersRequest(ctx context.Context, r store.Reads, account, request model.ID) (model.Request, error) {
	q, err := r.Request(ctx, request)
	if err == nil && (q.Command.Account != account || !TakesOwnersKey(q)) {
		err = model.NotFound("request")
	}
	return q, err
}

// TakesOwnersKey reports whether the owner's key can count on a request.
func TakesOwnersKey(q model.Request) bool {
	return q.Command.Info().Group == model.GroupTakeover && q.Target.Strictest == model.ClassStandard
}

// OwnersRequests are the requests that wait for keys and on which the owner of an account can turn theirs, the oldest
// first.
func (g *Guard) OwnersRequests(ctx context.Context, account model.ID) ([]model.Request, error) {
	all, err := g.st.OpenTakeovers(ctx, account)
	if err != nil {
		return nil, err
	}
	var open []model.Request
	for _, q := range all {
		keys, err := g.st.KeysOn(ctx, q.ID)
		if err != nil {
			return nil, err
		}
		if !TakesOwnersKey(q) || takesKeys(q, g.now()) != nil || ownersOf(keys) != nil {
			continue
		}
		if q, err = g.Opened(ctx, q); err != nil {
			return nil, err
		}
		open = append(open, q)
	}
	return open, nil
}

// ownersOf is the owner's key among those on a request, or nil.
func ownersOf(keys []model.Key) *model.OwnersKey {
	for _, k := range keys {
		if k.Owner != nil {
			return k.Owner
		}
	}
	return nil
}

// TurnAsOwner turns the owner's key on a request about their account. It counts as one person's, of whom at least one
// more must be of the staff.
func (g *Guard) TurnAsOwner(ctx context.Context, account, request model.ID, response []byte) (Outcome, error) {
	var out Outcome
	var refusal *model.Error
	err := g.st.Privileged(ctx, func(p *store.PrivTx) error {
		out, refusal = Outcome{}, nil
		if _, err := ownersRequest(ctx, p.Reads, account, request); err != nil {
			return err
		}
		q, keys, err := read(ctx, p.Reads, request)
		if err == nil {
			err = historyStands(g.broken(), q.Command.Kind)
		}
		if err == nil {
			err = takesKeys(q, p.Now())
		}
		if err != nil {
			return err
		}
		if ownersOf(keys) != nil {
			return model.Errorf(model.KindConflict, "your passkey has signed this request already")
		}
		k, err := g.ownersAnswer(ctx, p, account, purposeOwnersKey, request, response)
		if err != nil {
			return err
		}
		k.Request = q.ID
		c, v, err := g.judgeAgain(ctx, p, q, append(slices.Clone(keys), k))
		if err != nil {
			return err
		}
		if refusal = v.refusal; refusal == nil {
			refusal = v.void[noPerson]
		}
		if refusal != nil {
			refuseEntry(p, q, Actor{}, refusal)
			out = Outcome{Request: q, Leaf: p.Leaf()}
			return nil
		}
		if v.missing.None() {
			out, _, err = c.finish(ctx, p, q, Actor{}, []model.Key{k}, v)
			return err
		}
		p.Entry.Facts = facts(ledger.EventKey, q, Actor{})
		p.Entry.Facts.Keys = keyFacts(v.counted)
		out = Outcome{Request: q, Missing: v.missing, Leaf: p.Leaf()}
		return p.PutKey(ctx, k)
	})
	return answer(out, refusal, err)
}

// noPerson is under which a verdict has why the owner's key does not count: it is nobody's of the staff.
const noPerson model.ID = 0

// ownerStands asks whether the owner's key counts, and gives them as the quorum counts them: one person, of no role and no
// team. Every row asks for a team, so that no owner does alone what the staff are asked for. Whose account belongs to one of
// the staff is that human (law 4).
func (c *court) ownerStands(ctx context.Context, d deed, q model.Request, k model.Key) (approval.Holder, *model.Error, error) {
	held, err := c.r.AccountPasskey(ctx, k.Credential)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return approval.Holder{}, nil, err
	}
	h := approval.Holder{Person: k.Owner.Account}
	link, err := c.r.LinkOf(ctx, k.Owner.Account)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return h, nil, err
	}
	if err == nil {
		own, err := c.holder(ctx, link.Person)
		if err != nil {
			return h, nil, err
		}
		h.SameAs = append(own.SameAs, link.Person)
	}
	return h, c.g.ownersKey(d, q, k, held), nil
}

// ownersKey is law 5 for the owner's key, and the table's bound of it: it is a WebAuthn signature, by a passkey that the
// account has, over this very request, and counts on a takeover of a standard account only. A passkey that was made after
// the request is none of the owner's that matters: whoever is about to take an account may have been in it.
func (g *Guard) ownersKey(d deed, q model.Request, k model.Key, held store.AccountPasskey) *model.Error {
	switch {
	case d.info.Group != model.GroupTakeover || d.strictest != model.ClassStandard || k.Owner.Account != d.cmd.Account:
		return model.Refused(LawTwoKeys, "the owner's passkey counts for a takeover of their own account only, and of a standard one")
	case held.ID != k.Credential || held.Account != k.Owner.Account || !slices.Equal(held.PublicKey, k.Owner.PublicKey):
		return model.Refused(LawSigned, "the owner's passkey was removed")
	case !held.CreatedAt.Before(q.CreatedAt):
		return model.Refused(LawSigned, "the owner's passkey was made after this was requested")
	}
	challenge, err := approval.OwnerChallenge(q, k.Owner.Account, k.ExpiresAt, headOf(k))
	if err != nil {
		return &model.Error{Kind: model.KindForbidden, Law: LawSigned, Message: "the request cannot be signed", Err: err}
	}
	return g.ownerSigned(challenge, k)
}

// ownerSigned checks an owner's signature over a challenge.
func (g *Guard) ownerSigned(challenge []byte, k model.Key) *model.Error {
	if k.SignedAt.After(k.ExpiresAt) {
		return model.Refused(LawSigned, "the signature came too late: ask for a new challenge")
	}
	if err := g.owners.VerifyAssertion(challenge, k.Owner.PublicKey, k.Assertion); err != nil {
		message := "the signature is not for this"
		if e, ok := errors.AsType[*model.Error](err); ok {
			message += ": " + e.Message
		}
		return &model.Error{Kind: model.KindForbidden, Law: LawSigned, Message: message, Err: err}
	}
	return nil
}

// headOf is the ledger's head that a key signed.
func headOf(k model.Key) ledger.Head {
	h := ledger.Head{Size: k.HeadSize}
	copy(h.Root[:], k.HeadHash)
	return h
}
