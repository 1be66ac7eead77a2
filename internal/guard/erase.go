package guard

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// readErasure finds the entry whose private part is to be erased. That takes evidence away: it takes the strictest row
// (law 2). What is signed names the entry, what it was about, and the part itself by its hash. The words of a request
// that is open stay: whoever signs it has to know why it was asked for.
func (d *deed) readErasure(ctx context.Context, r store.Reads) error {
	index, err := strconv.ParseInt(d.cmd.Params[paramEntry], 10, 64)
	if err != nil || index < 0 {
		return model.Invalid("params.entry", "must be the number of an entry of the ledger")
	}
	rec, err := r.Record(ctx, index)
	if model.KindOf(err) == model.KindNotFound {
		return model.Invalid("params.entry", "the ledger has no entry %d", index)
	}
	if err != nil {
		return err
	}
	if rec.Erased() {
		return model.Errorf(model.KindConflict, "the private part of entry %d was erased already", index)
	}
	e, err := rec.Open()
	if err != nil {
		return fmt.Errorf("opening entry %d: %w", index, err)
	}
	if len(e.Private) == 0 {
		return model.Invalid("params.entry", "entry %d has no private part", index)
	}
	if e.Facts.Request != 0 {
		q, err := r.Request(ctx, e.Facts.Request)
		if err != nil {
			return err
		}
		if q.Opened == index && q.State.Open() {
			return model.Errorf(model.KindConflict, "request %s is open and this is why it was asked for: decline, veto or withdraw it first", q.ID)
		}
	}
	sum := sha256.Sum256(rec.Private)
	d.target.State = fmt.Sprintf("entry %d, %s %s, of %s, sha256:%x", index, e.Facts.Kind, e.Facts.Event, e.Facts.Time.Format("2006-01-02 15:04:05 UTC"), sum[:8])
	d.loosens, d.row = true, policy.RowLoosen
	return nil
}

// erase erases the private part of an entry, and records which.
func erase(ctx context.Context, p *store.PrivTx, q model.Request) error {
	index, err := strconv.ParseInt(q.Command.Params[paramEntry], 10, 64)
	if err != nil {
		return fmt.Errorf("reading which entry to erase: %w", err)
	}
	return p.ErasePrivate(ctx, store.Erasure{Entry: index, Request: q.ID, At: p.Now()})
}
