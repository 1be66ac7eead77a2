package passkey

import (
	"encoding/json"

	"keyturn/internal/model"

	"github.com/go-webauthn/webauthn/protocol"
)

// ParseAssertion reads the JSON of an assertion (PublicKeyCredential.toJSON). It needs no RelyingParty as it checks the
// form only; VerifyAssertion checks the rest, once the credential that handle names is known. What cannot be read gets
// model.KindInvalid.
func ParseAssertion(response []byte) (handle []byte, a model.Assertion, err error) {
	if len(response) > MaxResponse {
		return nil, model.Assertion{}, model.Invalid("assertion", "has more than %d bytes", MaxResponse)
	}
	p, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, model.Assertion{}, invalid("assertion", err)
	}
	return p.RawID, model.Assertion{
		ClientData:        p.Raw.AssertionResponse.ClientDataJSON,
		AuthenticatorData: p.Raw.AssertionResponse.AuthenticatorData,
		Signature:         p.Response.Signature,
	}, nil
}

// VerifyAssertion checks that the key publicKey (COSE) signed the challenge at this origin and for this relying party,
// with the user present and verified: https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion. What cannot be read
// gets model.KindInvalid, what does not hold model.KindForbidden. Signature counters are not looked at: a challenge is
// used once, and passkeys that are synced count nothing.
func (rp RelyingParty) VerifyAssertion(challenge, publicKey []byte, a model.Assertion) error {
	var p protocol.ParsedCredentialAssertionData
	p.Raw.AssertionResponse.ClientDataJSON = a.ClientData
	p.Raw.AssertionResponse.AuthenticatorData = a.AuthenticatorData
	p.Response.Signature = a.Signature
	if err := json.Unmarshal(a.ClientData, &p.Response.CollectedClientData); err != nil {
		return invalid("assertion", err)
	}
	if err := p.Response.AuthenticatorData.Unmarshal(a.AuthenticatorData); err != nil {
		return invalid("assertion", err)
	}
	c := ceremony{rp, protocol.AssertCeremony, challenge, &p.Response.CollectedClientData, &p.Response.AuthenticatorData}
	if err := c.checkOrigin(); err != nil {
		return err
	}
	err := p.Verify(encode(challenge), rp.ID, "", []string{rp.Origin}, nil, nil, protocol.TopOriginExplicitVerificationMode,
		false, true, true, publicKey, protocol.SignaturePolicy{})
	if err != nil {
		return c.forbidden(err, "the signature is not that of the credential")
	}
	return nil
}

// ChallengeIn reads the challenge that an assertion's client data claims to answer (WebAuthn Level 3, section 5.8.1):
// which of the challenges that were handed out to look up. It proves nothing; VerifyAssertion does.
func ChallengeIn(clientData []byte) ([]byte, error) {
	var data struct {
		Challenge protocol.URLEncodedBase64 `json:"challenge"`
	}
	if err := json.Unmarshal(clientData, &data); err != nil || len(data.Challenge) == 0 {
		return nil, model.Invalid("credential", "its client data has no challenge")
	}
	return data.Challenge, nil
}
