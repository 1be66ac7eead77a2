package audit

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// rowThen is a privileged row as it was after the newest of its entries that then accepts, with that entry's index. It goes
// back from the row as it is now through what each entry says that was before: it reads as many entries as the row
// has had changes since. A row that was not there yet is model.KindNotFound.
func rowThen(ctx context.Context, r store.Reads, table, key string, then func(ledger.Facts) bool) (ledger.Row, int64, error) {
	row, err := r.PrivilegedRow(ctx, table, key)
	if err != nil {
		return ledger.Row{}, 0, err
	}
	for values, last := row.Values, int64(1<<62); values != nil; {
		leaf, err := strconv.ParseInt(values["leaf"], 10, 64)
		if err != nil || leaf >= last {
			return ledger.Row{}, 0, fmt.Errorf("%s %s does not name the entry that wrote it: run keyturn ledger verify", table, key)
		}
		last = leaf
		rec, err := r.Record(ctx, leaf)
		if err != nil {
			return ledger.Row{}, 0, err
		}
		e, err := rec.Open()
		if err != nil {
			return ledger.Row{}, 0, err
		}
		i := slices.IndexFunc(e.Facts.Rows, func(row ledger.Row) bool { return row.Table == table && row.Key == key })
		if i < 0 {
			return ledger.Row{}, 0, fmt.Errorf("entry %d did not write %s %s: run keyturn ledger verify", leaf, table, key)
		}
		if then(e.Facts) {
			return e.Facts.Rows[i], leaf, nil
		}
		values = e.Facts.Rows[i].Before
	}
	return ledger.Row{}, 0, model.NotFound("row of " + table)
}
