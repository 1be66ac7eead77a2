package store_test

import (
	"iter"
	"maps"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/ledger"
	"keyturn/internal/store"
)

// replay holds the ledger against itself, and the privileged rows against it: the tree, that each entry says what the
// rows were before, and that the rows of the last entries are those of the database, letter for letter. It returns how
// many entries there are.
func (e *engine) replay() int64 {
	e.Helper()
	head, _, err := e.LedgerHead(e.Context())
	if err != nil {
		e.Fatal(err)
	}
	told := map[string]map[string]string{}
	records := e.opened(told)
	err = ledger.VerifyTree(records, head, e.TreeHashes(e.Context()), func(d ledger.Difference) {
		e.Errorf("ledger entry %d: %s", d.Index, d.What)
	})
	if err != nil {
		e.Fatal(err)
	}
	there := map[string]map[string]string{}
	for _, table := range store.PrivilegedTables() {
		for row, err := range e.PrivilegedRows(e.Context(), table) {
			if err != nil {
				e.Fatal(err)
			}
			there[table+" "+row.Key] = row.Values
		}
	}
	if diff := cmp.Diff(told, there); diff != "" {
		e.Errorf("the ledger and the database differ (-ledger +database):\n%s", diff)
	}
	return head.Size
}

// opened gives the ledger's records, and notes on the way what the rows are after each.
func (e *engine) opened(rows map[string]map[string]string) iter.Seq2[ledger.Record, error] {
	return func(yield func(ledger.Record, error) bool) {
		var last int64
		for rec, err := range e.Records(e.Context(), 0) {
			if err != nil {
				e.Fatal(err)
			}
			entry, err := rec.Open()
			if err != nil {
				e.Fatal(err)
			}
			if at := entry.Facts.Time.UnixMilli(); at < last {
				e.Errorf("entry %d is %d ms older than the one before it", rec.Index, last-at)
			} else {
				last = at
			}
			for _, row := range entry.Facts.Rows {
				key := row.Table + " " + row.Key
				if !maps.Equal(rows[key], row.Before) {
					e.Errorf("entry %d has %s as %v before, not %v", rec.Index, key, row.Before, rows[key])
				}
				rows[key] = row.Values
			}
			if !yield(rec, nil) {
				return
			}
		}
	}
}
