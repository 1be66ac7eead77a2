package audit

import (
	"fmt"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

// signature has one key checked: that its credential signed this request, and a head that this ledger had. What it is on
// is taken from the replay as it is now; the arithmetic is done beside it.
func (r *replay) signature(index int64, row ledger.Row) {
	k, err := store.KeyOf(row)
	if err != nil {
		r.find(index, "key %s cannot be read: %v", row.Key, err)
		return
	}
	if k.Credential == 0 {
		return // a session stood for it; effect checks that it sufficed
	}
	q, c, err := r.on(k)
	if err != nil {
		r.find(index, "key %s is on a request or by a credential that the ledger does not know", row.Key)
		return
	}
	if c.Person == k.Person {
		r.sign(q.ID, k.Person, k.SignedAt) // if the signature is not good after all, that is a finding of its own
	}
	r.signatures++
	rp := r.rp
	r.aside(index, func() []string { return r.wrong(rp, index, q, c, k) })
}

// aside does the arithmetic of one signature beside the replay, and keeps what is wrong with it.
func (r *replay) aside(index int64, wrong func() []string) {
	place := r.found.place()
	r.free <- struct{}{}
	r.signing.Go(func() {
		defer func() { <-r.free }()
		for _, what := range wrong() {
			r.found.add(place, Finding{Entry: index, What: what})
		}
	})
}

// on reads what a key is on, and whose credential it was turned with.
func (r *replay) on(k model.Key) (model.Request, model.Credential, error) {
	request, err := r.values("requests", k.Request.String())
	if err != nil {
		return model.Request{}, model.Credential{}, err
	}
	credential, err := r.values("credentials", k.Credential.String())
	if err != nil {
		return model.Request{}, model.Credential{}, err
	}
	q, err := store.RequestOf(ledger.Row{Values: request})
	if err != nil {
		return model.Request{}, model.Credential{}, err
	}
	c, err := store.CredentialOf(ledger.Row{Values: credential})
	return q, c, err
}

// wrong says what is wrong with a key.
func (r *replay) wrong(rp passkey.RelyingParty, index int64, q model.Request, c model.Credential, k model.Key) []string {
	var all []string
	if err := verifyKey(rp, q, c, k); err != nil {
		all = append(all, fmt.Sprintf("the signature of key %s is not good: %v", k.ID, err))
	}
	if c.Person != k.Person {
		all = append(all, fmt.Sprintf("key %s was turned with somebody else's credential", k.ID))
	}
	return append(all, r.wrongHead(index, k)...)
}

// wrongHead says that a key signed a head which this ledger never had.
func (r *replay) wrongHead(index int64, k model.Key) []string {
	if had, err := ledger.RootAt(k.HeadSize, r.st.TreeHashes(r.ctx)); k.HeadSize > index || err != nil || had != headOf(k) {
		return []string{fmt.Sprintf("key %s signed a head of %d entries that this ledger never had: history was rewritten", k.ID, k.HeadSize)}
	}
	return nil
}

// headOf is the head that a key signed.
func headOf(k model.Key) ledger.Head {
	h := ledger.Head{Size: k.HeadSize}
	copy(h.Root[:], k.HeadHash)
	return h
}

// verifyKey checks that the credential signed exactly this request, for this person, and the head that the key names.
func verifyKey(rp passkey.RelyingParty, q model.Request, c model.Credential, k model.Key) error {
	challenge, err := approval.Challenge(q, k.Person, k.ExpiresAt, headOf(k))
	if err != nil {
		return err
	}
	return rp.VerifyAssertion(challenge, c.PublicKey, k.Assertion)
}
