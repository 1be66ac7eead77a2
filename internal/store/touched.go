package store

import (
	"context"
	"fmt"
)

// Touched is a row of a privileged table, one of those that grow, that was written past the guard, as a trigger of the database noted it: it did
// not come with the newest entry of the ledger. That is a hint of where to look first. It may be wrong, and whoever can
// write to the database can see to it that there is none.
type Touched struct {
	Table, Key string
	times      int64 // that it was, so far
}

// Touched lists rows that were touched and not forgotten since, at most limit of them.
func (r Reads) Touched(ctx context.Context, limit int) ([]Touched, error) {
	all, err := collect(ctx, r.q, func(row scanner) (t Touched, err error) {
		err = row.Scan(&t.Table, &t.Key, &t.times)
		return t, err
	}, `SELECT name, key, times FROM touched ORDER BY name, key LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("reading what was touched: %w", err)
	}
	return all, nil
}

// ForgetTouched forgets rows that are as they must be, unless they were touched again meanwhile.
func (tx *Tx) ForgetTouched(ctx context.Context, rows []Touched) error {
	for _, t := range rows {
		if _, err := tx.exec(ctx, `DELETE FROM touched WHERE name = $1 AND key = $2 AND times = $3`, t.Table, t.Key, t.times); err != nil {
			return fmt.Errorf("forgetting what was touched: %w", err)
		}
	}
	return nil
}

// growing are the privileged tables that grow with what happens on a network, and get too large to be compared as a whole
// again and again. The others are about the staff and its rules: triggers would only make each opening of the store slower.
func growing() []*privTable {
	return []*privTable{classTable, requestTable, keyTable, ownerKeyTable, takeoverTable, sanctionTable, strikeTable, chargeTable,
		vetoTable, purgeTable, lookTable, appealDecisionTable, erasureTable}
}

// note is the statement of a trigger that notes a row by its key, which is an expression.
func (t *privTable) note(key string) string {
	return `INSERT INTO touched (name, key, times) VALUES ('` + t.name + `', ` + key + `, 1)
		ON CONFLICT (name, key) DO UPDATE SET times = touched.times + 1;`
}
