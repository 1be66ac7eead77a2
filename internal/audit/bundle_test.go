package audit_test

import (
	"bytes"
	"strings"
	"testing"

	"keyturn/internal/audit"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

// prove makes a bundle and reads it back as its text.
func (b *book) prove(index int64, show audit.Show) []byte {
	b.t.Helper()
	bundle, err := audit.Prove(b.t.Context(), b.Store, index, show)
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := bundle.Encode()
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

func (b *book) suspension() int64 {
	b.t.Helper()
	index, err := audit.IndexOn(b.t.Context(), b.Store, "@president")
	if err != nil {
		b.t.Fatal(err)
	}
	return index
}

func TestProofOfThreeKeys(t *testing.T) {
	b := newBook(t, 100)
	_, vkey, err := b.Store.LogKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	claim, err := audit.CheckBundle(b.prove(b.suspension(), audit.Show{Private: true}), vkey, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(claim.Signatures) != 3 || !claim.Trusted || claim.Size != 100 || claim.Facts.Handle != "president" || claim.Reason != "because of the test" {
		t.Errorf("claims %+v", claim)
	}
	said := strings.Join(claim.Proves, "\n")
	for _, want := range []string{"suspend executed, on an account of class government", "3 different people signed exactly this request", "3 of 3 keys"} {
		if !strings.Contains(said, want) {
			t.Errorf("does not say %q:\n%s", want, said)
		}
	}
	if text := b.prove(b.suspension(), audit.Show{}); bytes.Contains(text, []byte("because of the test")) {
		t.Error("the reason is shown unasked")
	}
}

func TestProofOfWhatIsPublic(t *testing.T) {
	b := newBook(t, 100)
	text := b.prove(b.suspension(), audit.Show{Public: true, Private: true})
	for _, secret := range []string{"president", "because", b.person("lead").String()} {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("it names %q", secret)
		}
	}
	claim, err := audit.CheckBundle(text, "", nil)
	if err != nil || claim.Facts != nil || claim.Leaf.KeysTurned != 3 || claim.Trusted {
		t.Errorf("claims %+v: %v", claim, err)
	}
	if lacks := strings.Join(claim.Lacks, "\n"); !strings.Contains(lacks, "its key came with the file") || !strings.Contains(lacks, "who did it") {
		t.Errorf("it does not say what it lacks: %s", lacks)
	}
}

func (b *book) person(login string) model.ID { return b.Actor(login).Person }

// TestProofOfEveryEntry proves whatever a ledger has, entries whose private part was erased too.
func TestProofOfEveryEntry(t *testing.T) {
	b := newBook(t, 20)
	b.exec(`UPDATE leaves SET private = NULL, private_salt = NULL WHERE idx > 10`)
	for i := range int64(20) {
		if _, err := audit.CheckBundle(b.prove(i, audit.Show{Private: true}), "", nil); err != nil {
			t.Errorf("entry %d: %v", i, err)
		}
	}
	for _, index := range []int64{-1, 20} {
		if _, err := audit.Prove(t.Context(), b.Store, index, audit.Show{}); model.KindOf(err) != model.KindNotFound {
			t.Errorf("entry %d: %v", index, err)
		}
	}
}

func TestProofThatTheLedgerGrew(t *testing.T) {
	b := newBook(t, 30)
	skey, _, err := b.Store.LogKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checkpoint := func(h ledger.Head) []byte {
		text, err := ledger.SignCheckpoint(skey, h)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	head, _, err := b.Store.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept := checkpoint(head)
	b.warn(20)
	claim, err := audit.CheckBundle(b.prove(40, audit.Show{Since: 30}), "", kept)
	if err != nil || claim.Since != 30 {
		t.Errorf("since %d: %v", claim.Since, err)
	}
	if _, err := audit.CheckBundle(b.prove(40, audit.Show{}), "", kept); err == nil {
		t.Error("a proof that does not show the growth passes")
	}
	other := head
	other.Root[5]++
	if _, err := audit.CheckBundle(b.prove(40, audit.Show{Since: 30}), "", checkpoint(other)); err == nil {
		t.Error("a ledger with another past passes")
	}
}

// TestProofAltered changes a proof in as many ways as it has places: none may pass, but in white space.
func TestProofAltered(t *testing.T) {
	b := newBook(t, 30)
	text := b.prove(b.suspension(), audit.Show{Private: true})
	step := max(1, len(text)/testkit.Size(700, 30_000))
	for i := 0; i < len(text); i += step {
		altered := bytes.Clone(text)
		altered[i] ^= 1
		if strings.TrimSpace(string(text[i:i+1])) == "" {
			continue
		}
		if _, err := audit.CheckBundle(altered, "", nil); err == nil {
			t.Errorf("a changed byte %d passes: …%s…", i, altered[max(0, i-40):min(len(text), i+40)])
		}
	}
	bundle, err := audit.ParseBundle(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(bundle.Entries); i++ {
		cut := bundle
		cut.Entries = append(append([]audit.Proven{}, bundle.Entries[:i]...), bundle.Entries[i+1:]...)
		without, _ := cut.Encode()
		// The entry that opened the request carries its reason only.
		if claim, err := audit.CheckBundle(without, "", nil); err == nil && claim.Reason != "" {
			t.Errorf("it passes without entry %d of it", i)
		}
	}
	if _, err := audit.CheckBundle(text, "example.com/log+530b3b28+Ae1pEI1jnY9HlDQTQDQZ3X8cXgLqrLNTxBsDxYBLoZbj", nil); err == nil {
		t.Error("it passes with another ledger's key")
	}
}

func FuzzCheckBundle(f *testing.F) {
	f.Add([]byte(`{"format":"keyturn.ledger-proof@v1","vkey":"x","entries":[{"proof":"","leaf":""}],"heads":[]}`))
	f.Add([]byte(`{"format":"keyturn.ledger-proof@v1","vkey":"x","entries":[],"heads":[{"size":"3","root":"AA==","hashes":[""]}]} x`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := audit.CheckBundle(text, "example.com/log+530b3b28+Ae1pEI1jnY9HlDQTQDQZ3X8cXgLqrLNTxBsDxYBLoZbj", nil); err == nil {
			t.Errorf("a proof that nobody signed passes: %q", text)
		}
		b, err := audit.ParseBundle(text)
		if err != nil {
			return
		}
		again, err := b.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := audit.ParseBundle(again); err != nil {
			t.Errorf("what was read cannot be read again: %v", err)
		}
	})
}
