package ledger

import (
	"errors"
	"time"

	"keyturn/internal/model"
)

// MaxLeaf is the most bytes that a leaf may have: entry bundles give its length in 16 bits.
const MaxLeaf = 65535

// Leaf is the public part of an entry. It names nobody.
type Leaf struct {
	Version    int
	Time       time.Time // to the minute
	Event      Event
	Kind       model.CommandKind
	Class      model.Class
	KeysAsked  int
	KeysTurned int
	Wait       time.Duration // to the second, rounded up
	Facts      string        // hex SHA-256 of salt and facts
	Private    string        // hex SHA-256 of salt and private part
}

// ParseLeaf reads a leaf, and refuses every byte that this package would not have written.
func ParseLeaf(b []byte) (Leaf, error) { return Leaf{}, errors.New("not yet") }
