package owner

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

const (
	// MaxPasskeys is how many passkeys an account may have.
	MaxPasskeys = 10
	// MaxName is the longest name of a passkey, in characters.
	MaxName = 50
	// challengeLife is how long a passkey may take to answer.
	challengeLife = 5 * time.Minute
)

// What a challenge was handed out for; one made for a purpose answers no other.
const (
	purposeMake   = "owner-passkey"
	purposeSignIn = "owner-sign-in"
)

// Passkey is one of an account's.
type Passkey struct {
	ID        model.ID
	Name      string
	CreatedAt time.Time
}

// Passkeys are the passkeys of an account, the oldest first.
func (o *Owner) Passkeys(ctx context.Context, account model.ID) ([]Passkey, error) {
	rows, err := o.st.AccountPasskeys(ctx, account)
	var all []Passkey
	for _, k := range rows {
		all = append(all, Passkey{ID: k.ID, Name: k.Name, CreatedAt: k.CreatedAt})
	}
	return all, err
}

// PasskeyOptions begins a new passkey of an owner who has just given their password: WebAuthn creation options for the
// browser.
func (o *Owner) PasskeyOptions(ctx context.Context, by social.Proof) (json.RawMessage, error) {
	rp, err := o.guard.OwnersRelyingParty()
	if err != nil {
		return nil, err
	}
	c := o.challenge(purposeMake, by.Account)
	var account model.Account
	var held []store.AccountPasskey
	err = o.st.Write(ctx, func(tx *store.Tx) (err error) {
		if err := tx.HoldEpoch(ctx, by.Account, by.Epoch); err != nil {
			return err
		}
		if account, err = tx.Account(ctx, by.Account); err != nil {
			return err
		}
		if held, err = room(ctx, tx, by.Account); err != nil {
			return err
		}
		return tx.AddChallenge(ctx, c)
	})
	if err != nil {
		return nil, err
	}
	var exclude [][]byte
	for _, k := range held {
		exclude = append(exclude, k.Handle)
	}
	return rp.CreationOptions(c.Hash, []byte(account.ID.String()), account.Handle, "@"+account.Handle, exclude)
}

// room reads an account's passkeys, and refuses one more than there may be.
func room(ctx context.Context, tx *store.Tx, account model.ID) ([]store.AccountPasskey, error) {
	held, err := tx.AccountPasskeys(ctx, account)
	if err == nil && len(held) >= MaxPasskeys {
		err = model.Errorf(model.KindConflict, "an account has at most %d passkeys: remove one first", MaxPasskeys)
	}
	return held, err
}

// challenge is a new one for a purpose.
func (o *Owner) challenge(purpose string, account model.ID) store.Challenge {
	c := store.Challenge{Hash: make([]byte, 32), Purpose: purpose, Person: account, ExpiresAt: o.now().Add(challengeLife)}
	rand.Read(c.Hash)
	return c
}

// take uses up a challenge that was handed out for a purpose.
func (o *Owner) take(ctx context.Context, tx *store.Tx, challenge []byte, purpose string, account model.ID) error {
	taken, err := tx.TakeChallenge(ctx, challenge)
	if model.KindOf(err) == model.KindNotFound || err == nil && (taken.Purpose != purpose || taken.Person != account || o.now().After(taken.ExpiresAt)) {
		return model.Errorf(model.KindForbidden, "the challenge was not handed out for this, was used already, or is too old: begin again")
	}
	return err
}

// AddPasskey keeps the passkey that answers the options: response is the credential that the browser made, name what its
// owner calls it.
func (o *Owner) AddPasskey(ctx context.Context, account model.ID, name string, response []byte) error {
	if name = strings.TrimSpace(name); name == "" || utf8.RuneCountInString(name) > MaxName || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return model.Invalid("name", "must have 1 to %d characters", MaxName)
	}
	rp, err := o.guard.OwnersRelyingParty()
	if err != nil {
		return err
	}
	challenge, err := passkey.ChallengeInRegistration(response)
	if err != nil {
		return err
	}
	made, err := rp.VerifyRegistration(challenge, response)
	if err != nil {
		return err
	}
	return o.st.Write(ctx, func(tx *store.Tx) error {
		if err := o.take(ctx, tx, challenge, purposeMake, account); err != nil {
			return err
		}
		if _, err := room(ctx, tx, account); err != nil {
			return err
		}
		return tx.AddAccountPasskey(ctx, store.AccountPasskey{ID: tx.NextID(), Account: account, Name: name,
			Handle: made.Handle, PublicKey: made.PublicKey, CreatedAt: o.now()})
	})
}

// RemovePasskey forgets a passkey of an owner who has just given their password.
func (o *Owner) RemovePasskey(ctx context.Context, by social.Proof, id model.ID) error {
	return o.st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldEpoch(ctx, by.Account, by.Epoch); err != nil {
			return err
		}
		return tx.RemoveAccountPasskey(ctx, by.Account, id)
	})
}

// SignInOptions hands out what a passkey has to sign for a sign-in: WebAuthn request options for any passkey that the
// browser has for this network.
func (o *Owner) SignInOptions(ctx context.Context) (json.RawMessage, error) {
	rp, err := o.guard.OwnersRelyingParty()
	if err != nil {
		return nil, err
	}
	c := o.challenge(purposeSignIn, 0)
	if err := o.st.Write(ctx, func(tx *store.Tx) error { return tx.AddChallenge(ctx, c) }); err != nil {
		return nil, err
	}
	return rp.RequestOptions(c.Hash, nil)
}

// SignIn checks the answer of a passkey to a sign-in's challenge: what a password proves, proved by a passkey. What does
// not hold is unauthenticated.
func (o *Owner) SignIn(ctx context.Context, response []byte) (by social.Proof, err error) {
	rp, err := o.guard.OwnersRelyingParty()
	if err != nil {
		return by, err
	}
	handle, assertion, err := passkey.ParseAssertion(response)
	if err != nil {
		return by, err
	}
	challenge, err := passkey.ChallengeIn(assertion.ClientData)
	if err != nil {
		return by, err
	}
	err = o.st.Write(ctx, func(tx *store.Tx) error {
		if err := o.take(ctx, tx, challenge, purposeSignIn, 0); err != nil {
			return err
		}
		k, err := tx.AccountPasskeyByHandle(ctx, handle)
		if model.KindOf(err) == model.KindNotFound {
			return model.Errorf(model.KindForbidden, "the passkey is not known here")
		}
		if err != nil {
			return err
		}
		if err := rp.VerifyAssertion(challenge, k.PublicKey, assertion); err != nil {
			return err
		}
		by.Account = k.Account
		by.Epoch, err = tx.Epoch(ctx, k.Account)
		return err
	})
	if e, ok := err.(*model.Error); ok && e.Kind == model.KindForbidden {
		err = &model.Error{Kind: model.KindUnauthenticated, Message: e.Message, Err: e.Err}
	}
	return by, err
}
