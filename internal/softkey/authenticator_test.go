package softkey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"keyturn/internal/passkey"
	"keyturn/internal/softkey"

	"github.com/google/go-cmp/cmp"
)

var desk = passkey.RelyingParty{ID: "localhost", Origin: "http://localhost:8081", Name: "Keyturn desk"}

var challenge = []byte("thirty-two bytes that are random")

// register makes a credential and checks it as the desk does.
func register(t testing.TB, a *softkey.Authenticator, exclude ...[]byte) passkey.Registered {
	t.Helper()
	made, err := passkey.RelyingParty.VerifyRegistration(desk, challenge, creation(t, a, exclude...))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func creation(t testing.TB, a *softkey.Authenticator, exclude ...[]byte) []byte {
	t.Helper()
	response, err := a.Register(desk.Origin, creationOptions(t, exclude...))
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func creationOptions(t testing.TB, exclude ...[]byte) []byte {
	t.Helper()
	options, err := desk.CreationOptions(challenge, []byte{1, 2, 3}, "agent", "Agent", exclude)
	if err != nil {
		t.Fatal(err)
	}
	return options
}

func requestOptions(t testing.TB, allow ...[]byte) []byte {
	t.Helper()
	options, err := desk.RequestOptions(challenge, allow)
	if err != nil {
		t.Fatal(err)
	}
	return options
}

// verify checks an assertion as the desk does.
func verify(t testing.TB, response []byte, by passkey.Registered) {
	t.Helper()
	handle, a, err := passkey.ParseAssertion(response)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(handle, by.Handle) {
		t.Fatalf("signed with credential %x, want %x", handle, by.Handle)
	}
	if err := desk.VerifyAssertion(challenge, by.PublicKey, a); err != nil {
		t.Fatal(err)
	}
}

func TestDeskAcceptsSoftwareKey(t *testing.T) {
	a := softkey.New("laptop")
	// Enough of them that a key with a leading zero in a coordinate, one in 128, is likely to be among them.
	for range 300 {
		made := register(t, a)
		if string(made.AAGUID) != softkey.AAGUID {
			t.Fatalf("AAGUID %x, want %x", made.AAGUID, softkey.AAGUID)
		}
		response, err := a.Assert(desk.Origin, requestOptions(t, made.Handle))
		if err != nil {
			t.Fatal(err)
		}
		verify(t, response, made)
	}
}

func TestAssertTakesAnAllowedCredential(t *testing.T) {
	a, b := softkey.New("laptop"), softkey.New("token")
	first, second, other := register(t, a), register(t, a), register(t, b)
	tests := []struct {
		name  string
		allow [][]byte
		want  passkey.Registered
	}{
		{"the older", [][]byte{first.Handle}, first},
		{"the newer", [][]byte{second.Handle}, second},
		{"either", [][]byte{first.Handle, other.Handle, second.Handle}, second},
		{"whichever", nil, second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			response, err := a.Assert(desk.Origin, requestOptions(t, test.allow...))
			if err != nil {
				t.Fatal(err)
			}
			verify(t, response, test.want)
		})
	}
	if _, err := a.Assert(desk.Origin, requestOptions(t, other.Handle)); !errors.Is(err, softkey.ErrNoCredential) {
		t.Errorf("another's credential: %v, want %v", err, softkey.ErrNoCredential)
	}
}

func TestRegisterRefusesExcluded(t *testing.T) {
	a := softkey.New("laptop")
	made := register(t, a)
	if _, err := a.Register(desk.Origin, creationOptions(t, made.Handle)); err == nil {
		t.Error("made a second credential though the options exclude the first")
	}
	register(t, softkey.New("token"), made.Handle)
}

// TestOriginIsChecked holds the software key to what a browser lets a page do.
func TestOriginIsChecked(t *testing.T) {
	options := func(rpID string) []byte {
		return []byte(`{"rpId": "` + rpID + `", "challenge": "AAAAAAAAAAAAAAAAAAAAAA"}`)
	}
	tests := []struct {
		origin, rpID string
		ok           bool
	}{
		{"http://localhost:8081", "localhost", true},
		{"http://localhost:8081", "", true},
		{"http://desk.localhost", "desk.localhost", true},
		{"https://desk.example", "desk.example", true},
		{"https://desk.example:8443", "example", true},
		{"https://desk.example", "other.example", false},
		{"https://evildesk.example", "desk.example", false},
		{"https://example", "desk.example", false},
		{"http://desk.example", "desk.example", false},
		{"http://127.0.0.1:8081", "127.0.0.1", false},
		{"https://[::1]", "::1", false},
		{"https://desk.example/", "desk.example", false},
		{"https://user@desk.example", "desk.example", false},
		{"desk.example", "desk.example", false},
		{"", "", false},
	}
	for _, test := range tests {
		_, err := softkey.New("laptop").Assert(test.origin, options(test.rpID))
		// An authenticator that is empty has no credential for those that pass.
		if ok := errors.Is(err, softkey.ErrNoCredential); ok != test.ok {
			t.Errorf("%q for %q: %v, want ok %t", test.origin, test.rpID, err, test.ok)
		}
	}
}

func TestCredentialIsForOneRelyingParty(t *testing.T) {
	a := softkey.New("laptop")
	made := register(t, a)
	options := bytes.ReplaceAll(requestOptions(t, made.Handle), []byte(`"localhost"`), []byte(`"desk.example"`))
	if _, err := a.Assert("https://desk.example", options); !errors.Is(err, softkey.ErrNoCredential) {
		t.Errorf("%v, want %v", err, softkey.ErrNoCredential)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := string(creationOptions(t))
	for name, bad := range map[string]string{
		"no JSON":       "{",
		"no challenge":  strings.Replace(good, `"challenge"`, `"challange"`, 1),
		"no user":       strings.Replace(good, `"AQID"`, `""`, 1),
		"no ES256":      strings.Replace(good, `-7`, `-36`, 1),
		"bad base64url": strings.Replace(good, `"AQID"`, `"A+ID"`, 1),
	} {
		if bad == good {
			t.Fatalf("%s: nothing was changed in %s", name, good)
		}
		if response, err := softkey.New("laptop").Register(desk.Origin, []byte(bad)); err == nil {
			t.Errorf("%s: made %s", name, response)
		}
	}
}

// TestShapeIsChromiums compares with what Chromium 156's virtual authenticator made (PublicKeyCredential.toJSON): the
// same members of the same kinds and, but for the bytes of keys and signatures, of the same sizes.
func TestShapeIsChromiums(t *testing.T) {
	a := softkey.New("laptop")
	created := creation(t, a)
	asserted, err := a.Assert(desk.Origin, requestOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	for file, got := range map[string][]byte{"chromium_creation.json": created, "chromium_request.json": asserted} {
		want, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(shape(t, want), shape(t, got)); diff != "" {
			t.Errorf("%s (-Chromium +softkey):\n%s", file, diff)
		}
	}
}

// shape is a JSON text with the length of each string in the string's place, where the length is always the same.
func shape(t testing.TB, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return shapeOf(t, "", v)
}

func shapeOf(t testing.TB, name string, v any) any {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		delete(v, "other_keys_can_be_added_here") // Chromium adds it now and then, so that nobody compares text
		for k, member := range v {
			v[k] = shapeOf(t, k, member)
		}
	case string:
		switch name {
		case "type", "authenticatorAttachment":
			return v
		case "clientDataJSON":
			text, err := base64.RawURLEncoding.DecodeString(v)
			if err != nil {
				t.Fatal(err)
			}
			return shape(t, text)
		case "signature", "origin": // DER, and a port
			return "text"
		}
		return len(v)
	}
	return v
}

func FuzzOptions(f *testing.F) {
	f.Add(desk.Origin, []byte(`{"rp":{"id":"localhost"},"user":{"id":"AQID"},"challenge":"AAAA"}`))
	f.Add("https://desk.example", []byte(`{"rpId":"example","challenge":"AAAA","allowCredentials":[{"id":"AA"}]}`))
	a := softkey.New("laptop")
	f.Fuzz(func(t *testing.T, origin string, options []byte) {
		// What is not refused is JSON.
		if response, err := a.Assert(origin, options); err == nil && !json.Valid(response) {
			t.Errorf("asserted %q", response)
		}
		if response, err := softkey.New("").Register(origin, options); err == nil && !json.Valid(response) {
			t.Errorf("registered %q", response)
		}
	})
}
