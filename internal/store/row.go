package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// PrivilegedRow reads one row of a privileged table by its key, in the form in which the ledger's facts have it. A row
// that is not there is model.KindNotFound.
func (r Reads) PrivilegedRow(ctx context.Context, name, key string) (ledger.Row, error) {
	i := slices.IndexFunc(privTables(), func(t *privTable) bool { return t.name == name })
	if i < 0 {
		return ledger.Row{}, fmt.Errorf("%s is no privileged table", name)
	}
	t := privTables()[i]
	var arg any = key
	if t != settingTable && t != policyTable { // the keys of all others are integers
		id, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return ledger.Row{}, model.NotFound("row of " + name)
		}
		arg = id
	}
	texts, err := one(ctx, r.q, t.texts, "row of "+name, t.read, arg)
	if err != nil {
		return ledger.Row{}, err
	}
	return ledger.Row{Table: name, Key: key, Values: texts}, nil
}
