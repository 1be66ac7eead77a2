package passkey_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/passkey"

	"github.com/descope/virtualwebauthn"
	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

func TestRegistrationOfEveryKindOfKey(t *testing.T) {
	es256, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	rs256, _ := newCredential(t, virtualwebauthn.KeyTypeRSA)
	for name, c := range map[string]credential{"ES256": es256, "RS256": rs256, "EdDSA": newEdDSA(t)} {
		got, err := desk.VerifyRegistration(challenge, newAnswer("webauthn.create").register(t, c))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(got.Handle, c.handle) || !bytes.Equal(got.PublicKey, c.publicKey) || len(got.AAGUID) != 16 {
			t.Errorf("%s: registered %+v", name, got)
		}
		if err := desk.VerifyAssertion(challenge, got.PublicKey, newAnswer("webauthn.get").assert(t, c)); err != nil {
			t.Errorf("%s: the registered key does not verify: %v", name, err)
		}
	}
}

func TestRegistrationThatDoesNotHold(t *testing.T) {
	c, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	for name, test := range map[string]struct {
		change func(*answer)
		words  string
	}{
		"challenge": {func(a *answer) { a.client["challenge"] = "AAAA" }, "the passkey answered another challenge"},
		"origin": {func(a *answer) { a.client["origin"] = "https://desk.example:8443/" },
			"the passkey was used on another site, not on https://desk.example:8443"},
		"rp ID": {func(a *answer) { a.rpID = "example" }, "the passkey is one for another site"},
		"no UV": {func(a *answer) { a.flags = present }, "the passkey did not verify its user by PIN or biometrics"},
		"no UP": {func(a *answer) { a.flags = verified }, "the passkey was used without anybody present"},
		"type get": {func(a *answer) { a.client["type"] = "webauthn.get" },
			"the passkey was used for something else: webauthn.create is needed"},
		"crossOrigin": {func(a *answer) { a.client["crossOrigin"] = true },
			"the passkey was used from inside another site's page"},
	} {
		a := newAnswer("webauthn.create")
		test.change(&a)
		_, err := desk.VerifyRegistration(challenge, a.register(t, c))
		isKind(t, name, err, model.KindForbidden, test.words)
	}
}

func TestRegistrationOfAKeyThatCannotBeUsed(t *testing.T) {
	c, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	offCurve := bytes.Clone(c.publicKey)
	offCurve[len(offCurve)-1] ^= 1
	es384, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -35, -1: 2, -2: make([]byte, 48), -3: make([]byte, 48)})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		key   []byte
		words string
	}{
		"off the curve":       {offCurve, "the credential's key is not one that can be checked"},
		"algorithm not asked": {es384, "the credential is not a valid one"},
	} {
		c.publicKey = test.key
		_, err := desk.VerifyRegistration(challenge, newAnswer("webauthn.create").register(t, c))
		isKind(t, name, err, model.KindForbidden, test.words)
	}
	huge, err := webauthncbor.Marshal(map[int]any{1: 3, 3: -257, -1: make([]byte, 2000), -2: []byte{1, 0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	c.publicKey = huge
	_, err = desk.VerifyRegistration(challenge, newAnswer("webauthn.create").register(t, c))
	isKind(t, "huge", err, model.KindInvalid, "credential: has a key of more than 1100 bytes")
}

func TestRegistrationThatCannotBeRead(t *testing.T) {
	c, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	sound := newAnswer("webauthn.create").register(t, c)
	attestation := newAnswer("webauthn.create")
	attestation.format = "tpm"
	const words = "credential: is not the answer of a passkey"
	for name, test := range map[string]struct {
		response []byte
		words    string
	}{
		"nothing":     {nil, words},
		"empty":       {[]byte("{}"), words},
		"cut":         {sound[:len(sound)-9], words},
		"followed":    {slices.Concat(sound, []byte("{}")), words},
		"no object":   {bytes.Replace(sound, []byte("attestationObject"), []byte("attestationSubject"), 1), words},
		"attestation": {attestation.register(t, c), "credential: carries an attestation that was not asked for"},
		"oversize": {slices.Concat(bytes.Repeat([]byte(" "), passkey.MaxResponse), sound),
			"credential: has more than 65536 bytes"},
	} {
		_, err := desk.VerifyRegistration(challenge, test.response)
		isKind(t, name, err, model.KindInvalid, test.words)
	}
	other := c
	other.handle = []byte("another handle")
	swapped := bytes.ReplaceAll(sound, []byte(base64.RawURLEncoding.EncodeToString(c.handle)),
		[]byte(base64.RawURLEncoding.EncodeToString(other.handle)))
	_, err := desk.VerifyRegistration(challenge, swapped)
	isKind(t, "another handle", err, model.KindForbidden, "the credential is not a valid one")
}

// FuzzVerifyRegistration takes the two parts that matter in their binary form, which is where fuzzing finds more.
func FuzzVerifyRegistration(f *testing.F) {
	c, _ := newCredential(f, virtualwebauthn.KeyTypeEC2)
	a := newAnswer("webauthn.create")
	for _, key := range []credential{c, newEdDSA(f)} {
		f.Add(a.clientData(f), a.attestationObject(f, key))
	}
	f.Fuzz(func(t *testing.T, clientData, object []byte) {
		got, err := desk.VerifyRegistration(challenge, registration(t, c.handle, clientData, object))
		_, raw := desk.VerifyRegistration(challenge, clientData)
		for _, err := range []error{err, raw} {
			var e *model.Error
			if err != nil && (!errors.As(err, &e) || e.Kind != model.KindInvalid && e.Kind != model.KindForbidden) {
				t.Errorf("refused with %v", err)
			}
		}
		if err != nil {
			return
		}
		if len(got.Handle) == 0 || len(got.Handle) > 1023 || len(got.PublicKey) == 0 || len(got.AAGUID) != 16 {
			t.Errorf("registered %+v", got)
		}
		assertion := newAnswer("webauthn.get").assert(t, credential{sign: func([]byte) []byte { return object }})
		if desk.VerifyAssertion(challenge, got.PublicKey, assertion) == nil {
			t.Error("the registered key verifies what it did not sign")
		}
	})
}
