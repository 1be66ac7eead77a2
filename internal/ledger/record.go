package ledger

import (
	"errors"
	"io"
)

// Entry is one entry of the ledger before it is sealed, or after it was opened.
type Entry struct {
	Facts   Facts
	Private map[string]string // free text, e-mail: what can be erased on its own; may be empty
}

// Record is one entry as it is stored. Private and PrivateSalt are nil once the private part is erased.
type Record struct {
	Index       int64
	Leaf        []byte // public
	Facts       []byte
	FactsSalt   []byte
	Private     []byte
	PrivateSalt []byte
}

// Seal makes the record of an entry, with fresh salts from rand.
func (e Entry) Seal(rand io.Reader) (Record, error) { return Record{}, errors.New("not yet") }

// Open reads the entry back. It does not check the leaf; Check does.
func (r Record) Open() (Entry, error) { return Entry{}, errors.New("not yet") }

// Check says whether leaf, facts and, unless it was erased, the private part belong together.
func (r Record) Check() error { return errors.New("not yet") }
