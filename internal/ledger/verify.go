package ledger

import (
	"fmt"
	"iter"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Difference is one place where the ledger is not what it must be.
type Difference struct {
	Index int64  // of the entry; the head's size when it is the head that differs
	What  string // in words, for the person who verifies
}

// VerifyTree reports, in one pass and bounded memory, every record that does not agree with itself (Record.Check), every
// leaf and stored hash that do not agree, every entry that is missing or too much, and a head that is not that of
// the tree. The records must come in the order of their indexes. When nothing is reported, they are exactly what
// the head was computed from.
//
// stored is read in the order of the indexes, about 512 hashes a call. An error means that records or hashes could not
// be read; what was reported before it still holds.
func VerifyTree(records iter.Seq2[Record, error], head Head, stored tlog.HashReader, report func(Difference)) error {
	checked := func(yield func(Checked, error) bool) {
		for r, err := range records {
			if !yield(r.Checked(), err) {
				return
			}
		}
	}
	return NewVerifier(report).Grow(checked, head, stored)
}

// Verifier is VerifyTree in steps, for records that were checked already, by whomever: what is left is the tree, which
// has one order.
//
// It grows the tree again, twice: from the stored hashes of the leaves and from the leaves themselves. The two
// are one until something differs; after that, what agrees with either is not named as well. So one altered leaf is one
// difference, and one altered hash is another.
type Verifier struct {
	end    int64 // where it goes to
	tree   edge  // from the stored hashes of the leaves
	leaves edge  // from the leaves
	stored tlog.HashReader
	ahead  []tlog.Hash // stored hashes that were read and not yet compared
	wrong  *Head       // the last head that was reported
	report func(Difference)
}

// NewVerifier makes a Verifier that has seen nothing yet.
func NewVerifier(report func(Difference)) *Verifier { return &Verifier{report: report} }

// Grow goes on, with the records from where it stands on, to a head. A head that is behind where it stands is reported,
// and leaves it there.
func (v *Verifier) Grow(records iter.Seq2[Checked, error], head Head, stored tlog.HashReader) error {
	if v.tree.size > 0 && head.Size < v.tree.size {
		v.report(Difference{head.Size, fmt.Sprintf("the head went back from %d entries", v.tree.size)})
		return nil
	}
	if err := v.GrowTo(records, head.Size, stored); err != nil {
		return err
	}
	if !v.At(head) && (v.wrong == nil || *v.wrong != head) {
		v.wrong = &head
		v.report(Difference{head.Size, "the head is not that of the tree"})
	}
	return nil
}

// GrowTo goes on as Grow does, to before an entry, without asking what the head was there.
func (v *Verifier) GrowTo(records iter.Seq2[Checked, error], end int64, stored tlog.HashReader) error {
	v.end, v.stored = end, stored
	for c, err := range records {
		if err != nil {
			return fmt.Errorf("reading ledger entry %d: %w", v.tree.size, err)
		}
		if err := v.add(c); err != nil {
			return err
		}
	}
	return v.missing(end)
}

// Size is how many entries it has seen.
func (v *Verifier) Size() int64 { return v.tree.size }

// At reports whether a head is that of the entries that it has seen, as they were or as they were hashed.
func (v *Verifier) At(head Head) bool { return v.tree.head() == head || v.leaves.head() == head }

func (v *Verifier) add(c Checked) error {
	index := c.Record.Index
	if index < v.tree.size || index >= v.end {
		v.report(Difference{index, "the entry does not belong to this ledger"})
		return nil
	}
	if err := v.missing(index); err != nil {
		return err
	}
	if c.Wrong != nil {
		v.report(Difference{index, c.Wrong.Error()})
	}
	return v.step(&c.Hash)
}

// missing reports the entries before index that did not come.
func (v *Verifier) missing(index int64) error {
	if v.tree.size < index {
		v.report(Difference{v.tree.size, fmt.Sprintf("the entries from here to before %d are missing", index)})
	}
	for v.tree.size < index {
		if err := v.step(nil); err != nil {
			return err
		}
	}
	return nil
}

// step compares the hash of the next leaf, unless it is nil, and the stored hashes that it completes.
func (v *Verifier) step(leaf *tlog.Hash) error {
	index := v.tree.size
	stored, err := v.next()
	if err != nil {
		return err
	}
	h := stored[0]
	if leaf != nil {
		h = *leaf
	}
	if h != stored[0] {
		v.report(Difference{index, "the leaf is not the one that was hashed"})
	}
	fromTree, fromLeaves := v.tree.add(stored[0]), v.leaves.add(h)
	for level, h := range stored {
		if h != fromTree[level] && h != fromLeaves[level] {
			v.report(Difference{index, fmt.Sprintf("the stored hash of level %d that ends here is not that of its leaves", level)})
		}
	}
	return nil
}

// readAhead is how many entries' stored hashes are read at a time; an entry has two on average.
const readAhead = 256

// next gives the stored hashes that the next entry completed.
func (v *Verifier) next() ([]tlog.Hash, error) {
	index := v.tree.size
	if len(v.ahead) == 0 {
		var indexes []int64
		end := tlog.StoredHashCount(min(index+readAhead, v.end))
		for i := tlog.StoredHashIndex(0, index); i < end; i++ {
			indexes = append(indexes, i)
		}
		var err error
		if v.ahead, err = readHashes(v.stored, indexes); err != nil {
			return nil, fmt.Errorf("reading the stored hashes from ledger entry %d on: %w", index, err)
		}
	}
	n := 1 + bits.TrailingZeros64(^uint64(index))
	hashes := v.ahead[:n]
	v.ahead = v.ahead[n:]
	return hashes, nil
}
