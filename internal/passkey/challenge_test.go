package passkey_test

import (
	"bytes"
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/passkey"

	"github.com/descope/virtualwebauthn"
)

func TestChallengeInRegistration(t *testing.T) {
	c, _ := newCredential(t, virtualwebauthn.KeyTypeEC2)
	got, err := passkey.ChallengeInRegistration(newAnswer("webauthn.create").register(t, c))
	if err != nil || !bytes.Equal(got, challenge) {
		t.Errorf("challenge %q, %v", got, err)
	}
	without := newAnswer("webauthn.create")
	delete(without.client, "challenge")
	_, err = passkey.ChallengeInRegistration(without.register(t, c))
	isKind(t, "no challenge", err, model.KindInvalid, "credential: its client data has no challenge")
	_, err = passkey.ChallengeInRegistration([]byte("{}"))
	isKind(t, "nothing", err, model.KindInvalid, "credential: is not the answer of a passkey")
	_, err = passkey.ChallengeInRegistration([]byte(strings.Repeat(" ", passkey.MaxResponse+1)))
	isKind(t, "oversize", err, model.KindInvalid, "credential: has more than 65536 bytes")
}

func TestFingerprint(t *testing.T) {
	// echo -n key | sha256sum
	if got := passkey.Fingerprint([]byte("key")); got != "2c70e12b7a0646f9" {
		t.Errorf("fingerprint %s", got)
	}
}

func FuzzChallengeInRegistration(f *testing.F) {
	c, _ := newCredential(f, virtualwebauthn.KeyTypeEC2)
	f.Add(newAnswer("webauthn.create").register(f, c))
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{}}`))
	f.Fuzz(func(t *testing.T, response []byte) {
		if got, err := passkey.ChallengeInRegistration(response); err == nil && len(got) == 0 {
			t.Error("an empty challenge is read")
		}
	})
}
