package store

import (
	"context"
	"iter"
	"math"

	"keyturn/internal/ledger"
)

// privTables are all tables whose rows the ledger accounts for.
func privTables() []*privTable {
	return []*privTable{settingTable, personTable, grantTable, loginTable, credentialTable, classTable, requestTable,
		keyTable, ownerKeyTable, takeoverTable, sanctionTable, strikeTable, chargeTable, vetoTable, policyTable, freezeTable, recoveryTable, purgeTable,
		lookTable, personAccountTable, mergeTable, appealDecisionTable, erasureTable}
}

// PrivilegedTables are the names of the tables whose rows the ledger accounts for.
func PrivilegedTables() []string {
	var names []string
	for _, t := range privTables() {
		names = append(names, t.name)
	}
	return names
}

// KeyColumn is the column by which the rows of a privileged table are told apart.
func KeyColumn(name string) string {
	for _, t := range privTables() {
		if t.name == name {
			return t.cols[0]
		}
	}
	return ""
}

// PrivilegedRows reads every row of a privileged table in the form in which the ledger's facts have it, so that what
// the ledger says can be held against what the database says.
func (r Reads) PrivilegedRows(ctx context.Context, name string) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for raw, err := range r.RowsAfter(ctx, name, "", math.MaxInt) {
			if err != nil {
				yield(ledger.Row{}, err)
				return
			}
			if !yield(raw.Row(), nil) {
				return
			}
		}
	}
}
