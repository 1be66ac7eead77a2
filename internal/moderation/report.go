package moderation

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// maxReportsADay is how many reports one member may file in a day (busyTime), on different cases. It is what Mastodon
// allows. It is also how many earlier reports are looked at to weigh one.
const maxReportsADay = 400

// TakeReport weighs a report, files it (store.Tx.AddReport) and ranks its case anew. Somebody who filed too many in a day
// is model.KindTooMany.
func TakeReport(ctx context.Context, tx *store.Tx, r model.Report) (model.Report, error) {
	now := r.CreatedAt
	reporter, err := tx.Account(ctx, r.Reporter)
	if err != nil {
		return r, err
	}
	record, err := tx.ReporterRecord(ctx, r.Reporter, now.Add(-busyTime), maxReportsADay)
	if err != nil {
		return r, err
	}
	if record.Recent >= maxReportsADay {
		return r, model.Errorf(model.KindTooMany, "you filed %d reports within a day: the next one has to wait", record.Recent)
	}
	r.Weight, r.Doubts = Weigh(Standing{Age: now.Sub(reporter.CreatedAt), Held: record.Held, NotHeld: record.NotHeld, Recent: record.Recent})
	if r, err = tx.AddReport(ctx, r); err != nil {
		return r, err
	}
	return r, rank(ctx, tx, r.Case, now)
}
