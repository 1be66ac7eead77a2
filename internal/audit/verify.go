package audit

import (
	"context"
	"fmt"
	"iter"
	"runtime"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/passkey"
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

// Verify checks a store: the tree over the leaves, each entry's facts against its leaf, every signature, and that the
// replayed facts are exactly the privileged rows. progress, unless nil, is told how many entries are done. An error
// means that something could not be read, not that something is wrong.
//
// It uses every core, and about 150 bytes of memory for each privileged row that there is. The store may be written to
// meanwhile: what is appended while the ledger is read is read at the end, together with the rows.
func Verify(ctx context.Context, st *store.Store, progress func(done, of int64)) (Report, error) {
	return verify(ctx, st, runtime.GOMAXPROCS(0), chunkSize, progress)
}

func verify(ctx context.Context, st *store.Store, workers int, chunk int64, progress func(done, of int64)) (Report, error) {
	origin, err := st.Origin(ctx)
	if err != nil {
		return Report{}, err
	}
	settings, err := guard.LoadSettings(ctx, st)
	if err != nil {
		return Report{}, err
	}
	rp, err := passkey.NewRelyingParty(settings.DeskURL, "")
	if err != nil {
		return Report{}, err
	}
	head, _, err := st.LedgerHead(ctx)
	if err != nil {
		return Report{}, err
	}
	found := &findings{}
	r := newReplay(ctx, st, rp, found, workers)
	tree := ledger.NewVerifier(func(d ledger.Difference) { found.add(found.place(), Finding{Entry: d.Index, What: d.What}) })
	entries := r.through(opened(ctx, st.Reads, head.Size, workers, chunk), head.Size, progress)
	err = tree.Grow(entries, head, st.TreeHashes(ctx))
	if err == nil {
		err = st.Snapshot(ctx, func(now store.Reads) error {
			if head, err = r.rest(ctx, now, head, tree); err != nil {
				return err
			}
			return r.compare(ctx, now)
		})
	}
	r.signing.Wait()
	r.report.Origin, r.report.Size, r.report.Root = origin, head.Size, fmt.Sprintf("%x", head.Root[:])
	r.report.Signatures = r.signatures
	r.report.Findings = found.sorted()
	return r.report, err
}

// rest goes on with what was appended since the head was read, and with what lies beyond the new head, where nothing
// must be.
func (r *replay) rest(ctx context.Context, now store.Reads, head ledger.Head, tree *ledger.Verifier) (ledger.Head, error) {
	newest, _, err := now.LedgerHead(ctx)
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
	return newest, tree.Grow(r.through(records, newest.Size, nil), newest, now.TreeHashes(ctx))
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
