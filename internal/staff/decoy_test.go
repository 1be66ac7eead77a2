package staff

import (
	"bytes"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

func TestDecoys(t *testing.T) {
	d, err := newDecoys([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := webauthncose.ParsePublicKey(d.publicKey); err != nil {
		t.Errorf("a decoy's key cannot be read: %v", err)
	}
	again, err := newDecoys([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := newDecoys([]byte("another secret"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := d.handles("nobody"), again.handles("nobody")
	if len(a) != decoyCount || !bytes.Equal(a[0], b[0]) || !bytes.Equal(a[1], b[1]) {
		t.Error("a login's decoys change from process to process")
	}
	if bytes.Equal(a[0], a[1]) || bytes.Equal(a[0], d.handles("somebody")[0]) || bytes.Equal(a[0], other.handles("nobody")[0]) {
		t.Error("decoys are the same for different logins or secrets")
	}
}
