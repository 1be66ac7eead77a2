package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"keyturn/internal/ledger"
)

// BundleFormat names the form of a bundle, and its version.
const BundleFormat = "keyturn.ledger-proof@v1"

// Limits of a bundle.
const (
	MaxBundle  = 64 << 20 // bytes
	maxEntries = 4096
)

// Bundle is a proof for a stranger, in one file: an entry of the ledger and whatever shows that it is what it says. All
// that it shows are entries of the ledger with their inclusion proofs; the request, the assertions and the public keys are
// rows that the facts of these entries have, so that nothing in it has to be believed.
type Bundle struct {
	Format  string   `json:"format"`
	VKey    string   `json:"vkey"`    // that checkpoints are verified with (https://c2sp.org/signed-note)
	Entries []Proven `json:"entries"` // the first is what the proof is of
	Heads   []Grown  `json:"heads"`   // earlier heads, such as those that keys signed
}

// Proven is an entry with its proof. Facts and private part are left out where they are not to be shown.
type Proven struct {
	Proof       string `json:"proof"` // https://c2sp.org/tlog-proof; all are in the same checkpoint
	Leaf        string `json:"leaf"`
	Facts       string `json:"facts,omitempty"`
	FactsSalt   []byte `json:"facts_salt,omitempty"`
	Private     string `json:"private,omitempty"`
	PrivateSalt []byte `json:"private_salt,omitempty"`
}

// Grown is an earlier head with the proof that the checkpoint's ledger only adds to it (RFC 6962 section 2.1.2).
type Grown struct {
	Size   int64    `json:"size,string"`
	Root   []byte   `json:"root"`
	Hashes []string `json:"hashes"` // base64
}

// Encode writes the bundle.
func (b Bundle) Encode() ([]byte, error) {
	flat, err := b.flat()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, flat, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func (b Bundle) flat() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(b); err != nil {
		return nil, fmt.Errorf("writing a proof: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// ParseBundle reads what Encode wrote, and nothing else but white space: no unknown, repeated or reordered member.
func ParseBundle(text []byte) (Bundle, error) {
	if len(text) > MaxBundle {
		return Bundle{}, fmt.Errorf("the proof has more than %d bytes", MaxBundle)
	}
	var b Bundle
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&b); err != nil {
		return Bundle{}, fmt.Errorf("reading a proof: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Bundle{}, errors.New("reading a proof: something follows it")
	}
	var got bytes.Buffer
	if err := json.Compact(&got, text); err != nil {
		return Bundle{}, fmt.Errorf("reading a proof: %w", err)
	}
	want, err := b.flat()
	if err != nil {
		return Bundle{}, err
	}
	if !bytes.Equal(got.Bytes(), want) {
		return Bundle{}, errors.New("reading a proof: it is not in the one form that proofs are written in")
	}
	if b.Format != BundleFormat {
		return Bundle{}, fmt.Errorf("reading a proof: its format is %q, not %q", b.Format, BundleFormat)
	}
	if len(b.Entries) == 0 || len(b.Entries) > maxEntries || len(b.Heads) > maxEntries {
		return Bundle{}, fmt.Errorf("reading a proof: %d entries and %d heads", len(b.Entries), len(b.Heads))
	}
	return b, nil
}

// record is the entry as the ledger has it; without facts it cannot be opened.
func (p Proven) record(index int64) ledger.Record {
	r := ledger.Record{Index: index, Leaf: []byte(p.Leaf), Facts: []byte(p.Facts), FactsSalt: p.FactsSalt, PrivateSalt: p.PrivateSalt}
	if p.Private != "" {
		r.Private = []byte(p.Private)
	}
	return r
}
