package ledger

import (
	"encoding/hex"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// MaxLeaf is the most bytes that a leaf may have: entry bundles give its length in 16 bits.
const MaxLeaf = 65535

// Leaf is the public part of an entry. It names nobody: what it says of people and texts is two salted hashes.
type Leaf struct {
	Version    int
	Time       time.Time // to the minute, UTC
	Event      Event
	Kind       model.CommandKind // empty when no command was meant
	Class      model.Class       // empty when no account was meant
	KeysAsked  int
	KeysTurned int           // of different people
	Wait       time.Duration // to the second, rounded up
	Facts      string        // hex SHA-256 of salt and facts
	Private    string        // hex SHA-256 of salt and private part
}

// leafJSON is the leaf as it is hashed and served: every member is always there, in the order of RFC 8785.
type leafJSON struct {
	Class      model.Class       `json:"class"`
	Event      Event             `json:"event"`
	Facts      string            `json:"facts"`
	KeysAsked  int               `json:"keys_asked"`
	KeysTurned int               `json:"keys_turned"`
	Kind       model.CommandKind `json:"kind"`
	Private    string            `json:"private"`
	Time       string            `json:"time"` // RFC 3339
	Version    int               `json:"version"`
	Wait       int64             `json:"wait"` // seconds
}

// leafOf is the leaf of facts, with the hashes of facts and private part.
func leafOf(f Facts, factsHash, privateHash string) Leaf {
	return Leaf{
		Version:    f.Version,
		Time:       f.Time.UTC().Truncate(time.Minute),
		Event:      f.Event,
		Kind:       f.Kind,
		Class:      f.Class,
		KeysAsked:  f.Need.Keys,
		KeysTurned: f.Keyholders(),
		Wait:       (f.Need.Wait + time.Second - 1).Truncate(time.Second),
		Facts:      factsHash,
		Private:    privateHash,
	}
}

// encode is the leaf's one JSON text.
func (l Leaf) encode() ([]byte, error) {
	b, err := canonical(leafJSON{
		Version: l.Version, Time: l.Time.Format(time.RFC3339), Event: l.Event, Kind: l.Kind, Class: l.Class,
		KeysAsked: l.KeysAsked, KeysTurned: l.KeysTurned, Wait: int64(l.Wait / time.Second),
		Facts: l.Facts, Private: l.Private,
	})
	if err != nil {
		return nil, fmt.Errorf("writing a leaf: %w", err)
	}
	if len(b) > MaxLeaf {
		return nil, fmt.Errorf("the leaf has %d bytes, more than %d", len(b), MaxLeaf)
	}
	return b, nil
}

// ParseLeaf reads a leaf, and refuses every byte that this package would not have written.
func ParseLeaf(b []byte) (Leaf, error) {
	if len(b) > MaxLeaf {
		return Leaf{}, fmt.Errorf("the leaf has %d bytes, more than %d", len(b), MaxLeaf)
	}
	var in leafJSON
	if err := parseCanonical(b, &in); err != nil {
		return Leaf{}, fmt.Errorf("reading a leaf: %w", err)
	}
	t, err := time.Parse("2006-01-02T15:04:00Z", in.Time)
	if err != nil || t.Format(time.RFC3339) != in.Time { // Parse also takes an hour of one digit
		return Leaf{}, fmt.Errorf("a leaf's time %q is not a minute in UTC", in.Time)
	}
	if err := checkPublic(in.Version, t, in.Event, in.Kind, in.Class); err != nil {
		return Leaf{}, fmt.Errorf("reading a leaf: %w", err)
	}
	if in.KeysAsked < 0 || in.KeysTurned < 0 || max(in.KeysAsked, in.KeysTurned) > maxInteger ||
		in.Wait < 0 || in.Wait > int64(maxWait/time.Second) {
		return Leaf{}, fmt.Errorf("a leaf has %d of %d keys and a wait of %d s", in.KeysTurned, in.KeysAsked, in.Wait)
	}
	if !isHash(in.Facts) || !isHash(in.Private) {
		return Leaf{}, fmt.Errorf("a leaf's hash is not hexadecimal SHA-256")
	}
	return Leaf{
		Version: in.Version, Time: t, Event: in.Event, Kind: in.Kind, Class: in.Class,
		KeysAsked: in.KeysAsked, KeysTurned: in.KeysTurned, Wait: time.Duration(in.Wait) * time.Second,
		Facts: in.Facts, Private: in.Private,
	}, nil
}

// isHash reports whether s is a SHA-256 hash in the one spelling that encode uses.
func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == s
}
