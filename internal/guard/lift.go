package guard

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// ownerLifts is the last part of law 1's exception: the owner's passkey lifts the one brief lock that anyone may set, and
// nothing else. The passkey is older than the lock: whoever has only stolen the sign-in that the lock is to stop can make
// no passkey that lifts it.
func ownerLifts(s model.Sanction, all []model.Sanction, madeAt, now time.Time) *model.Error {
	switch {
	case !s.Active(now):
		return model.Errorf(model.KindConflict, "there is nothing to lift: it is over")
	case !excepted(s, all):
		return model.Refused(LawTwoKeys, "the owner's passkey lifts only the one lock of at most 15 minutes that anyone may set")
	case !madeAt.Before(s.Start):
		return model.Refused(LawTwoKeys, "the passkey was made after the lock began: one from before lifts it")
	}
	return nil
}

// excepted reports whether a sanction is the one brief lock of 24 hours that law 1 excepts, of all that were ever on its
// account: a second one has the keys that any lock takes.
func excepted(s model.Sanction, all []model.Sanction) bool {
	return isBrief(s) && !slices.ContainsFunc(all, func(o model.Sanction) bool {
		before := o.Start.Before(s.Start) || o.Start.Equal(s.Start) && o.ID < s.ID
		return before && isBrief(o) && s.Start.Sub(o.Start) < BriefLockEvery
	})
}

// Liftable are the sanctions on an account that its owner's passkey lifts now, and whether the account has a passkey that
// does so.
func (g *Guard) Liftable(ctx context.Context, account model.ID) (liftable []model.Sanction, byPasskey bool, err error) {
	all, err := g.st.Sanctions(ctx, account)
	if err != nil {
		return nil, false, err
	}
	held, err := g.st.AccountPasskeys(ctx, account)
	if err != nil {
		return nil, false, err
	}
	now := g.now()
	for _, s := range all {
		if ownerLifts(s, all, time.Time{}, now) != nil {
			continue
		}
		liftable = append(liftable, s)
		byPasskey = byPasskey || slices.ContainsFunc(held, func(k store.AccountPasskey) bool {
			return ownerLifts(s, all, k.CreatedAt, now) == nil
		})
	}
	return liftable, byPasskey, nil
}

// LiftChallenge hands out what the owner of an account has to sign to lift a brief lock.
func (g *Guard) LiftChallenge(ctx context.Context, account, sanction model.ID) (json.RawMessage, error) {
	return g.ownersOptions(ctx, account, purposeLift, sanction, func(tx *store.Tx, expires time.Time, head ledger.Head) ([]byte, error) {
		s, all, q, err := ownersSanction(ctx, tx.Reads, account, sanction)
		if err != nil {
			return nil, err
		}
		if e := ownerLifts(s, all, time.Time{}, g.now()); e != nil {
			return nil, e
		}
		return approval.LiftChallenge(q, s, expires, head), nil
	})
}

// ownersSanction is a sanction on an owner's account with all that were ever on it, and the request that made it.
func ownersSanction(ctx context.Context, r store.Reads, account, sanction model.ID) (s model.Sanction, all []model.Sanction, q model.Request, err error) {
	if all, err = r.Sanctions(ctx, account); err != nil {
		return s, nil, q, err
	}
	i := slices.IndexFunc(all, func(o model.Sanction) bool { return o.ID == sanction })
	if i < 0 {
		return s, nil, q, model.NotFound("sanction")
	}
	q, err = r.Request(ctx, all[i].Request)
	return all[i], all, q, err
}

// Lift lifts a brief lock by the passkey of the account's owner: response is the WebAuthn assertion that the browser made.
// What was signed is kept, so that anyone can check it again. It takes nobody of the staff, and works in a freeze. What a
// law refuses is recorded.
func (g *Guard) Lift(ctx context.Context, account, sanction model.ID, response []byte) error {
	var refusal *model.Error
	err := g.st.Privileged(ctx, func(p *store.PrivTx) error {
		refusal = nil
		if g.clock.jumped(g.now()) {
			p.DoubtClock()
		}
		s, all, q, err := ownersSanction(ctx, p.Reads, account, sanction)
		if err != nil {
			return err
		}
		k, err := g.ownersAnswer(ctx, p, account, purposeLift, sanction, response)
		if err != nil {
			return err
		}
		k.Request, k.Owner.Sanction = q.ID, s.ID
		if refusal = ownerLifts(s, all, k.Owner.MadeAt, p.Now()); refusal == nil {
			refusal = g.ownerSigned(approval.LiftChallenge(q, s, k.ExpiresAt, headOf(k)), k)
		}
		if refusal == nil {
			return liftByOwner(ctx, p, s, k)
		}
		a, err := p.Account(ctx, account)
		p.Entry.Facts = ledger.Facts{Event: ledger.EventRefused, Kind: model.CmdRestore, Class: a.Class, Account: a.ID,
			Handle: a.Handle, Case: s.Case, Law: refusal.Law, Note: refusal.Message}
		return err
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	return err
}

// liftByOwner records what an owner lifted.
func liftByOwner(ctx context.Context, p *store.PrivTx, s model.Sanction, k model.Key) error {
	a, err := p.Account(ctx, s.Account)
	if err != nil {
		return err
	}
	p.Entry.Facts = ledger.Facts{Event: ledger.EventOwner, Kind: model.CmdRestore, Class: a.Class, Account: a.ID, Handle: a.Handle,
		Case: s.Case, Note: "the owner's passkey lifted a brief lock", Keys: keyFacts([]model.Key{k})}
	if err := p.PutKey(ctx, k); err != nil {
		return err
	}
	s.LiftedAt = p.Now()
	if err := p.PutSanction(ctx, s); err != nil {
		return err
	}
	if e := darkEverywhere(p.Rows(), p.Announced()); e != nil {
		return e
	}
	return nil
}
