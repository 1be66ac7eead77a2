package ledger_test

import (
	"bytes"
	"strings"
	"testing"

	"keyturn/internal/ledger"
)

func TestProofTextIsRead(t *testing.T) {
	skey, vkey := newKey(t)
	b := newBook(t, 11)
	h := b.head()
	checkpoint, err := ledger.SignCheckpoint(skey, h)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range b.records {
		p, err := ledger.ProveInclusion(h.Size, int64(i), b.hashes)
		if err != nil {
			t.Fatal(err)
		}
		text := ledger.EncodeProof(int64(i), p, checkpoint)
		index, at, got, err := ledger.OpenProof(vkey, text, r.Leaf)
		if err != nil || index != int64(i) || at != origin || got != h {
			t.Fatalf("entry %d is read as %d of %s, %v: %v", i, index, at, got, err)
		}
		if _, _, _, err := ledger.OpenProof(vkey, text, b.records[(i+1)%11].Leaf); err == nil {
			t.Errorf("the proof of entry %d is one of another", i)
		}
		for j := range text {
			altered := bytes.Clone(text)
			altered[j] ^= 1
			if _, _, _, err := ledger.OpenProof(vkey, altered, r.Leaf); err == nil {
				t.Errorf("a changed byte %d passes: %q", j, altered)
			}
		}
		extra := strings.Replace(string(text), "index", "extra AAAA\nindex", 1)
		for _, other := range []string{extra, string(text) + "\n", strings.Replace(string(text), "index ", "index 0", 1), ""} {
			if _, _, _, err := ledger.OpenProof(vkey, []byte(other), r.Leaf); err == nil {
				t.Errorf("passes: %q", other)
			}
		}
	}
}

func FuzzOpenProof(f *testing.F) {
	const vkey = "example.com/log+530b3b28+Ae1pEI1jnY9HlDQTQDQZ3X8cXgLqrLNTxBsDxYBLoZbj"
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/log\n1\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— example.com/log AAAA\n"), []byte("leaf"))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 9\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"), []byte{})
	f.Fuzz(func(t *testing.T, proof, leaf []byte) {
		if _, _, _, err := ledger.OpenProof(vkey, proof, leaf); err == nil {
			t.Errorf("a proof that nobody signed passes: %q", proof)
		}
	})
}
