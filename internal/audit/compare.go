package audit

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"keyturn/internal/ledger"
	"keyturn/internal/store"
)

// sweep is a pass over one privileged table, in portions: where it stands.
type sweep struct {
	table string
	after string // the newest key
	pass  int64
	since int64 // the ledger's size when it began
	seen  int64 // rows
	named int   // rows that differ
}

// begin begins a pass over a table.
func (r *replay) begin(table string, size int64) *sweep {
	r.pass++
	return &sweep{table: table, pass: r.pass, since: size}
}

// on holds the next rows of the table, at most limit of them, against the replayed ones, which are those of the moment
// that now reads. done says that the pass is over: then the rows that it did not come upon are named too.
func (s *sweep) on(ctx context.Context, r *replay, now store.Reads, limit int) (done bool, err error) {
	t, n := r.tables[s.table], 0
	if t == nil {
		t = newRows()
	}
	for raw, err := range now.RowsAfter(ctx, s.table, s.after, limit) {
		if err != nil {
			return false, err
		}
		n++
		key := raw.Key()
		s.after = key
		k, there := t.get(key)
		if !there {
			if s.names(r) {
				r.row(raw.Row(), nil, "the row is in the database but not in the ledger")
			}
			continue
		}
		s.seen++
		k.pass = s.pass
		if have := r.sums.raw(raw); have != k.sum && s.names(r) {
			if err := ctx.Err(); err != nil {
				return false, err
			}
			if r.differs(raw.Row(), k) {
				k.sum = have
				s.named--
			}
		}
		t.set(key, k)
	}
	r.report.Rows += int64(n)
	if n == limit {
		return false, nil
	}
	if s.seen < t.len() {
		s.missing(r, t)
	}
	return true, nil
}

// names counts a row that is to be named, and reports whether it is.
func (s *sweep) names(r *replay) bool {
	s.named++
	return s.named <= r.limit
}

// missing names the rows that the pass did not come upon. What was written while it was under way it may have missed.
func (s *sweep) missing(r *replay, t *rows) {
	var gone []string
	for key, k := range t.all() {
		if k.pass < s.pass && k.leaf < s.since {
			gone = append(gone, key)
		}
	}
	slices.Sort(gone)
	for _, key := range gone {
		if !s.names(r) {
			break
		}
		r.row(ledger.Row{Table: s.table, Key: key}, nil, "the row is in the ledger but not in the database")
	}
}

// compare holds all rows of the database against the replayed ones.
func (r *replay) compare(ctx context.Context, now store.Reads) error {
	tables := store.PrivilegedTables()
	for _, name := range tables {
		if _, err := r.begin(name, math.MaxInt64).on(ctx, r, now, math.MaxInt); err != nil {
			return err
		}
	}
	r.strange(tables)
	return nil
}

// strange names the tables that the ledger speaks of and that are none.
func (r *replay) strange(tables []string) {
	for _, name := range slices.Sorted(maps.Keys(r.tables)) {
		if !slices.Contains(tables, name) {
			r.row(ledger.Row{Table: name}, nil, "the ledger has rows of a table that there is not")
		}
	}
}

// differs names a row whose sum is not the ledger's. It is the same nevertheless when what differs is none of the
// ledger's business.
func (r *replay) differs(row ledger.Row, k known) (same bool) {
	want, err := r.values(row.Table, row.Key)
	diff := differing(want, row.Values)
	switch {
	case err != nil:
		r.row(row, nil, fmt.Sprintf("the database differs from the ledger, in which entry %d said how it was: %v", k.leaf, err))
	case len(diff) > 0:
		r.row(row, diff, "the database differs from the ledger in "+describe(diff, want, row.Values))
	case r.sums.row(want) != k.sum:
		r.row(row, nil, fmt.Sprintf("the database differs from what the ledger said of it in entry %d, which was altered since", k.leaf))
	default:
		return true
	}
	return false
}

func (r *replay) row(row ledger.Row, columns []string, what string) {
	r.found.add(r.found.place(), Finding{Entry: -1, Table: row.Table, Key: row.Key, Columns: columns, What: what})
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
