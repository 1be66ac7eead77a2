package passkey_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/passkey"

	"github.com/descope/virtualwebauthn"
	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

var desk = passkey.RelyingParty{ID: "desk.example", Origin: "https://desk.example:8443", Name: "Keyturn desk"}

// challenge is what the tests' answers must answer.
var challenge = []byte("thirty-two bytes that are random")

// Flags of authenticator data: https://www.w3.org/TR/webauthn-3/#authdata-flags.
const (
	present  = 1 << 0
	verified = 1 << 2
	attested = 1 << 6
)

// credential is what an authenticator keeps: a handle, the COSE key, and the means to sign.
type credential struct {
	handle, publicKey []byte
	sign              func(message []byte) []byte
}

// newCredential makes an ES256 or RS256 credential in virtualwebauthn's authenticator.
func newCredential(t testing.TB, kind virtualwebauthn.KeyType) (credential, virtualwebauthn.Credential) {
	t.Helper()
	c := virtualwebauthn.NewCredential(kind)
	// virtualwebauthn drops leading zeros of coordinates, which RFC 9053 §7.1.1 forbids: then the key is not 77 bytes.
	for kind == virtualwebauthn.KeyTypeEC2 && len(c.Key.AttestationData()) != 77 {
		c = virtualwebauthn.NewCredential(kind)
	}
	sign := func(message []byte) []byte {
		digest := sha256.Sum256(message)
		sig, err := c.Key.Sign(digest[:])
		if err != nil {
			t.Fatal(err)
		}
		return sig
	}
	return credential{c.ID, c.Key.AttestationData(), sign}, c
}

// newEdDSA makes a credential of the one kind that virtualwebauthn has not.
func newEdDSA(t testing.TB) credential {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 1, 3: -8, -1: 6, -2: []byte(public)}) // RFC 9053 §7.2
	if err != nil {
		t.Fatal(err)
	}
	return credential{[]byte("a handle"), cose, func(message []byte) []byte { return ed25519.Sign(private, message) }}
}

// answer is what an authenticator and a browser are told to say; tests change one thing at a time.
type answer struct {
	client map[string]any
	rpID   string
	flags  byte
	more   []byte // authenticator data after the counter
	format string
}

func newAnswer(kind string) answer {
	return answer{
		client: map[string]any{
			"type": kind, "challenge": base64.RawURLEncoding.EncodeToString(challenge), "origin": desk.Origin,
			"crossOrigin": false,
		},
		rpID:   desk.ID,
		flags:  present | verified,
		format: "none",
	}
}

func (a answer) clientData(t testing.TB) []byte {
	t.Helper()
	b, err := json.Marshal(a.client)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (a answer) authenticatorData() []byte {
	hash := sha256.Sum256([]byte(a.rpID))
	return slices.Concat(hash[:], []byte{a.flags, 0, 0, 0, 0}, a.more)
}

// assert signs the answer.
func (a answer) assert(t testing.TB, c credential) model.Assertion {
	t.Helper()
	clientData, authData := a.clientData(t), a.authenticatorData()
	hash := sha256.Sum256(clientData)
	return model.Assertion{ClientData: clientData, AuthenticatorData: authData,
		Signature: c.sign(slices.Concat(authData, hash[:]))}
}

// attestationObject holds the new credential, as it is when no attestation is asked for.
func (a answer) attestationObject(t testing.TB, c credential) []byte {
	t.Helper()
	a.flags |= attested
	a.more = slices.Concat(make([]byte, 16), []byte{byte(len(c.handle) >> 8), byte(len(c.handle))}, c.handle, c.publicKey)
	object, err := webauthncbor.Marshal(map[string]any{
		"fmt": a.format, "attStmt": map[string]any{}, "authData": a.authenticatorData(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// register is the JSON of a new credential.
func (a answer) register(t testing.TB, c credential) []byte {
	t.Helper()
	return registration(t, c.handle, a.clientData(t), a.attestationObject(t, c))
}

func registration(t testing.TB, handle, clientData, object []byte) []byte {
	t.Helper()
	return responseJSON(t, handle, map[string]any{
		"clientDataJSON":    base64.RawURLEncoding.EncodeToString(clientData),
		"attestationObject": base64.RawURLEncoding.EncodeToString(object),
		"transports":        []string{"internal"},
	})
}

// responseJSON is what PublicKeyCredential.toJSON gives.
func responseJSON(t testing.TB, handle []byte, response map[string]any) []byte {
	t.Helper()
	id := base64.RawURLEncoding.EncodeToString(handle)
	b, err := json.Marshal(map[string]any{
		"id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{}, "response": response,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// isKind checks that err says kind and the words.
func isKind(t testing.TB, what string, err error, kind model.ErrorKind, words string) {
	t.Helper()
	var e *model.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Error() != words {
		t.Errorf("%s: %q (%+v), want %s: %q", what, err, e, kind, words)
	}
}
