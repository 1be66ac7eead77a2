package store

import (
	"context"
	"time"

	"keyturn/internal/model"
)

// Erasure says that the private part of an entry of the ledger was erased.
type Erasure struct {
	Entry   int64
	Request model.ID
	At      time.Time
	Leaf    int64
}

var erasureTable = table("erasures", "entry", "request", "at")

// ErasePrivate erases the private part of an entry with its salt: nobody can tell any more what it was, nor guess it from
// the leaf's hash. An entry that has none is model.KindConflict.
func (p *PrivTx) ErasePrivate(ctx context.Context, e Erasure) error {
	n, err := p.exec(ctx, `UPDATE leaves SET private = NULL, private_salt = NULL WHERE idx = $1 AND private IS NOT NULL`, e.Entry)
	if err != nil {
		return err
	}
	if n == 0 {
		return model.Errorf(model.KindConflict, "the private part of entry %d was erased already", e.Entry)
	}
	return p.PutErasure(ctx, e)
}

// PutErasure writes only that the private part of an entry was erased.
func (p *PrivTx) PutErasure(ctx context.Context, e Erasure) error {
	return p.put(ctx, erasureTable, e.Entry, e.Request, millis(e.At))
}

// Erasure reads who erased the private part of an entry; model.KindNotFound when nobody has.
func (r Reads) Erasure(ctx context.Context, entry int64) (Erasure, error) {
	return one(ctx, r.q, func(row scanner) (e Erasure, err error) {
		var at int64
		err = row.Scan(&e.Entry, &e.Request, &at, &e.Leaf)
		e.At = fromMillis(at)
		return e, err
	}, "erasure", `SELECT entry, request, at, leaf FROM erasures WHERE entry = $1`, entry)
}
