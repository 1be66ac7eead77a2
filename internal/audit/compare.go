package audit

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// sweep is a pass over one privileged table, in portions: where it stands.
type sweep struct {
	table string
	after string          // the newest key in the database
	upTo  int64           // the newest integer among them
	texts map[string]bool // those that are none
	since int64           // the ledger's size when it began
	named int             // rows that differ
}

// begin begins a pass over a table.
func begin(table string, size int64) *sweep {
	return &sweep{table: table, upTo: math.MinInt64, texts: map[string]bool{}, since: size}
}

// on holds the next rows of the table, at most limit of them, against the replayed ones, which are those of the moment
// that now reads: both are gone through in the order of the keys. done says that the pass is over.
func (s *sweep) on(ctx context.Context, r *replay, now store.Reads, limit int) (done bool, err error) {
	t, n, first := r.tables[s.table], 0, s.upTo
	known := t.from(s.upTo)
	for raw, err := range now.RowsAfter(ctx, s.table, s.after, limit) {
		if err != nil {
			return false, err
		}
		n++
		key := raw.Key()
		twice := n > 1 && key == s.after
		s.after = key
		if err := s.row(ctx, r, known, raw, twice); err != nil {
			return false, err
		}
	}
	r.report.Rows += int64(n)
	if s.table == "account_classes" {
		if err := s.called(ctx, r, now, first); err != nil {
			return false, err
		}
	}
	if n == limit {
		return false, nil
	}
	if err := s.skipped(r, known, math.MaxInt64); err != nil {
		return false, err
	}
	s.missing(r, t)
	return true, nil
}

// row holds one row of the database against the replayed ones. twice: it has the key of the one before.
func (s *sweep) row(ctx context.Context, r *replay, known *cursor, raw *store.RawRow, twice bool) error {
	n, is := asInt(s.after)
	if twice {
		if s.names(r) {
			r.row(raw.Row(), nil, "the row is there twice")
		}
		return nil
	}
	if !is {
		s.texts[s.after] = true
	} else if n > s.upTo {
		if err := s.skipped(r, known, n-1); err != nil {
			return err
		}
		s.upTo = n
	}
	next, there, err := known.next(s.upTo)
	k := next.Kept
	if !is || !there || next.Key != n {
		k, there, err = known.t.get(s.after)
	}
	switch {
	case err != nil:
		return err
	case !there:
		if s.names(r) {
			r.row(raw.Row(), nil, strange)
		}
		return nil
	}
	have := r.sums.raw(raw)
	if have == k.Sum || !s.names(r) {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.differs(raw.Row(), k) {
		s.named--
		return known.t.set(s.after, store.Kept{Sum: have, Entry: k.Entry}, true)
	}
	return nil
}

// called names the accounts that are not called what their class's row says, which the ledger accounts for: the class covers
// the handle (law 11).
func (s *sweep) called(ctx context.Context, r *replay, now store.Reads, first int64) error {
	list, err := now.Misnamed(ctx, model.ID(first), model.ID(s.upTo))
	if err != nil {
		return err
	}
	for _, m := range list {
		class := r.whole[s.table][m.Account.String()]
		handle, told := class["handle"]
		if !told {
			handle = m.Handle // by an older version, which did not say
		}
		if class == nil || m.Called == handle {
			continue // then it is the row that differs, and it is named
		}
		if !s.names(r) {
			return nil
		}
		what := "the account is gone, which is called " + handle
		if m.Called != "" {
			what = fmt.Sprintf("the account is called %q, not %q, and nobody renamed it", clip(m.Called), clip(handle))
		}
		r.row(ledger.Row{Table: "accounts", Key: m.Account.String()}, []string{"handle"}, what)
	}
	return nil
}

// skipped names the rows with keys up to one that the database does not have.
func (s *sweep) skipped(r *replay, known *cursor, to int64) error {
	for {
		row, ok, err := known.next(to)
		if err != nil || !ok {
			return err
		}
		if s.names(r) {
			r.row(ledger.Row{Table: s.table, Key: strconv.FormatInt(row.Key, 10)}, nil, gone)
		}
	}
}

// What is said of a row that is on one side only.
const (
	gone    = "the row is in the ledger but not in the database"
	strange = "the row is in the database but not in the ledger"
)

// names counts a row that is to be named, and reports whether it is.
func (s *sweep) names(r *replay) bool {
	s.named++
	return s.named <= r.limit
}

// missing names the rows whose keys are no integers and that the pass did not come upon. Their order is the engine's: what
// was written while the pass was under way it may have missed.
func (s *sweep) missing(r *replay, t *rows) {
	if t == nil {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(t.texts)) {
		if !s.texts[key] && t.texts[key].Entry < s.since && s.names(r) {
			r.row(ledger.Row{Table: s.table, Key: key}, nil, gone)
		}
	}
}

// compare holds all rows of the database against the replayed ones.
func (r *replay) compare(ctx context.Context, now store.Reads) error {
	tables := store.PrivilegedTables()
	for _, name := range tables {
		if _, err := begin(name, math.MaxInt64).on(ctx, r, now, math.MaxInt); err != nil {
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
func (r *replay) differs(row ledger.Row, k store.Kept) (same bool) {
	want, err := r.values(row.Table, row.Key)
	diff := differing(want, row.Values)
	switch {
	case err != nil:
		r.row(row, nil, fmt.Sprintf("the database differs from the ledger, in which entry %d said how it was: %v", k.Entry, err))
	case len(diff) > 0:
		r.row(row, diff, "the database differs from the ledger in "+describe(diff, want, row.Values))
	case r.sums.row(want) != k.Sum:
		r.row(row, nil, fmt.Sprintf("the database differs from what the ledger said of it in entry %d, which was altered since", k.Entry))
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
