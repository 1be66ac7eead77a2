package approval

import (
	"crypto/sha256"
	"strconv"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// What owners sign is apart from what the staff sign, and the two things that they sign from each other.
const (
	ownerDomain = "keyturn/owner/request/v1"
	liftDomain  = "keyturn/owner/lift/v1"
)

// OwnerChallenge is the WebAuthn challenge for the owner's key on a request about their account: what Challenge is for
// one of the staff, with the account as the approver.
func OwnerChallenge(q model.Request, account model.ID, expires time.Time, head ledger.Head) ([]byte, error) {
	return challenge(ownerDomain, q, account, expires, head)
}

// LiftChallenge is the WebAuthn challenge with which an owner lifts one sanction, s, that the request q was executed as:
// SHA-256 over a domain, the request's nonce, the sanction, when the challenge expires, and the ledger's head.
func LiftChallenge(q model.Request, s model.Sanction, expires time.Time, head ledger.Head) []byte {
	h := sha256.New()
	writeParts(h, []byte(liftDomain), q.Nonce, []byte(s.ID.String()), []byte(s.Account.String()), []byte(s.Post.String()),
		[]byte(s.Kind), []byte(s.Request.String()), []byte(millis(s.Start)), []byte(millis(s.End)), []byte(millis(expires)),
		[]byte(strconv.FormatInt(head.Size, 10)), head.Root[:])
	return h.Sum(nil)
}
