package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"

	"keyturn/internal/ledger"
	"keyturn/internal/store"
)

// sum stands for a row's values, or for an entry as it is stored: the first half of SHA-256 over a key that only this
// process has and their text. The key keeps anybody from looking for two rows that have one sum. The zero sum is a row
// that is not there.
type sum [16]byte

// summer makes sums. It is not safe for concurrent use; each worker has its own.
type summer struct{ room []byte }

const summerKey = 32

func newSummer() *summer {
	s := &summer{room: make([]byte, summerKey, 1024)}
	rand.Read(s.room)
	return s
}

// clone is a summer that makes the same sums.
func (s *summer) clone() *summer {
	return &summer{room: append(make([]byte, 0, 1024), s.room[:summerKey]...)}
}

func (s *summer) of(text []byte) sum {
	s.room = text // as it may have grown
	full := sha256.Sum256(text)
	return sum(full[:len(sum{})])
}

// row is the sum of a row of the ledger.
func (s *summer) row(values map[string]string) sum {
	if len(values) == 0 {
		return sum{}
	}
	return s.of(ledger.AppendRow(s.room[:summerKey], values))
}

// raw is the sum of a row of the database.
func (s *summer) raw(row *store.RawRow) sum { return s.of(row.AppendText(s.room[:summerKey])) }

// record is the sum of an entry as it is stored.
func (s *summer) record(r ledger.Record) sum {
	b := s.room[:summerKey]
	for _, part := range [][]byte{r.Leaf, r.Facts, r.FactsSalt, r.Private, r.PrivateSalt} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	if r.Erased() {
		b = append(b, 1)
	}
	return s.of(b)
}
