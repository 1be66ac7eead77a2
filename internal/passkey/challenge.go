package passkey

import (
	"keyturn/internal/model"

	"github.com/go-webauthn/webauthn/protocol"
)

// ChallengeInRegistration reads the challenge that the JSON of a new credential claims to answer: which of the
// challenges that were handed out to look up. It proves nothing; VerifyRegistration does.
func ChallengeInRegistration(response []byte) ([]byte, error) {
	if len(response) > MaxResponse {
		return nil, model.Invalid("credential", "has more than %d bytes", MaxResponse)
	}
	p, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return nil, invalid("credential", err)
	}
	return ChallengeIn(p.Raw.AttestationResponse.ClientDataJSON)
}
