package audit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"keyturn/internal/ledger"
	"keyturn/internal/store"
)

// compare holds the rows of the database against the replayed ones, which it uses up.
func (r *replay) compare(ctx context.Context, now store.Reads) error {
	for _, name := range store.PrivilegedTables() {
		left := r.tables[name]
		for row, err := range now.PrivilegedRows(ctx, name) {
			if err != nil {
				return err
			}
			r.report.Rows++
			if err := r.compareRow(row); err != nil {
				return err
			}
			delete(left, row.Key)
		}
		for _, key := range slices.Sorted(maps.Keys(left)) {
			r.row(ledger.Row{Table: name, Key: key}, "the row is in the ledger but not in the database")
		}
		delete(r.tables, name)
	}
	for _, name := range slices.Sorted(maps.Keys(r.tables)) {
		r.row(ledger.Row{Table: name}, "the ledger has rows of a table that there is not")
	}
	return nil
}

// compareRow compares by the sum first; only what differs is read from the ledger again.
func (r *replay) compareRow(row ledger.Row) error {
	w, known := r.tables[row.Table][row.Key]
	if !known {
		r.row(row, "the row is in the database but not in the ledger")
		return nil
	}
	if w.sum == sumOf(row.Values) {
		return nil
	}
	want, err := r.values(row.Table, row.Key)
	if err != nil {
		return fmt.Errorf("reading what the ledger has of %s %s: %w", row.Table, row.Key, err)
	}
	if diff := differing(want, row.Values); len(diff) > 0 {
		r.row(row, "the database differs from the ledger in "+describe(diff, want, row.Values))
	}
	return nil
}

func (r *replay) row(row ledger.Row, what string) {
	r.found.add(r.found.place(), Finding{Entry: -1, Table: row.Table, Key: row.Key, What: what})
}

// differing lists the columns in which two rows differ. Columns that the ledger does not know, since a later version
// brought them, are not its business.
func differing(want, got map[string]string) []string {
	var cols []string
	for c := range want {
		if v, ok := got[c]; !ok || v != want[c] {
			cols = append(cols, c)
		}
	}
	slices.Sort(cols)
	return cols
}

func describe(cols []string, want, got map[string]string) string {
	var all []string
	for _, c := range cols {
		all = append(all, fmt.Sprintf("%s (%q, not %q)", c, clip(got[c]), clip(want[c])))
	}
	return strings.Join(all, ", ")
}

// clip keeps a long value from filling the screen.
func clip(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}
