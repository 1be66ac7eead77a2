package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"keyturn/internal/ledger"
)

// RawRow is a privileged row as the engine gave it, good until the next one is read: to be compared by its text, which
// is cheap, before it is read as a whole.
type RawRow struct {
	t      *privTable
	values []any
	types  []*sql.ColumnType
	text   []byte // room for one column
}

// Key is the row's primary key, as text.
func (r *RawRow) Key() string { return r.textAt(0) }

// textAt is a column's value as the ledger's facts have it. SQLite keeps bytes in a column for text and text in one for
// bytes; the two must not be taken for each other when the one is spelt like the other in base64.
func (r *RawRow) textAt(i int) string {
	text := textOf(r.values[i])
	if r.strays(i) {
		text = fmt.Sprintf("%s, as %T", text, r.values[i])
	}
	return text
}

func (r *RawRow) strays(i int) bool {
	switch r.values[i].(type) {
	case string:
		return r.types[i].DatabaseTypeName() == "BYTEA"
	case []byte:
		return r.types[i].DatabaseTypeName() == "TEXT"
	}
	return false
}

// AppendText appends the row's text: what ledger.AppendRow makes of its values.
func (r *RawRow) AppendText(b []byte) []byte {
	for _, i := range r.t.sorted {
		switch v := r.values[i].(type) {
		case int64:
			r.text = strconv.AppendInt(r.text[:0], v, 10)
		default:
			r.text = append(r.text[:0], r.textAt(i)...)
		}
		b = ledger.AppendColumn(b, r.t.cols[i], r.text)
	}
	return b
}

// Row is the row in the form in which the ledger's facts have it.
func (r *RawRow) Row() ledger.Row {
	row := ledger.Row{Table: r.t.name, Key: r.Key(), Values: make(map[string]string, len(r.t.cols))}
	for i, c := range r.t.cols {
		row.Values[c] = r.textAt(i)
	}
	return row
}

// RowsAfter reads the rows of a privileged table whose keys come after one ("" for the first), in the order of the keys,
// at most limit of them. The order is the engine's: it is good for going on, not for comparing keys.
func (r Reads) RowsAfter(ctx context.Context, name, after string, limit int) iter.Seq2[*RawRow, error] {
	return func(yield func(*RawRow, error) bool) {
		t, err := privTableNamed(name)
		if err != nil {
			yield(nil, err)
			return
		}
		where, args := "", []any{limit}
		if after != "" {
			key, err := t.key(after)
			if err != nil {
				yield(nil, err)
				return
			}
			where, args = " WHERE "+t.cols[0]+" > $2", append(args, key)
		}
		r.rawRows(ctx, t, `SELECT `+strings.Join(t.cols, ", ")+` FROM `+t.name+where+` ORDER BY `+t.cols[0]+` LIMIT $1`, args, yield)
	}
}

func (r Reads) rawRows(ctx context.Context, t *privTable, text string, args []any, yield func(*RawRow, error) bool) {
	rows, err := r.q.query(ctx, text, args...)
	if err != nil {
		yield(nil, fmt.Errorf("reading %s: %w", t.name, told(err)))
		return
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		yield(nil, fmt.Errorf("reading %s: %w", t.name, told(err)))
		return
	}
	raw := &RawRow{t: t, values: make([]any, len(t.cols)), types: types}
	dest := make([]any, len(t.cols))
	for i := range raw.values {
		dest[i] = &raw.values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			yield(nil, fmt.Errorf("reading %s: %w", t.name, err))
			return
		}
		if !yield(raw, nil) {
			return
		}
	}
	if err := rows.Err(); err != nil {
		yield(nil, fmt.Errorf("reading %s: %w", t.name, told(err)))
	}
}

func privTableNamed(name string) (*privTable, error) {
	all := privTables()
	i := slices.IndexFunc(all, func(t *privTable) bool { return t.name == name })
	if i < 0 {
		return nil, fmt.Errorf("%s is no privileged table", name)
	}
	return all[i], nil
}
