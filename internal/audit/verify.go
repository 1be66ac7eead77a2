package audit

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/store"
)

// Report is what a verification found.
type Report struct {
	Origin     string    `json:"origin"`
	Size       int64     `json:"size"`
	Root       string    `json:"root"`
	Signatures int64     `json:"signatures"` // WebAuthn signatures that were checked
	Rows       int64     `json:"rows"`       // privileged rows that were compared
	Erased     int64     `json:"erased"`     // entries whose private part was erased; their facts are whole
	Findings   []Finding `json:"findings"`
}

// OK reports whether nothing was found.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// Verify checks a store: the tree over the leaves, each entry's facts against its leaf, every signature, that each entry
// may have changed what it changed, and that the replayed facts are exactly the privileged rows. Nothing that is needed
// for that is taken from the rows: what they say is what is in question. progress, unless nil, is told how many entries
// are done. An error means that something could not be read, not that something is wrong.
//
// It uses every core, and about 150 bytes of memory for each privileged row that there is. The store may be written to
// meanwhile: what is appended while the ledger is read is read at the end, together with the rows.
func Verify(ctx context.Context, st *store.Store, progress func(done, of int64)) (Report, error) {
	return verify(ctx, st, runtime.GOMAXPROCS(0), chunkSize, progress)
}

func verify(ctx context.Context, st *store.Store, workers int, chunk int64, progress func(done, of int64)) (Report, error) {
	head, _, err := st.LedgerHead(ctx)
	if err != nil {
		return Report{}, err
	}
	found := &findings{}
	r := newReplay(ctx, st, found, workers)
	tree := ledger.NewVerifier(func(d ledger.Difference) { found.add(found.place(), Finding{Entry: d.Index, What: d.What}) })
	entries := r.through(opened(ctx, st.Reads, head.Size, workers, chunk), head.Size, progress)
	err = tree.Grow(entries, head, st.StoredHashes(ctx))
	if err == nil {
		err = st.Snapshot(ctx, func(now store.Reads) error {
			if head, err = r.rest(ctx, now, head, tree); err != nil {
				return err
			}
			if r.report.Origin, err = now.Origin(ctx); err != nil {
				return err
			}
			if r.report.Origin != r.origin {
				r.find(0, "the log is called %q but was born as %q", r.report.Origin, r.origin)
			}
			return r.compare(ctx, now)
		})
	}
	r.signing.Wait()
	r.report.Size, r.report.Root = head.Size, fmt.Sprintf("%x", head.Root[:])
	r.report.Signatures = r.signatures
	r.report.Findings = found.sorted()
	return r.report, err
}

// rest goes on with what was appended since the head was read, and with what lies beyond the new head, where nothing
// must be.
func (r *replay) rest(ctx context.Context, now store.Reads, head ledger.Head, tree *ledger.Verifier) (ledger.Head, error) {
	newest, at, err := now.LedgerHead(ctx)
	if err != nil {
		return head, err
	}
	records := func(yield func(entry, error) bool) {
		for rec, err := range now.Records(ctx, head.Size) {
			if !yield(open(rec), err) {
				return
			}
		}
	}
	if newest.Size == 0 {
		r.find(0, "the ledger is empty: this store was not born, or its ledger was taken away")
	}
	err = tree.Grow(r.through(records, newest.Size, nil), newest, now.StoredHashes(ctx))
	if err == nil && !at.Equal(r.last) {
		r.find(newest.Size, "the head says that the latest entry was made at %s, the entries say %s",
			at.Format(time.RFC3339Nano), r.last.Format(time.RFC3339Nano))
	}
	return newest, err
}

// through replays each entry on its way to the verification of the tree.
func (r *replay) through(entries iter.Seq2[entry, error], size int64, progress func(done, of int64)) iter.Seq2[ledger.Checked, error] {
	return func(yield func(ledger.Checked, error) bool) {
		for e, err := range entries {
			if err == nil {
				r.apply(e)
			}
			if !yield(e.Checked, err) {
				return
			}
			if done := e.Record.Index + 1; progress != nil && (done%1000 == 0 || done == size) {
				progress(done, size)
			}
		}
	}
}
