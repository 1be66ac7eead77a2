package ledger

import (
	"crypto/sha256"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Head is the state of the ledger: how many entries it has, and the root hash of the tree over their leaves
// (RFC 6962 §2.1).
type Head struct {
	Size int64
	Root tlog.Hash
}

// emptyHead is the head of a ledger without entries: the hash of nothing.
func emptyHead() Head { return Head{Root: sha256.Sum256(nil)} }

// Append gives the hashes to store when leaf becomes entry number size, under the indexes from
// tlog.StoredHashIndex(0, size) on, and the head after it. It reads at most 62 stored hashes, in one call.
func Append(size int64, leaf []byte, r tlog.HashReader) ([]tlog.Hash, Head, error) {
	e, err := readEdge(size, r)
	if err != nil {
		return nil, Head{}, fmt.Errorf("appending ledger entry %d: %w", size, err)
	}
	hashes := e.add(tlog.RecordHash(leaf))
	return hashes, e.head(), nil
}

// RootAt is the head that the ledger had at a size.
func RootAt(size int64, r tlog.HashReader) (Head, error) {
	e, err := readEdge(size, r)
	if err != nil {
		return Head{}, fmt.Errorf("computing the ledger's root at %d: %w", size, err)
	}
	return e.head(), nil
}

// edge is the right edge of a tree: the roots of the complete subtrees that it is made of, from the largest, one for
// each bit that is set in size. It is all that is needed to append, and to tell the root.
type edge struct {
	size  int64
	roots []tlog.Hash
}

func readEdge(size int64, r tlog.HashReader) (edge, error) {
	if size < 0 {
		return edge{}, fmt.Errorf("the size %d is negative", size)
	}
	var indexes []int64
	for done := int64(0); done < size; {
		level := bits.Len64(uint64(size-done)) - 1
		indexes = append(indexes, tlog.StoredHashIndex(level, done>>level))
		done += 1 << level
	}
	if len(indexes) == 0 {
		return edge{}, nil
	}
	roots, err := readHashes(r, indexes)
	if err != nil {
		return edge{}, err
	}
	return edge{size, roots}, nil
}

// readHashes reads from r, which may be anyone's, and checks the number of hashes that come back. The result is a
// copy.
func readHashes(r tlog.HashReader, indexes []int64) ([]tlog.Hash, error) {
	hashes, err := r.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	if len(hashes) != len(indexes) {
		return nil, fmt.Errorf("%d stored hashes came back for %d", len(hashes), len(indexes))
	}
	return append([]tlog.Hash(nil), hashes...), nil
}

// add appends a leaf's hash. It returns the hashes that this completes: the leaf's, and those of the subtrees that end
// with it, from the smallest.
func (e *edge) add(h tlog.Hash) []tlog.Hash {
	completed := []tlog.Hash{h}
	for range bits.TrailingZeros64(^uint64(e.size)) {
		last := len(e.roots) - 1
		h = tlog.NodeHash(e.roots[last], h)
		e.roots = e.roots[:last]
		completed = append(completed, h)
	}
	e.roots = append(e.roots, h)
	e.size++
	return completed
}

func (e *edge) head() Head {
	if e.size == 0 {
		return emptyHead()
	}
	root := e.roots[len(e.roots)-1]
	for i := len(e.roots) - 2; i >= 0; i-- {
		root = tlog.NodeHash(e.roots[i], root)
	}
	return Head{e.size, root}
}
