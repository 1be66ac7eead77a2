package audit

import (
	"context"
	"iter"
	"sync"

	"keyturn/internal/ledger"
	"keyturn/internal/store"
)

// chunkSize is how many entries are read and checked at a time: few enough to be held for each core, enough for one
// query to be worth it.
const chunkSize = 512

// entry is a checked record with the sums of its rows.
type entry struct {
	ledger.Checked
	sum  sum      // of the record as it is stored
	rows []change // one for each of the facts' rows
}

// change is a row before and after an entry.
type change struct{ before, after sum }

// open does all that can be done for an entry without those before it.
func (s *summer) open(rec ledger.Record) entry {
	e := entry{Checked: rec.Checked(), sum: s.record(rec)}
	for _, row := range e.Entry.Facts.Rows {
		e.rows = append(e.rows, change{s.row(row.Before), s.row(row.Values)})
	}
	return e
}

// opened reads and opens the entries before size, a chunk of them on each of several cores, and gives them in order. It
// holds two chunks for each worker at most.
func opened(ctx context.Context, st store.Reads, sums *summer, size int64, workers int, chunk int64) iter.Seq2[entry, error] {
	type result struct {
		entries []entry
		err     error
	}
	return func(yield func(entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		next := make(chan chan result, workers) // what is being worked on, in order
		wg.Go(func() {
			defer close(next)
			free := make(chan struct{}, workers)
			for first := int64(0); first < size; first += chunk {
				out := make(chan result, 1)
				select {
				case next <- out:
				case <-ctx.Done():
					return
				}
				free <- struct{}{}
				wg.Go(func() {
					defer func() { <-free }()
					var r result
					r.entries, r.err = openRange(ctx, st, sums.clone(), first, min(first+chunk, size))
					out <- r
				})
			}
		})
		for out := range next {
			r := <-out
			if r.err != nil {
				yield(entry{}, r.err)
				return
			}
			for _, e := range r.entries {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

func openRange(ctx context.Context, st store.Reads, sums *summer, first, end int64) ([]entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	records, err := st.RecordRange(ctx, first, end)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(records))
	for i, rec := range records {
		entries[i] = sums.open(rec)
	}
	return entries, nil
}
