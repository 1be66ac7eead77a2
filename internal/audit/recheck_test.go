package audit_test

import (
	"testing"

	"keyturn/internal/audit"
	"keyturn/internal/store"
)

// TestRowsThatWereTouchedAreHeldAgainstTheLedger: one by one, without a pass over the rest; what is as it must be is
// forgotten.
func TestRowsThatWereTouchedAreHeldAgainstTheLedger(t *testing.T) {
	b := newBook(t, 40)
	book, err := audit.OpenBook(t.Context(), b.Store)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	look := func(whole int, says ...string) {
		t.Helper()
		err := b.Store.Snapshot(t.Context(), func(now store.Reads) error {
			if err := book.Follow(now, nil); err != nil {
				return err
			}
			touched, err := now.Touched(t.Context(), 100)
			if err != nil {
				return err
			}
			fine, err := book.Recheck(now, touched)
			if len(fine) != whole || len(touched) != whole+len(says) {
				t.Errorf("of %v, %v are as they must be", touched, fine)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, f := range book.Take() {
			lines = append(lines, f.String())
		}
		wantFound(t, lines, says...)
		if len(lines) != len(says) {
			t.Errorf("found %q", lines)
		}
	}
	b.exec(`UPDATE strikes SET rule = rule WHERE id = (SELECT MIN(id) FROM strikes)`)
	b.exec(`INSERT INTO touched VALUES ('leaves', '1', 1), ('nonsense', 'x', 1), ('strikes', 'no key', 1)`)
	look(4)
	b.exec(`DELETE FROM touched`)
	b.exec(`UPDATE strikes SET rule = rule || 'x' WHERE id = (SELECT MIN(id) FROM strikes)`)
	b.exec(`DELETE FROM request_keys WHERE id = (SELECT MAX(id) FROM request_keys)`)
	b.exec(`INSERT INTO sanctions SELECT 77, account, post, kind, request, case_id, rule, start_at, end_at, 0, leaf FROM sanctions LIMIT 1`)
	for range 2 {
		look(0, "request_keys", "sanctions 77: the row is in the database but not in the ledger", `differs from the ledger in rule ("1x", not "1")`)
	}
}
