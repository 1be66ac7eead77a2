package passkey_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/passkey"

	"github.com/descope/virtualwebauthn"
)

func TestAssertionOfEveryKindOfKey(t *testing.T) {
	es256, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	rs256, _ := newCredential(t, virtualwebauthn.KeyTypeRSA)
	for name, c := range map[string]credential{"ES256": es256, "RS256": rs256, "EdDSA": newEdDSA(t)} {
		a := newAnswer("webauthn.get").assert(t, c)
		if err := desk.VerifyAssertion(challenge, c.publicKey, a); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		a.Signature[len(a.Signature)-1] ^= 1
		err := desk.VerifyAssertion(challenge, c.publicKey, a)
		isKind(t, name+" with a changed signature", err, model.KindForbidden, "the signature is not that of the credential")
	}
}

// TestSoftwareAuthenticatorSignsIn goes the whole way from options to signature with virtualwebauthn.
func TestSoftwareAuthenticatorSignsIn(t *testing.T) {
	rp := virtualwebauthn.RelyingParty{ID: desk.ID, Origin: desk.Origin, Name: desk.Name}
	authenticator := virtualwebauthn.NewAuthenticator()
	_, c := newCredential(t, virtualwebauthn.KeyTypeEC2)
	creation, err := desk.CreationOptions(challenge, []byte("login 7"), "lead", "The Lead", nil)
	if err != nil {
		t.Fatal(err)
	}
	attestation, err := virtualwebauthn.ParseAttestationOptions(string(creation))
	if err != nil {
		t.Fatal(err)
	}
	created := virtualwebauthn.CreateAttestationResponse(rp, authenticator, c, *attestation)
	registered, err := desk.VerifyRegistration(challenge, []byte(created))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(registered.Handle, c.ID) || !bytes.Equal(registered.AAGUID, authenticator.Aaguid[:]) {
		t.Errorf("registered %+v", registered)
	}

	other := []byte("another challenge, for signing in")
	request, err := desk.RequestOptions(other, [][]byte{registered.Handle})
	if err != nil {
		t.Fatal(err)
	}
	asked, err := virtualwebauthn.ParseAssertionOptions(string(request))
	if err != nil {
		t.Fatal(err)
	}
	if !c.IsAllowedForAssertion(*asked) {
		t.Errorf("%s does not allow the credential", request)
	}
	response := virtualwebauthn.CreateAssertionResponse(rp, authenticator, c, *asked)
	handle, a, err := passkey.ParseAssertion([]byte(response))
	if err != nil || !bytes.Equal(handle, c.ID) {
		t.Fatalf("handle %x, %v", handle, err)
	}
	if err := desk.VerifyAssertion(other, registered.PublicKey, a); err != nil {
		t.Error(err)
	}
	if err := desk.VerifyAssertion(challenge, registered.PublicKey, a); err == nil {
		t.Error("the assertion passes for another challenge")
	}
}

func TestAssertionThatDoesNotHold(t *testing.T) {
	c, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	elsewhere := "the passkey was used on another site, not on https://desk.example:8443"
	for name, test := range map[string]struct {
		change func(*answer)
		words  string
	}{
		"challenge":     {func(a *answer) { a.client["challenge"] = "AAAA" }, "the passkey answered another challenge"},
		"no challenge":  {func(a *answer) { delete(a.client, "challenge") }, "the passkey answered another challenge"},
		"origin":        {func(a *answer) { a.client["origin"] = "https://desk.example.evil" }, elsewhere},
		"scheme":        {func(a *answer) { a.client["origin"] = "http://desk.example:8443" }, elsewhere},
		"port":          {func(a *answer) { a.client["origin"] = "https://desk.example" }, elsewhere},
		"subdomain":     {func(a *answer) { a.client["origin"] = "https://a.desk.example:8443" }, elsewhere},
		"origin's case": {func(a *answer) { a.client["origin"] = "https://DESK.example:8443" }, elsewhere},
		"origin's path": {func(a *answer) { a.client["origin"] = "https://desk.example:8443/" }, elsewhere},
		"origin's user": {func(a *answer) { a.client["origin"] = "https://x@desk.example:8443" }, elsewhere},
		"no origin":     {func(a *answer) { delete(a.client, "origin") }, elsewhere},
		"rp ID":         {func(a *answer) { a.rpID = "example" }, "the passkey is one for another site"},
		"no UV":         {func(a *answer) { a.flags = present }, "the passkey did not verify its user by PIN or biometrics"},
		"no UP":         {func(a *answer) { a.flags = verified }, "the passkey was used without anybody present"},
		"type create": {func(a *answer) { a.client["type"] = "webauthn.create" },
			"the passkey was used for something else: webauthn.get is needed"},
		"payment": {func(a *answer) { a.client["type"] = "payment.get" },
			"the passkey was used for something else: webauthn.get is needed"},
		"crossOrigin": {func(a *answer) { a.client["crossOrigin"] = true },
			"the passkey was used from inside another site's page"},
		"topOrigin": {func(a *answer) { a.client["crossOrigin"], a.client["topOrigin"] = true, desk.Origin },
			"the passkey was used from inside another site's page"},
		"topOrigin only": {func(a *answer) { a.client["topOrigin"] = desk.Origin },
			"the passkey was used from inside another site's page"},
	} {
		a := newAnswer("webauthn.get")
		test.change(&a)
		isKind(t, name, desk.VerifyAssertion(challenge, c.publicKey, a.assert(t, c)), model.KindForbidden, test.words)
	}
}

func TestAssertionOfAnotherKey(t *testing.T) {
	c, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	other, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	a := newAnswer("webauthn.get").assert(t, c)
	for name, key := range map[string][]byte{"other": other.publicKey, "no": nil, "broken": c.publicKey[:40]} {
		err := desk.VerifyAssertion(challenge, key, a)
		isKind(t, name+" key", err, model.KindForbidden, "the signature is not that of the credential")
	}
}

// TestEveryByteIsSigned changes each byte of an assertion in turn.
func TestEveryByteIsSigned(t *testing.T) {
	c, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	a := newAnswer("webauthn.get").assert(t, c)
	for _, part := range [][]byte{a.ClientData, a.AuthenticatorData, a.Signature} {
		for i := range part {
			part[i] ^= 4
			if desk.VerifyAssertion(challenge, c.publicKey, a) == nil {
				t.Errorf("a changed byte %d of %q passes", i, part)
			}
			part[i] ^= 4
		}
	}
	if err := desk.VerifyAssertion(challenge, c.publicKey, a); err != nil {
		t.Errorf("after all was put back: %v", err)
	}
}

func TestAssertionThatCannotBeRead(t *testing.T) {
	c, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	good := newAnswer("webauthn.get").assert(t, c)
	part := func(name string, value any) []byte {
		response := map[string]any{
			"clientDataJSON":    base64.RawURLEncoding.EncodeToString(good.ClientData),
			"authenticatorData": base64.RawURLEncoding.EncodeToString(good.AuthenticatorData),
			"signature":         base64.RawURLEncoding.EncodeToString(good.Signature),
		}
		response[name] = value
		return responseJSON(t, c.handle, response)
	}
	sound := part("userHandle", nil)
	if _, a, err := passkey.ParseAssertion(sound); err != nil || desk.VerifyAssertion(challenge, c.publicKey, a) != nil {
		t.Fatalf("the sound one: %v", err)
	}
	const words = "assertion: is not the answer of a passkey"
	for name, response := range map[string][]byte{
		"nothing":          nil,
		"null":             []byte("null"),
		"list":             []byte("[]"),
		"empty":            []byte("{}"),
		"cut":              sound[:len(sound)-9],
		"followed":         slices.Concat(sound, sound),
		"type":             bytes.Replace(sound, []byte("public-key"), []byte("password"), 1),
		"two IDs":          bytes.Replace(sound, []byte(`"rawId":"`), []byte(`"rawId":"AA`), 1),
		"client data":      part("clientDataJSON", "e30x"),
		"not base64":       part("clientDataJSON", "***"),
		"number":           part("signature", 7),
		"short":            part("authenticatorData", "AAAA"),
		"no authenticator": part("authenticatorData", nil),
		"extension flag":   part("authenticatorData", base64.RawURLEncoding.EncodeToString(answer{flags: 0x80}.authenticatorData())),
		"attested but cut": part("authenticatorData", base64.RawURLEncoding.EncodeToString(answer{flags: attested}.authenticatorData())),
		"data after counter": part("authenticatorData",
			base64.RawURLEncoding.EncodeToString(answer{more: []byte{1}}.authenticatorData())),
	} {
		_, _, err := passkey.ParseAssertion(response)
		isKind(t, name, err, model.KindInvalid, words)
	}
	_, _, err := passkey.ParseAssertion(part("userHandle", strings.Repeat("A", passkey.MaxResponse)))
	isKind(t, "oversize", err, model.KindInvalid, "assertion: has more than 65536 bytes")
	for name, a := range map[string]model.Assertion{
		"empty":              {},
		"client data":        {ClientData: []byte("{"), AuthenticatorData: good.AuthenticatorData, Signature: good.Signature},
		"authenticator data": {ClientData: good.ClientData, AuthenticatorData: []byte("x"), Signature: good.Signature},
	} {
		isKind(t, name, desk.VerifyAssertion(challenge, c.publicKey, a), model.KindInvalid, words)
	}
}

func FuzzParseAssertion(f *testing.F) {
	c, credential := newCredential(f, virtualwebauthn.KeyTypeEC2)
	f.Add([]byte(virtualwebauthn.CreateAssertionResponse(
		virtualwebauthn.RelyingParty{ID: desk.ID, Origin: desk.Origin}, virtualwebauthn.NewAuthenticator(), credential,
		virtualwebauthn.AssertionOptions{Challenge: []byte("another challenge than the tests'")})))
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{}}`))
	f.Fuzz(func(t *testing.T, response []byte) {
		handle, a, err := passkey.ParseAssertion(response)
		if err != nil {
			return
		}
		if len(handle) == 0 {
			t.Error("an assertion of no credential is read")
		}
		if desk.VerifyAssertion(challenge, c.publicKey, a) == nil {
			t.Error("a signature was forged")
		}
	})
}

func BenchmarkVerifyAssertion(b *testing.B) {
	c, _ := newCredential(b, virtualwebauthn.KeyTypeEC2)
	a := newAnswer("webauthn.get").assert(b, c)
	for b.Loop() {
		if err := desk.VerifyAssertion(challenge, c.publicKey, a); err != nil {
			b.Fatal(err)
		}
	}
}
