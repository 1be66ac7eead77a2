package staff

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
)

// RecoveryLife is how long the holders of the recovery keys have to sign for a passkey that was made for a recovery.
const RecoveryLife = 14 * 24 * time.Hour

// BeginRecovery lets somebody who has lost their passkeys make one for their login, for the holders of the recovery keys to
// sign for. It says nothing of whether there is such a login, and gives no power.
func (s *Staff) BeginRecovery(ctx context.Context, login string) (Invitation, error) {
	if !guard.IsLogin(login) {
		return Invitation{}, model.Invalid("login", "is not a login's name")
	}
	now := s.now()
	inv := Invitation{Token: newToken(), ExpiresAt: now.Add(RecoveryLife).UTC().Truncate(time.Second)}
	err := s.st.Write(ctx, func(tx *store.Tx) error {
		inv.ID = tx.NextID()
		return tx.AddEnrolment(ctx, store.Enrolment{ID: inv.ID, TokenHash: hash(inv.Token), Login: login, CreatedAt: now,
			ExpiresAt: inv.ExpiresAt})
	})
	return inv, err
}

// Statement is what the holders of the recovery keys sign for a passkey that was made for a recovery; token is that of its
// invitation.
func (s *Staff) Statement(ctx context.Context, token string) (recovery.Statement, error) {
	e, err := s.st.EnrolmentByToken(ctx, hash(token))
	if err == nil && (e.Person != 0 || len(e.PublicKey) == 0) {
		err = model.NotFound("passkey for a recovery")
	}
	if err != nil {
		return recovery.Statement{}, err
	}
	origin, err := s.st.Origin(ctx)
	return recovery.Statement{Origin: origin, Desk: s.rp.Origin, Login: e.Login, Passkey: passkey.Fingerprint(e.PublicKey),
		Enrolment: e.ID, Until: e.ExpiresAt}, err
}

func newToken() string {
	token := make([]byte, 32)
	rand.Read(token)
	return base64.RawURLEncoding.EncodeToString(token)
}
