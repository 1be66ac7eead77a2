package model

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"
)

// An ID names one row anywhere in the network. It is 63 bits, ordered by the time at which it was made: 41 bits of
// milliseconds since idEpoch, 10 bits of node, 12 bits of sequence. In JSON it is a string, since JavaScript's
// numbers lose precision past 2^53. The zero ID means "none".
type ID int64

// idEpoch is 2017-01-01T00:00:00Z in Unix milliseconds; 41 bits of milliseconds from it last until 2086.
const idEpoch = 1483228800000

const (
	nodeBits = 10
	seqBits  = 12
	// MaxNode is the largest node number that an ID has room for.
	MaxNode = 1<<nodeBits - 1
)

// String is the ID's decimal form, as it stands in URLs and JSON.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// Time is when the ID was made, to the millisecond.
func (id ID) Time() time.Time {
	return time.UnixMilli(int64(id)>>(nodeBits+seqBits) + idEpoch).UTC()
}

// IDAt is the smallest ID that could have been made at t: for paging and time windows.
func IDAt(t time.Time) ID {
	return ID((t.UnixMilli() - idEpoch) << (nodeBits + seqBits))
}

// ParseID reads a positive decimal ID; field names the input in the error.
func ParseID(field, s string) (ID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, Invalid(field, "is not an ID")
	}
	return ID(n), nil
}

// MarshalJSON writes the ID as a string.
func (id ID) MarshalJSON() ([]byte, error) { return []byte(`"` + id.String() + `"`), nil }

// UnmarshalJSON reads an ID written as a string; "" and "0" are the zero ID.
func (id *ID) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return Invalid("id", "must be a string")
	}
	if s == "" || s == "0" {
		*id = 0
		return nil
	}
	parsed, err := ParseID("id", s)
	*id = parsed
	return err
}

// IDs makes IDs for one node. It is safe for concurrent use. IDs never go backwards, even when the clock does.
type IDs struct {
	node int64
	now  func() time.Time

	mu   sync.Mutex
	last int64 // milliseconds since idEpoch of the newest ID
	seq  int64
}

// NewIDs makes IDs for the given node (0 to MaxNode; no two running nodes may share one) by the given clock.
func NewIDs(node int, now func() time.Time) *IDs {
	return &IDs{node: int64(node & MaxNode), now: now}
}

// Next returns an ID larger than every ID it returned before.
func (g *IDs) Next() ID {
	g.mu.Lock()
	defer g.mu.Unlock()
	ms := g.now().UnixMilli() - idEpoch
	if ms > g.last {
		g.last, g.seq = ms, 0
	} else if g.seq++; g.seq >= 1<<seqBits {
		// A full millisecond borrows from the next one rather than waiting for it.
		g.last, g.seq = g.last+1, 0
	}
	return ID(g.last<<(nodeBits+seqBits) | g.node<<seqBits | g.seq)
}
