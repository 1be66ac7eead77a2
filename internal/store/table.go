package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"keyturn/internal/ledger"
)

// A privTable is a table whose rows only a PrivTx writes. Its key is its first column; its last is leaf.
type privTable struct {
	name   string
	cols   []string
	sorted []int // the columns' places in the order of their names
	upsert string
	read   string // one row by its key
}

// table describes a privileged table by its columns, without leaf.
func table(name string, cols ...string) *privTable {
	cols = append(cols, "leaf")
	text := "INSERT INTO " + name + " ("
	values, sets := "", ""
	for i, c := range cols {
		if i > 0 {
			text, values = text+", ", values+", "
			sets += c + " = excluded." + c
			if i < len(cols)-1 {
				sets += ", "
			}
		}
		text += c
		values += "$" + strconv.Itoa(i+1)
	}
	text += ") VALUES (" + values + ") ON CONFLICT (" + cols[0] + ") DO UPDATE SET " + sets
	read := "SELECT " + strings.Join(cols, ", ") + " FROM " + name + " WHERE " + cols[0] + " = $1"
	t := &privTable{name: name, cols: cols, upsert: text, read: read}
	for i := range cols {
		t.sorted = append(t.sorted, i)
	}
	slices.SortFunc(t.sorted, func(a, b int) int { return strings.Compare(cols[a], cols[b]) })
	return t
}

// key is a row's key as the engine takes it. That of a few tables is a text, of all others an integer.
func (t *privTable) key(text string) (any, error) {
	if t.cols[0] == "name" || t.cols[0] == "hash" {
		return text, nil
	}
	return strconv.ParseInt(text, 10, 64)
}

// texts scans a row in the form in which the ledger's facts have it.
func (t *privTable) texts(row scanner) (map[string]string, error) {
	values, dest := make([]any, len(t.cols)), make([]any, len(t.cols))
	for i := range values {
		dest[i] = &values[i]
	}
	if err := row.Scan(dest...); err != nil {
		return nil, err
	}
	texts := make(map[string]string, len(t.cols))
	for i, c := range t.cols {
		texts[c] = textOf(values[i])
	}
	return texts, nil
}

// put writes one privileged row, new or changed, and records it. values are in the order of the table's columns.
func (p *PrivTx) put(ctx context.Context, t *privTable, values ...any) error {
	values = append(values, p.Leaf())
	if len(values) != len(t.cols) {
		return fmt.Errorf("table %s has %d columns, not %d", t.name, len(t.cols), len(values))
	}
	for i, v := range values {
		if b, ok := v.([]byte); ok {
			values[i] = notNil(b)
		}
	}
	before, err := p.rowBefore(ctx, t, values[0])
	if err != nil {
		return fmt.Errorf("reading %s: %w", t.name, err)
	}
	if _, err := p.exec(ctx, t.upsert, values...); err != nil {
		return fmt.Errorf("writing %s: %w", t.name, err)
	}
	row := ledger.Row{Table: t.name, Key: textOf(values[0]), Values: make(map[string]string, len(t.cols))}
	for i, c := range t.cols {
		row.Values[c] = textOf(values[i])
	}
	row.Before = before
	// A row that is written twice is recorded once, as it is at the end.
	if i := slices.IndexFunc(p.rows, func(r ledger.Row) bool { return r.Table == row.Table && r.Key == row.Key }); i >= 0 {
		row.Before = p.rows[i].Before
		p.rows[i] = row
		return nil
	}
	p.rows = append(p.rows, row)
	return nil
}

// rowBefore reads a privileged row as it is before it is changed; nil when there is none.
func (p *PrivTx) rowBefore(ctx context.Context, t *privTable, key any) (map[string]string, error) {
	before, err := collect(ctx, p.q, t.texts, t.read, key)
	if err != nil || len(before) == 0 {
		return nil, err
	}
	return before[0], nil
}
