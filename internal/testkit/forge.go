package testkit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
)

// Forgery is what to change about what an authenticator says; a nil part stays as it is.
type Forgery struct {
	Client        func(said map[string]any) // the client data: type, challenge, origin
	Authenticator func(data []byte)         // the authenticator data: hash of the relying party, flags, counter
	Signature     func(signature []byte)
}

// UserVerified is the flag, in the 33rd byte of the authenticator data, that the user was verified:
// https://www.w3.org/TR/webauthn-3/#authdata-flags.
const UserVerified = 1 << 2

// Forge changes an assertion and signs the change with the login's own key: everything about it is good but what was
// changed.
func (w *World) Forge(login string, response []byte, f Forgery) []byte {
	w.TB.Helper()
	encoding := base64.RawURLEncoding
	var credential map[string]any
	w.must(json.Unmarshal(response, &credential))
	parts := credential["response"].(map[string]any)
	client, err := encoding.DecodeString(parts["clientDataJSON"].(string))
	w.must(err)
	data, err := encoding.DecodeString(parts["authenticatorData"].(string))
	w.must(err)
	if f.Client != nil {
		said := map[string]any{}
		w.must(json.Unmarshal(client, &said))
		f.Client(said)
		client, err = json.Marshal(said)
		w.must(err)
	}
	if f.Authenticator != nil {
		f.Authenticator(data)
	}
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(slices.Concat(data, hash[:]))
	signature, err := ecdsa.SignASN1(rand.Reader, w.privateKey(login), digest[:])
	w.must(err)
	if f.Signature != nil {
		f.Signature(signature)
	}
	parts["clientDataJSON"], parts["authenticatorData"] = encoding.EncodeToString(client), encoding.EncodeToString(data)
	parts["signature"] = encoding.EncodeToString(signature)
	forged, err := json.Marshal(credential)
	w.must(err)
	return forged
}

// privateKey is a login's, as its ring has it in a file.
func (w *World) privateKey(login string) *ecdsa.PrivateKey {
	w.TB.Helper()
	text, err := json.Marshal(w.Rings[login])
	w.must(err)
	var ring struct {
		Authenticators []struct {
			Credentials []struct {
				PrivateKey string `json:"private_key"`
			} `json:"credentials"`
		} `json:"authenticators"`
	}
	w.must(json.Unmarshal(text, &ring))
	scalar, err := base64.RawURLEncoding.DecodeString(ring.Authenticators[0].Credentials[0].PrivateKey)
	w.must(err)
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	w.must(err)
	return key
}

func (w *World) must(err error) {
	w.TB.Helper()
	if err != nil {
		w.TB.Fatal(err)
	}
}
