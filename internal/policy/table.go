package policy

import (
	"time"

	"keyturn/internal/model"
)

// Bounds of a cell. A person more than maxKeys, or a wait past maxWait, is taken for a slip of the pen.
const (
	maxKeys = 9
	maxWait = 7 * 24 * time.Hour
)

// cell is one place of the table; class is "" in the rows that have one cell.
type cell struct {
	row   Row
	class model.Class
}

// path names the cell in errors: "rows.suspend.government".
func (c cell) path() string {
	row := within("rows", string(c.row))
	if c.class == "" {
		return row
	}
	return within(row, string(c.class))
}

// String names the cell for people.
func (c cell) String() string {
	if c.class == "" {
		return string(c.row)
	}
	return string(c.row) + " on " + accountOf(c.class)
}

// cells lists the places of the table, in its order.
func cells() (all []cell) {
	for _, row := range ClassRows() {
		for _, class := range model.Classes() {
			all = append(all, cell{row, class})
		}
	}
	for _, row := range SingleRows() {
		all = append(all, cell{row: row})
	}
	return all
}

// table reads the rows and holds them against the laws.
func (r *reader) table(v any) map[cell]model.Requirement {
	rows := object(r, "rows", v, append(ClassRows(), SingleRows()...)...)
	byClass := map[Row]map[model.Class]any{}
	for _, row := range ClassRows() {
		byClass[row] = object(r, within("rows", string(row)), rows[row], model.Classes()...)
	}
	table := map[cell]model.Requirement{}
	for _, c := range cells() {
		v := rows[c.row]
		if c.class != "" {
			v = byClass[c.row][c.class]
		}
		table[c] = r.requirement(c.path(), v)
		r.laws(c, table[c])
	}
	return table
}

func (r *reader) requirement(path string, v any) model.Requirement {
	fields := object(r, path, v, "keys", "roles", "teams", "wait")
	need := model.Requirement{
		Keys:  int(r.integer(path+".keys", fields["keys"], 1, maxKeys)),
		Roles: r.roles(path+".roles", fields["roles"]),
		Wait:  r.duration(path+".wait", fields["wait"], 0, maxWait),
	}
	need.Teams = int(r.integer(path+".teams", fields["teams"], 1, int64(max(need.Keys, 1))))
	if need.Keys < len(need.Roles) {
		r.fail(path+".keys", "must be at least %d: each of the roles takes a person of its own", len(need.Roles))
	}
	return need
}

// laws refuses what the laws would never let a policy say. The guard holds them all the same.
func (r *reader) laws(c cell, need model.Requirement) {
	path := c.path()
	switch {
	case c.row.takesTwo() && c.class.Protected() && need.Keys < 2:
		r.fail(path+".keys", "must be at least 2 on a protected account (law 1)")
	case (c.row == RowGrantAgent || c.row == RowLoosen) && need.Keys < 2:
		r.fail(path+".keys", "must be at least 2: nobody governs alone (law 2)")
	case c.row == RowUnfreeze && need.Keys < 2:
		r.fail(path+".keys", "must be at least 2: ending a confirmed freeze takes two (law 10)")
	case c.row.takesOne() && (need.Keys != 1 || need.Wait != 0 || len(need.Roles) > 0):
		r.fail(path, "must be one key, no role and no wait (laws 2, 9 and 10); whose key it may be is for cedar to say")
	}
}

// takesTwo reports whether law 1 asks two keys for the row on protected accounts.
func (r Row) takesTwo() bool {
	if r == RowLockBrief {
		return false
	}
	info, _ := model.InfoOf(r.Commands()[0])
	switch info.Group {
	case model.GroupSilence, model.GroupDarken, model.GroupTakeover:
		return true
	}
	return false
}

// takesOne reports whether the row is one that the laws keep at one key, so that brakes stay light: what tightens,
// freezes, and restores within law 9.
func (r Row) takesOne() bool { return r == RowTighten || r == RowFreeze || r == RowRestore }

// encodeTable is the table as it stands in the document.
func encodeTable(table map[cell]model.Requirement) map[string]any {
	rows := map[string]any{}
	for _, c := range cells() {
		need := table[c]
		fields := map[string]any{"keys": need.Keys, "roles": need.Roles, "teams": need.Teams, "wait": span(need.Wait)}
		if c.class == "" {
			rows[string(c.row)] = fields
			continue
		}
		row, ok := rows[string(c.row)].(map[string]any)
		if !ok {
			row = map[string]any{}
			rows[string(c.row)] = row
		}
		row[string(c.class)] = fields
	}
	return rows
}
