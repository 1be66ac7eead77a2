package testkit

import (
	"time"

	"keyturn/internal/demo"
	"keyturn/internal/passkey"
	"keyturn/internal/recovery"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
)

// Lost has somebody make a passkey for a login whose own are lost, and gives the statement that is to be signed for it, with
// the new key.
func (w *World) Lost(login string) (recovery.Statement, *softkey.Ring) {
	w.TB.Helper()
	ring, made, err := demo.MakeRing(w.Guard.RelyingParty(), login)
	w.must(err)
	id, until := w.Store.IDs().Next(), w.Clock.Now().Add(14*24*time.Hour).Truncate(time.Second)
	w.Write(func(tx *store.Tx) error {
		return tx.AddEnrolment(w.TB.Context(), store.Enrolment{ID: id, TokenHash: []byte(id.String()), Login: login, Name: "new key",
			Handle: made.Handle, PublicKey: made.PublicKey, AAGUID: made.AAGUID, CreatedAt: w.Clock.Now(), ExpiresAt: until})
	})
	origin, err := w.Store.Origin(w.TB.Context())
	w.must(err)
	return recovery.Statement{Origin: origin, Desk: w.Desk, Login: login, Passkey: passkey.Fingerprint(made.PublicKey),
		Enrolment: id, Until: until}, ring
}

// SignSealed signs a statement with some of the recovery keys, by their places.
func (w *World) SignSealed(s recovery.Statement, keys ...int) string {
	w.TB.Helper()
	text := s.Text()
	for _, i := range keys {
		var err error
		text, err = recovery.Sign(w.Sealed[i], text)
		w.must(err)
	}
	return text
}
