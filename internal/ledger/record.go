package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

// Limits of a record, in bytes.
const (
	SaltSize   = 32
	MaxFacts   = 1 << 20
	MaxPrivate = 1 << 20
)

// Entry is one entry of the ledger before it is sealed, or after it was opened.
type Entry struct {
	Facts   Facts
	Private map[string]string // free text, e-mail: what can be erased on its own; nil once it is
}

// Record is one entry as it is stored. Private and PrivateSalt are erased together, and are nil then.
type Record struct {
	Index       int64
	Leaf        []byte // public
	Facts       []byte
	FactsSalt   []byte // SaltSize random bytes: without them the leaf's hash could be guessed at
	Private     []byte
	PrivateSalt []byte
}

// Seal makes the record of an entry, with fresh salts from rand. It refuses facts that Open would not give back as
// they are: an unknown event, command or class, text that is not UTF-8, a wait over 90 days, more than MaxFacts or
// MaxPrivate bytes.
func (e Entry) Seal(rand io.Reader) (Record, error) {
	r, err := e.seal(rand)
	if err != nil {
		return Record{}, fmt.Errorf("sealing ledger entry %d: %w", e.Facts.Index, err)
	}
	return r, nil
}

func (e Entry) seal(rand io.Reader) (Record, error) {
	if err := e.Facts.check(); err != nil {
		return Record{}, err
	}
	private := map[string]string{} // never null, so that the leaf does not tell whether there is any
	for name, text := range e.Private {
		if !utf8.ValidString(name) || !utf8.ValidString(text) {
			return Record{}, errors.New("a private text is not UTF-8")
		}
		private[name] = text
	}
	salts := make([]byte, 2*SaltSize)
	if _, err := io.ReadFull(rand, salts); err != nil {
		return Record{}, fmt.Errorf("making salts: %w", err)
	}
	r := Record{Index: e.Facts.Index, FactsSalt: salts[:SaltSize:SaltSize], PrivateSalt: salts[SaltSize:]}
	var err error
	if r.Facts, err = sealFacts(e.Facts); err != nil {
		return Record{}, fmt.Errorf("writing facts: %w", err)
	}
	if r.Private, err = canonical(private); err != nil {
		return Record{}, fmt.Errorf("writing the private part: %w", err)
	}
	if len(r.Facts) > MaxFacts || len(r.Private) > MaxPrivate {
		return Record{}, fmt.Errorf("%d bytes of facts and %d of private text are too many", len(r.Facts), len(r.Private))
	}
	r.Leaf, err = leafOf(e.Facts, saltedHash(r.FactsSalt, r.Facts), saltedHash(r.PrivateSalt, r.Private)).encode()
	return r, err
}

// Open reads the entry back. It does not look at the leaf; Check does.
func (r Record) Open() (Entry, error) {
	e, err := r.open()
	if err != nil {
		return Entry{}, fmt.Errorf("opening ledger entry %d: %w", r.Index, err)
	}
	return e, nil
}

func (r Record) open() (Entry, error) {
	if len(r.Facts) > MaxFacts || len(r.Private) > MaxPrivate {
		return Entry{}, fmt.Errorf("%d bytes of facts and %d of private text are too many", len(r.Facts), len(r.Private))
	}
	var e Entry
	var err error
	if e.Facts, err = openFacts(r.Facts); err != nil {
		return Entry{}, fmt.Errorf("reading facts: %w", err)
	}
	if err := e.Facts.check(); err != nil {
		return Entry{}, err
	}
	if e.Facts.Index != r.Index {
		return Entry{}, fmt.Errorf("the facts are those of entry %d", e.Facts.Index)
	}
	if r.Erased() {
		return e, nil
	}
	if err := parseCanonical(r.Private, &e.Private); err != nil {
		return Entry{}, fmt.Errorf("reading the private part: %w", err)
	}
	if e.Private == nil {
		return Entry{}, errors.New("the private part is null")
	}
	return e, nil
}

// Check says whether leaf, facts and, unless it was erased, the private part belong together: the leaf's hashes are
// theirs, and all that the leaf repeats is what the facts say.
func (r Record) Check() error { return r.Checked().Wrong }

// Checked is a record with what it says and what is wrong with it. Making it is most of the work of a verification, and
// needs nothing but the record: it can be done for many records at once.
type Checked struct {
	Record Record
	Hash   tlog.Hash // what Record.Hash gives
	Entry  Entry     // what Record.Open gives
	Sealed error     // why it cannot be opened, or nil
	Wrong  error     // why leaf, facts and private part do not belong together, or nil
}

// Hash is the leaf's, as it stands in the tree (RFC 6962 section 2.1).
func (r Record) Hash() tlog.Hash { return tlog.RecordHash(r.Leaf) }

// Checked opens and checks the record.
func (r Record) Checked() Checked {
	c := Checked{Record: r, Hash: r.Hash()}
	c.Entry, c.Sealed = r.Open()
	if err := r.check(c.Entry, c.Sealed); err != nil {
		c.Wrong = fmt.Errorf("checking ledger entry %d: %w", r.Index, err)
	}
	return c
}

// check looks at what is wrong only when the leaf is not, byte for byte, the one that facts and private part make.
func (r Record) check(e Entry, sealed error) error {
	if sealed == nil && !r.Erased() && len(r.FactsSalt) == SaltSize && len(r.PrivateSalt) == SaltSize {
		leaf, err := leafOf(e.Facts, saltedHash(r.FactsSalt, r.Facts), saltedHash(r.PrivateSalt, r.Private)).encode()
		if err == nil && bytes.Equal(leaf, r.Leaf) {
			return nil
		}
	}
	leaf, err := ParseLeaf(r.Leaf)
	if err != nil {
		return err
	}
	if sealed != nil {
		return errors.Unwrap(sealed) // without the index, which Checked names
	}
	if len(r.FactsSalt) != SaltSize || saltedHash(r.FactsSalt, r.Facts) != leaf.Facts {
		return errors.New("the facts are not those of the leaf")
	}
	if !r.Erased() && (len(r.PrivateSalt) != SaltSize || saltedHash(r.PrivateSalt, r.Private) != leaf.Private) {
		return errors.New("the private part is not that of the leaf")
	}
	if want := leafOf(e.Facts, leaf.Facts, leaf.Private); want != leaf {
		return errors.New("the leaf says something else than the facts")
	}
	return nil
}

// Erased reports whether the private part was erased. The leaf still has its hash.
func (r Record) Erased() bool { return r.Private == nil && r.PrivateSalt == nil }

// saltedHash is what a leaf says of a part that it does not show.
func saltedHash(salt, part []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(part)
	return hex.EncodeToString(h.Sum(nil))
}
