package passkey

import (
	"encoding/json"
	"errors"

	"keyturn/internal/model"
)

// RelyingParty is the desk, as browsers and authenticators know it.
type RelyingParty struct {
	ID     string // host of the desk's URL, without port
	Origin string // scheme, host and port of the desk's URL, exactly as browsers write it
	Name   string // shown by some authenticators
}

// Registered is a new credential.
type Registered struct {
	Handle    []byte // the WebAuthn credential ID
	PublicKey []byte // COSE key (RFC 9052)
	AAGUID    []byte // the authenticator's model, 16 bytes; zeros when it does not say
}

// CreationOptions is what a page gives to PublicKeyCredential.parseCreationOptionsFromJSON to make a credential.
// userID (1 to 64 bytes) names the login and must hold nothing about its person; exclude are the handles that it has.
func (rp RelyingParty) CreationOptions(challenge, userID []byte, userName, displayName string, exclude [][]byte) (json.RawMessage, error) {
	return nil, errors.New("not yet")
}

// VerifyRegistration checks the JSON of the credential that the page got (PublicKeyCredential.toJSON).
func (rp RelyingParty) VerifyRegistration(challenge, response []byte) (Registered, error) {
	return Registered{}, errors.New("not yet")
}

// RequestOptions is what a page gives to PublicKeyCredential.parseRequestOptionsFromJSON to sign with one of the
// credentials whose handles are in allow, or with any discoverable one when allow is empty.
func (rp RelyingParty) RequestOptions(challenge []byte, allow [][]byte) (json.RawMessage, error) {
	return nil, errors.New("not yet")
}

// ParseAssertion reads the JSON of an assertion (PublicKeyCredential.toJSON). It checks the form only; the signature
// is checked by VerifyAssertion, when the credential that handle names is known.
func (rp RelyingParty) ParseAssertion(response []byte) (handle []byte, a model.Assertion, err error) {
	return nil, model.Assertion{}, errors.New("not yet")
}

// VerifyAssertion checks that a was signed by publicKey (COSE) for this challenge, at this origin, with user presence and
// user verification.
func (rp RelyingParty) VerifyAssertion(challenge, publicKey []byte, a model.Assertion) error {
	return errors.New("not yet")
}
