package audit_test

import (
	"testing"

	"keyturn/internal/audit"
	"keyturn/internal/ledger"
	"keyturn/internal/store"
)

// TestABookGoesOnAfterTrouble: what could not be read to its end is read again, told again, and nothing is found in it.
func TestABookGoesOnAfterTrouble(t *testing.T) {
	b := newBook(t, 40)
	book, err := audit.OpenBook(t.Context(), b.Store)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	var told []int64
	follow := func() error {
		told = nil
		return b.Store.Snapshot(t.Context(), func(now store.Reads) error {
			return book.Follow(now, func(e ledger.Entry) { told = append(told, e.Facts.Index) })
		})
	}
	b.warn(3)
	b.exec(`ALTER TABLE tree_hashes RENAME TO elsewhere`)
	for range 2 {
		if err := follow(); err == nil || book.Size() != 40 || book.Lost() != nil {
			t.Errorf("without the tree the book goes to %d: %v, %v", book.Size(), err, book.Lost())
		}
	}
	b.exec(`ALTER TABLE elsewhere RENAME TO tree_hashes`)
	if err := follow(); err != nil || book.Size() != 43 || len(told) != 3 || told[0] != 40 {
		t.Errorf("%v; the book has %d entries, and told of %v", err, book.Size(), told)
	}
	if found := book.Take(); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
