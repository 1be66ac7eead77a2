package passkey_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCreationOptions(t *testing.T) {
	got, err := desk.CreationOptions(challenge, []byte{0xff, 0xfe}, "lead", "The Lead", [][]byte{{1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	// PublicKeyCredentialCreationOptionsJSON: https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialcreationoptionsjson
	const want = `{"rp":{"name":"Keyturn desk","id":"desk.example"},` +
		`"user":{"name":"lead","displayName":"The Lead","id":"__4"},` +
		`"challenge":"dGhpcnR5LXR3byBieXRlcyB0aGF0IGFyZSByYW5kb20",` +
		`"pubKeyCredParams":[{"type":"public-key","alg":-7},{"type":"public-key","alg":-8},{"type":"public-key","alg":-257}],` +
		`"excludeCredentials":[{"type":"public-key","id":"AQID"}],` +
		`"authenticatorSelection":{"residentKey":"preferred","userVerification":"required"},"attestation":"none"}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}

func TestRequestOptions(t *testing.T) {
	for allowed, want := range map[string]string{
		"": `{"challenge":"dGhpcnR5LXR3byBieXRlcyB0aGF0IGFyZSByYW5kb20","rpId":"desk.example","userVerification":"required"}`,
		"\x01\x02\x03": `{"challenge":"dGhpcnR5LXR3byBieXRlcyB0aGF0IGFyZSByYW5kb20","rpId":"desk.example",` +
			`"allowCredentials":[{"type":"public-key","id":"AQID"}],"userVerification":"required"}`,
	} {
		var allow [][]byte
		if allowed != "" {
			allow = [][]byte{[]byte(allowed)}
		}
		got, err := desk.RequestOptions(challenge, allow)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("options (-want +got):\n%s", diff)
		}
	}
}

func TestOptionsThatWouldBeWeak(t *testing.T) {
	if _, err := desk.RequestOptions(challenge[:15], nil); err == nil {
		t.Error("asked with a short challenge")
	}
	for _, userID := range []string{"", strings.Repeat("x", 65)} {
		if _, err := desk.CreationOptions(challenge, []byte(userID), "lead", "", nil); err == nil {
			t.Errorf("%d bytes of user ID pass", len(userID))
		}
	}
	if _, err := desk.CreationOptions(challenge[:15], []byte("7"), "lead", "", nil); err == nil {
		t.Error("created with a short challenge")
	}
}
