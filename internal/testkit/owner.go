package testkit

import (
	"context"
	"crypto/rand"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
)

// NetworkURL is the origin for which the owners of a World sign, unless its options say otherwise.
const NetworkURL = "http://localhost:8080"

// Owner is the owner of an account with a passkey, which was registered now.
type Owner struct {
	w       *World
	Account model.ID
	Passkey model.ID
	key     *softkey.Authenticator
}

// NewOwner gives an account an e-mail address where it has none, and its owner one more passkey.
func (w *World) NewOwner(handle string) *Owner {
	w.TB.Helper()
	rp, err := w.Guard.OwnersRelyingParty()
	if err != nil {
		w.TB.Fatal(err)
	}
	o := &Owner{w: w, Account: w.Accounts[handle], Passkey: w.Store.IDs().Next(), key: softkey.New(handle)}
	challenge := make([]byte, 32)
	rand.Read(challenge)
	options, err := rp.CreationOptions(challenge, []byte(handle), handle, handle, nil)
	if err != nil {
		w.TB.Fatal(err)
	}
	response, err := o.key.Register(w.Network, options)
	if err != nil {
		w.TB.Fatal(err)
	}
	made, err := rp.VerifyRegistration(challenge, response)
	if err != nil {
		w.TB.Fatal(err)
	}
	ctx := context.WithoutCancel(w.TB.Context())
	w.Write(func(tx *store.Tx) error {
		_, err := tx.Credentials(ctx, o.Account)
		if model.KindOf(err) == model.KindNotFound {
			err = tx.AddCredentials(ctx, model.Credentials{Account: o.Account, Email: handle + "@example.org", PasswordHash: "a hash"})
		}
		if err != nil {
			return err
		}
		return tx.AddAccountPasskey(ctx, store.AccountPasskey{ID: o.Passkey, Account: o.Account, Name: "phone",
			Handle: made.Handle, PublicKey: made.PublicKey, CreatedAt: w.Clock.Now()})
	})
	return o
}

// Sign answers options with the owner's passkey, as the browser does.
func (o *Owner) Sign(options []byte) []byte {
	o.w.TB.Helper()
	response, err := o.key.Assert(o.w.Network, options)
	if err != nil {
		o.w.TB.Fatal(err)
	}
	return response
}

// Lift has the owner's passkey lift a sanction.
func (o *Owner) Lift(sanction model.ID) error {
	options, err := o.w.Guard.LiftChallenge(o.w.TB.Context(), o.Account, sanction)
	if err != nil {
		return err
	}
	return o.w.Guard.Lift(o.w.TB.Context(), o.Account, sanction, o.Sign(options))
}

// Turn turns the owner's key on a request.
func (o *Owner) Turn(request model.ID) (guard.Outcome, error) {
	options, err := o.w.Guard.OwnersChallenge(o.w.TB.Context(), o.Account, request)
	if err != nil {
		return guard.Outcome{}, err
	}
	return o.w.Guard.TurnAsOwner(o.w.TB.Context(), o.Account, request, o.Sign(options))
}
