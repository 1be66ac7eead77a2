package ledger_test

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"strings"
	"testing"

	"keyturn/internal/ledger"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "keyturn.example/ledger/00112233445566778899aabbccddeeff"

var head = ledger.Head{Size: 20852163, Root: tlog.Hash{1, 2, 3}}

func newKey(t testing.TB) (skey, vkey string) {
	t.Helper()
	skey, vkey, err := ledger.NewLogKey(origin, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return skey, vkey
}

// signed is a note of any text, signed with the ledger's key.
func signed(t testing.TB, skey, text string) []byte {
	t.Helper()
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	b, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCheckpointIsReadBack(t *testing.T) {
	skey, vkey := newKey(t)
	b, err := ledger.SignCheckpoint(skey, head)
	if err != nil {
		t.Fatal(err)
	}
	want := origin + "\n20852163\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— " + origin + " "
	if !strings.HasPrefix(string(b), want) {
		t.Errorf("the checkpoint is %q, want it to begin with %q", b, want)
	}
	gotOrigin, got, err := ledger.OpenCheckpoint(vkey, b)
	if err != nil || got != head || gotOrigin != origin {
		t.Errorf("read back as %q, %v, %v", gotOrigin, got, err)
	}
	for i := range b {
		altered := bytes.Clone(b)
		altered[i] ^= 1
		if _, _, err := ledger.OpenCheckpoint(vkey, altered); err == nil {
			t.Errorf("a changed byte %d passes: %q", i, altered)
		}
	}
	_, other := newKey(t)
	if _, _, err := ledger.OpenCheckpoint(other, b); err == nil {
		t.Error("the checkpoint passes with another ledger's key")
	}
}

func TestCheckpointMayCarryWitnesses(t *testing.T) {
	skey, vkey := newKey(t)
	witness, _, err := note.GenerateKey(rand.Reader, "witness.example")
	if err != nil {
		t.Fatal(err)
	}
	ours, _ := note.NewSigner(skey)
	theirs, _ := note.NewSigner(witness)
	b, err := ledger.SignCheckpoint(skey, head)
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(b), "\n\n")
	cosigned, err := note.Sign(&note.Note{Text: text + "\n"}, theirs, ours)
	if err != nil {
		t.Fatal(err)
	}
	if _, got, err := ledger.OpenCheckpoint(vkey, cosigned); err != nil || got != head {
		t.Errorf("cosigned: %v, %v", got, err)
	}
}

func TestCheckpointOfAnotherForm(t *testing.T) {
	skey, vkey := newKey(t)
	root := head.Root.String()
	for _, text := range []string{
		origin + "\n5\n",
		origin + "\n05\n" + root + "\n",
		origin + "\n-5\n" + root + "\n",
		origin + "\n+5\n" + root + "\n",
		origin + "\n9223372036854775808\n" + root + "\n",
		origin + "\n5\n" + root[:42] + "\n",
		origin + "\n5\n" + root + "\nextension\n",
		"other.example/ledger/00\n5\n" + root + "\n",
		"\n\n\n",
	} {
		if _, _, err := ledger.OpenCheckpoint(vkey, signed(t, skey, text)); err == nil {
			t.Errorf("%q passes", text)
		}
	}
}

func TestOrigin(t *testing.T) {
	for demo, pattern := range map[bool]string{
		false: `^localhost:8080/ledger/[0-9a-f]{32}$`,
		true:  `^localhost:8080/demo/[0-9a-f]{32}$`,
	} {
		got, err := ledger.NewOrigin("localhost:8080", demo, rand.Reader)
		if err != nil || !regexp.MustCompile(pattern).MatchString(got) || ledger.IsDemo(got) != demo {
			t.Errorf("demo %t: %q, %v", demo, got, err)
		}
		if again, _ := ledger.NewOrigin("localhost:8080", demo, rand.Reader); again == got {
			t.Errorf("two ledgers have the origin %q", got)
		}
	}
	for _, host := range []string{"", "a/demo", "a b", "a+b", "a\n"} {
		if got, err := ledger.NewOrigin(host, false, rand.Reader); err == nil {
			t.Errorf("%q: named %q", host, got)
		}
	}
	if _, err := ledger.NewOrigin("a", false, strings.NewReader("")); err == nil {
		t.Error("named without randomness")
	}
	for _, name := range []string{"", "demo", "a/demo", "a/ledger/demo", "demo/demo", "a/b/demo/c", "a/Demo/c"} {
		if ledger.IsDemo(name) {
			t.Errorf("%q is a demo's", name)
		}
	}
	if _, _, err := ledger.NewLogKey("two words", rand.Reader); err == nil {
		t.Error("made a key whose name no signature can carry")
	}
	if _, err := ledger.SignCheckpoint("PRIVATE+KEY+secret", head); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a broken key: %v", err)
	}
}

// FuzzOpenCheckpoint feeds what a holder of the key could sign, and what nobody signed.
func FuzzOpenCheckpoint(f *testing.F) {
	skey, vkey := newKey(f)
	signer, err := note.NewSigner(skey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(origin + "\n5\n" + head.Root.String() + "\n")
	f.Add(origin + "\n5\n" + head.Root.String() + "\nextension\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, _, err := ledger.OpenCheckpoint(vkey, []byte(text)); err == nil {
			t.Fatalf("%q was read without a signature", text)
		}
		b, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return
		}
		_, h, err := ledger.OpenCheckpoint(vkey, b)
		if err != nil {
			return
		}
		again, err := ledger.SignCheckpoint(skey, h)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q was read as %v, which is %q, %v", b, h, again, err)
		}
	})
}
