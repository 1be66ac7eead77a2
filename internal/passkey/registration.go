package passkey

import (
	"bytes"

	"keyturn/internal/model"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// MaxResponse is the most bytes that the JSON of a credential or an assertion may have.
const MaxResponse = 64 << 10

// maxPublicKey is the most bytes of a COSE key: enough for RSA of 8192 bits, and a bound on what checking one costs.
const maxPublicKey = 1100

// Registered is a new credential.
type Registered struct {
	Handle    []byte // the WebAuthn credential ID, 1 to 1023 bytes
	PublicKey []byte // COSE key (RFC 9052)
	AAGUID    []byte // the authenticator's model, 16 bytes; zeros when it does not say
}

// VerifyRegistration checks the JSON of a new credential (PublicKeyCredential.toJSON) that answers the challenge:
// https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential. What cannot be read gets model.KindInvalid, what
// does not hold model.KindForbidden. Whether the handle is taken is for the caller to check.
func (rp RelyingParty) VerifyRegistration(challenge, response []byte) (Registered, error) {
	if len(response) > MaxResponse {
		return Registered{}, model.Invalid("credential", "has more than %d bytes", MaxResponse)
	}
	p, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return Registered{}, invalid("credential", err)
	}
	object := &p.Response.AttestationObject
	c := ceremony{rp, protocol.CreateCeremony, challenge, &p.Response.CollectedClientData, &object.AuthData}
	// The options ask for no attestation. A self-signed one may come all the same; the other formats would bring their
	// parsers of certificates and TPM structures within reach of whoever is at the door.
	if f := protocol.AttestationFormat(object.Format); f != protocol.AttestationFormatNone && f != protocol.AttestationFormatPacked {
		return Registered{}, model.Invalid("credential", "carries an attestation that was not asked for")
	}
	if len(object.AuthData.AttData.CredentialPublicKey) > maxPublicKey {
		return Registered{}, model.Invalid("credential", "has a key of more than %d bytes", maxPublicKey)
	}
	if err := c.checkOrigin(); err != nil {
		return Registered{}, err
	}
	_, err = p.Verify(encode(challenge), rp.ID, []string{rp.Origin}, nil, nil, protocol.TopOriginExplicitVerificationMode,
		false, true, true, nil, algorithms(), protocol.AttestationPolicy{}, protocol.SignaturePolicy{})
	if err != nil {
		return Registered{}, c.forbidden(err, "the credential is not a valid one")
	}
	data := object.AuthData.AttData
	// Without an attestation nothing has looked at the key yet.
	if _, err := webauthncose.ParsePublicKey(data.CredentialPublicKey); err != nil {
		return Registered{}, c.forbidden(err, "the credential's key is not one that can be checked")
	}
	return Registered{
		Handle:    bytes.Clone(data.CredentialID),
		PublicKey: bytes.Clone(data.CredentialPublicKey),
		AAGUID:    bytes.Clone(data.AAGUID),
	}, nil
}
