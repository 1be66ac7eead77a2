package audit

import (
	"context"
	"errors"
	"fmt"
	"runtime"

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
// may have changed what it changed, that the replayed facts are exactly the privileged rows, and that the database is whole
// in itself, where the engine can tell. Nothing that is needed
// for that is taken from the rows: what they say is what is in question. progress, unless nil, is told how many entries
// are done. An error means that something could not be read, not that something is wrong.
//
// It uses every core, and up to 500 MB of memory, most of it page caches, however long the ledger is: what is known of each
// row, about 40 bytes, goes to a temporary file (store.Scratch). The store may be written to meanwhile: what is appended while the ledger is
// read is read at the end, together with the rows.
func Verify(ctx context.Context, st *store.Store, progress func(done, of int64)) (Report, error) {
	return verify(ctx, st, runtime.GOMAXPROCS(0), chunkSize, progress)
}

func verify(ctx context.Context, st *store.Store, workers int, chunk int64, progress func(done, of int64)) (r Report, err error) {
	b, err := newBook(ctx, st, workers)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	damage, judged := []string(nil), make(chan error, 1)
	go func() {
		var err error
		damage, err = st.Damage(ctx)
		judged <- err
	}()
	err = b.read(chunk, progress)
	if err == nil {
		err = st.Snapshot(ctx, func(now store.Reads) error {
			if err := errors.Join(b.Follow(now, nil), b.Beside(now)); err != nil {
				return err
			}
			return b.compare(ctx, now)
		})
	}
	err = errors.Join(err, b.erasures(), <-judged)
	for _, what := range damage {
		b.row(ledger.Row{Table: "database"}, nil, what)
	}
	r = b.report
	r.Findings = b.Take()
	r.Size, r.Root = b.head.Size, fmt.Sprintf("%x", b.head.Root[:])
	r.Signatures = b.signatures
	return r, err
}
