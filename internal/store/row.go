package store

import (
	"context"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// PrivilegedRow reads one row of a privileged table by its key, in the form in which the ledger's facts have it. A row
// that is not there is model.KindNotFound.
func (r Reads) PrivilegedRow(ctx context.Context, name, key string) (ledger.Row, error) {
	t, err := privTableNamed(name)
	if err != nil {
		return ledger.Row{}, err
	}
	arg, err := t.key(key)
	if err != nil {
		return ledger.Row{}, model.NotFound("row of " + name)
	}
	texts, err := one(ctx, r.q, t.texts, "row of "+name, t.read, arg)
	if err != nil {
		return ledger.Row{}, err
	}
	return ledger.Row{Table: name, Key: key, Values: texts}, nil
}
