package ledger

import (
	"errors"
	"fmt"

	"keyturn/internal/model"

	"golang.org/x/mod/sumdb/tlog"
)

// ProveInclusion proves to whoever knows the head of that size that it holds entry number index.
func ProveInclusion(size, index int64, r tlog.HashReader) (tlog.RecordProof, error) {
	if index < 0 || index >= size {
		return nil, model.NotFound("ledger entry")
	}
	p, err := tlog.ProveRecord(size, index, r)
	if err != nil {
		return nil, fmt.Errorf("proving ledger entry %d: %w", index, err)
	}
	return p, nil
}

// CheckInclusion checks the proof that leaf is entry number index of the ledger with head h.
func CheckInclusion(p tlog.RecordProof, h Head, index int64, leaf []byte) error {
	if err := tlog.CheckRecord(p, h.Size, h.Root, index, tlog.RecordHash(leaf)); err != nil {
		return fmt.Errorf("checking that ledger entry %d is included: %w", index, err)
	}
	return nil
}

// ProveConsistency proves that the head of size newer only adds to the one of size older.
func ProveConsistency(older, newer int64, r tlog.HashReader) (tlog.TreeProof, error) {
	if older < 0 || older > newer {
		return nil, model.NotFound("ledger head")
	}
	if older == 0 {
		return nil, nil // nothing is a beginning of everything
	}
	p, err := tlog.ProveTree(newer, older, r)
	if err != nil {
		return nil, fmt.Errorf("proving that the ledger grew from %d to %d: %w", older, newer, err)
	}
	return p, nil
}

// CheckConsistency checks the proof that the ledger with head newer only adds to the one with head older.
func CheckConsistency(p tlog.TreeProof, older, newer Head) error {
	if older.Size == 0 {
		if older != emptyHead() || len(p) != 0 || newer.Size < 0 || newer.Size == 0 && newer != older {
			return errors.New("checking that the ledger grew from nothing: the heads do not agree")
		}
		return nil
	}
	if err := tlog.CheckTree(p, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf("checking that the ledger grew from %d to %d: %w", older.Size, newer.Size, err)
	}
	return nil
}
