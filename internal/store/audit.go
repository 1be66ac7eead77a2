package store

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"keyturn/internal/ledger"
)

// privTables are all tables whose rows the ledger accounts for.
func privTables() []*privTable {
	return []*privTable{settingTable, personTable, grantTable, loginTable, credentialTable, classTable, requestTable,
		keyTable, ownerKeyTable, takeoverTable, sanctionTable, strikeTable, chargeTable, vetoTable, policyTable, freezeTable, recoveryTable, purgeTable,
		lookTable, personAccountTable, mergeTable, appealDecisionTable}
}

// PrivilegedTables are the names of the tables whose rows the ledger accounts for.
func PrivilegedTables() []string {
	var names []string
	for _, t := range privTables() {
		names = append(names, t.name)
	}
	return names
}

// PrivilegedRows reads every row of a privileged table in the form in which the ledger's facts have it, so that what
// the ledger says can be held against what the database says.
func (r Reads) PrivilegedRows(ctx context.Context, name string) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for _, t := range privTables() {
			if t.name == name {
				r.privilegedRows(ctx, t, yield)
				return
			}
		}
		yield(ledger.Row{}, fmt.Errorf("%s is no privileged table", name))
	}
}

func (r Reads) privilegedRows(ctx context.Context, t *privTable, yield func(ledger.Row, error) bool) {
	rows, err := r.q.query(ctx, `SELECT `+strings.Join(t.cols, ", ")+` FROM `+t.name+` ORDER BY `+t.cols[0])
	if err != nil {
		yield(ledger.Row{}, fmt.Errorf("reading %s: %w", t.name, told(err)))
		return
	}
	defer rows.Close()
	for rows.Next() {
		texts, err := t.texts(rows)
		if err != nil {
			yield(ledger.Row{}, fmt.Errorf("reading %s: %w", t.name, err))
			return
		}
		if !yield(ledger.Row{Table: t.name, Key: texts[t.cols[0]], Values: texts}, nil) {
			return
		}
	}
	if err := rows.Err(); err != nil {
		yield(ledger.Row{}, fmt.Errorf("reading %s: %w", t.name, told(err)))
	}
}
