package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"maps"
	"slices"
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
	rows []change // one for each of the facts' rows
}

// change is a row before and after an entry.
type change struct{ before, after sum }

// sum stands for a row's values: SHA-256 over its columns in order, each text led by its length. The zero sum is a row
// that is not there.
type sum [sha256.Size]byte

func sumOf(values map[string]string) sum {
	if len(values) == 0 {
		return sum{}
	}
	var b []byte
	for _, column := range slices.Sorted(maps.Keys(values)) {
		for _, text := range []string{column, values[column]} {
			b = binary.AppendUvarint(b, uint64(len(text)))
			b = append(b, text...)
		}
	}
	return sha256.Sum256(b)
}

// open does all that can be done for an entry without those before it.
func open(rec ledger.Record) entry {
	e := entry{Checked: rec.Checked()}
	for _, row := range e.Entry.Facts.Rows {
		e.rows = append(e.rows, change{sumOf(row.Before), sumOf(row.Values)})
	}
	return e
}

// opened reads and opens the entries before size, a chunk of them on each of several cores, and gives them in order. It
// holds two chunks for each worker at most.
func opened(ctx context.Context, st store.Reads, size int64, workers int, chunk int64) iter.Seq2[entry, error] {
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
					r.entries, r.err = openRange(ctx, st, first, min(first+chunk, size))
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

func openRange(ctx context.Context, st store.Reads, first, end int64) ([]entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	records, err := st.RecordRange(ctx, first, end)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(records))
	for i, rec := range records {
		entries[i] = open(rec)
	}
	return entries, nil
}
