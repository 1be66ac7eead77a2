package passkey

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"

	"keyturn/internal/model"

	"github.com/go-webauthn/webauthn/protocol"
)

// ceremony is one answer of an authenticator, and what it must answer to.
type ceremony struct {
	rp            RelyingParty
	kind          protocol.CeremonyType
	challenge     []byte
	client        *protocol.CollectedClientData
	authenticator *protocol.AuthenticatorData
}

// checkOrigin is stricter than the library, which takes any letter case, a path and a user name with an origin.
func (c ceremony) checkOrigin() error {
	if c.client.Origin != c.rp.Origin {
		return model.Errorf(model.KindForbidden, "the passkey was used on another site, not on %s", c.rp.Origin)
	}
	return nil
}

// forbidden says in words why the library refused; otherwise is what is left when nothing else is wrong.
func (c ceremony) forbidden(cause error, otherwise string) error {
	rpHash := sha256.Sum256([]byte(c.rp.ID))
	why := otherwise
	switch {
	case c.client.Type != c.kind:
		why = "the passkey was used for something else: " + string(c.kind) + " is needed"
	case c.client.Challenge != encode(c.challenge):
		why = "the passkey answered another challenge"
	case c.client.CrossOrigin || c.client.TopOrigin != "":
		why = "the passkey was used from inside another site's page"
	case !bytes.Equal(c.authenticator.RPIDHash, rpHash[:]):
		why = "the passkey is one for another site"
	case !c.authenticator.Flags.UserPresent():
		why = "the passkey was used without anybody present"
	case !c.authenticator.Flags.UserVerified():
		why = "the passkey did not verify its user by PIN or biometrics"
	}
	return &model.Error{Kind: model.KindForbidden, Message: why, Err: cause}
}

// invalid says that an answer cannot be read.
func invalid(field string, cause error) error {
	return &model.Error{Kind: model.KindInvalid, Field: field, Message: "is not the answer of a passkey", Err: cause}
}

// encode is how challenges stand in client data.
func encode(challenge []byte) string { return base64.RawURLEncoding.EncodeToString(challenge) }
