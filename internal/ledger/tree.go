package ledger

import (
	"errors"
	"iter"

	"golang.org/x/mod/sumdb/tlog"
)

// Head is the state of the ledger: how many entries it has, and the root hash of the tree over their leaves.
type Head struct {
	Size int64
	Root tlog.Hash
}

// Append gives the hashes to be stored when leaf becomes entry number size, to be stored under the indexes from
// tlog.StoredHashIndex(0, size) on, and the head after it. It reads at most 63 stored hashes, in one call.
func Append(size int64, leaf []byte, r tlog.HashReader) ([]tlog.Hash, Head, error) {
	return nil, Head{}, errors.New("not yet")
}

// RootAt is the head that the ledger had at a size.
func RootAt(size int64, r tlog.HashReader) (Head, error) { return Head{}, errors.New("not yet") }

// Difference is one place where the ledger is not what it must be.
type Difference struct {
	Index int64 // of the entry; the head's size when it is the head that differs
	What  string
}

// VerifyTree reports where records, in order, do not agree with themselves (Record.Check), with the stored hashes, or
// with the head. Its own error means that something could not be read.
func VerifyTree(records iter.Seq2[Record, error], head Head, stored tlog.HashReader, report func(Difference)) error {
	return errors.New("not yet")
}

// ProveInclusion proves to whoever knows the head of that size that it holds entry number index.
func ProveInclusion(size, index int64, r tlog.HashReader) (tlog.RecordProof, error) {
	return nil, errors.New("not yet")
}

// CheckInclusion checks such a proof.
func CheckInclusion(p tlog.RecordProof, h Head, index int64, leaf []byte) error {
	return errors.New("not yet")
}

// ProveConsistency proves that the head of size newer only adds to the one of size older.
func ProveConsistency(older, newer int64, r tlog.HashReader) (tlog.TreeProof, error) {
	return nil, errors.New("not yet")
}

// CheckConsistency checks such a proof.
func CheckConsistency(p tlog.TreeProof, older, newer Head) error { return errors.New("not yet") }
