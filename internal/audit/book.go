package audit

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Book is the ledger as it was read once, and as it goes on: what the database must be. Of each privileged row and each
// entry it keeps a sum, the one in a temporary file, the other in 16 bytes of memory, so that both can be held against the
// database again and again while it is written to. It is not safe for concurrent use.
type Book struct {
	*replay
	tree    *ledger.Verifier
	head    ledger.Head
	broken  bool
	entries []sum // of each entry as it is stored; nil when only one look is taken

	papers *ledger.Verifier // the pass over the entries that is under way
	table  *sweep           // and that over the tables
}

func newBook(ctx context.Context, st *store.Store, workers int) (*Book, error) {
	scratch, err := store.OpenScratch()
	if err != nil {
		return nil, err
	}
	b := &Book{replay: newReplay(ctx, st, scratch, workers)}
	b.tree = ledger.NewVerifier(b.differ)
	return b, nil
}

// Close gives back what the book takes. It must not be used any more.
func (b *Book) Close() error {
	b.signing.Wait()
	return b.scratch.Close()
}

func (b *Book) differ(d ledger.Difference) { b.find(d.Index, "%s", d.What) }

// OpenBook reads the whole ledger, as Verify does, and keeps what is needed to go on with it. What is found then and
// later is for Take to tell. The book goes on reading under ctx, and must be closed.
func OpenBook(ctx context.Context, st *store.Store) (*Book, error) {
	// Half of the cores: whoever follows a ledger runs beside a server.
	b, err := newBook(ctx, st, max(1, runtime.GOMAXPROCS(0)/2))
	if err != nil {
		return nil, err
	}
	b.entries = []sum{}
	b.limit = bookFindings
	if err := b.read(chunkSize, nil); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// bookFindings is how many rows of a table one pass names: enough to be looked at, where thousands were changed.
const bookFindings = 1000

// Lost is the error since which the book cannot be gone on with, or nil: then another one must be opened.
func (b *Book) Lost() error { return b.scratch.Lost() }

// Broken reports whether the ledger is not, or not any more, what its head says, as Follow saw it last: entries that are
// appended to it make it no better.
func (b *Book) Broken() bool { return b.broken }

// Head is the ledger's, as Follow saw it last.
func (b *Book) Head() ledger.Head { return b.head }

// Size is how many entries the book has.
func (b *Book) Size() int64 { return b.head.Size }

// Take tells what was found since it was last asked.
func (b *Book) Take() []Finding {
	b.signing.Wait()
	return b.found.take()
}

// read reads the ledger up to its head.
func (b *Book) read(chunk int64, progress func(done, of int64)) (err error) {
	if b.head, _, err = b.st.LedgerHead(b.ctx); err != nil {
		return err
	}
	entries := opened(b.ctx, b.st.Reads, b.sums, b.head.Size, cap(b.free), chunk)
	return b.tree.Grow(b.through(entries, b.head.Size, progress), b.head, b.st.StoredHashes(b.ctx))
}

// Follow goes on with what was appended since, in one snapshot, and looks at the head. It tells each of the entries.
func (b *Book) Follow(now store.Reads, tell func(ledger.Entry)) error {
	newest, _, err := now.LedgerHead(b.ctx)
	if err != nil {
		return err
	}
	records := func(yield func(entry, error) bool) {
		for rec, err := range now.Records(b.ctx, b.head.Size) {
			e := b.sums.open(rec)
			if tell != nil && err == nil && e.Sealed == nil && rec.Index < newest.Size {
				tell(e.Entry)
			}
			if !yield(e, err) {
				return
			}
		}
	}
	if newest.Size == 0 {
		b.find(0, "the ledger is empty: this store was not born, or its ledger was taken away")
	}
	if err := b.tree.Grow(b.through(records, newest.Size, nil), newest, now.StoredHashes(b.ctx)); err != nil {
		return err
	}
	if b.broken = !b.tree.At(newest); !b.broken {
		b.head = newest
	}
	return nil
}

// Beside looks at what stands beside the entries, in the snapshot that Follow was given last: the time and name that the
// head repeats, entries and hashes that are outside the ledger, the key that signs checkpoints, and the schema.
func (b *Book) Beside(now store.Reads) error {
	head, at, err := now.LedgerHead(b.ctx)
	if err != nil {
		return err
	}
	if !at.Equal(b.last) {
		b.find(head.Size, "the head says that the latest entry was made at %s, the entries say %s",
			at.Format(time.RFC3339Nano), b.last.Format(time.RFC3339Nano))
	}
	entries, hashes, err := now.OutsideLedger(b.ctx, head.Size)
	if err != nil {
		return err
	}
	if entries > 0 {
		b.find(head.Size, "there are %d entries that have no place in the ledger", entries)
	}
	if hashes > 0 {
		b.find(head.Size, "there are %d stored hashes that have no place in the tree", hashes)
	}
	origin, err := now.Origin(b.ctx)
	if err != nil {
		return err
	}
	b.report.Origin = origin
	if origin != b.origin {
		b.find(0, "the log is called %q but was born as %q", origin, b.origin)
	}
	if err := b.key(now, head); err != nil {
		return err
	}
	odd, err := b.st.OddSchema(b.ctx)
	for _, what := range odd {
		b.row(ledger.Row{Table: "schema"}, nil, what)
	}
	return err
}

// key looks whether the key that signs checkpoints is this ledger's.
func (b *Book) key(now store.Reads, head ledger.Head) error {
	skey, vkey, err := now.LogKey(b.ctx)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return err
	}
	signed, err1 := ledger.SignCheckpoint(skey, head)
	name, _, err2 := ledger.OpenCheckpoint(vkey, signed)
	if err1 != nil || err2 != nil || name != b.origin {
		b.find(0, "the key that signs checkpoints is not there, or is not this ledger's")
	}
	return nil
}

// through replays each entry on its way to the verification of the tree.
func (b *Book) through(entries iter.Seq2[entry, error], size int64, progress func(done, of int64)) iter.Seq2[ledger.Checked, error] {
	return func(yield func(ledger.Checked, error) bool) {
		for e, err := range entries {
			// Who takes one look takes what lies beyond the head for the ledger's too, and says that it does not belong there; who
			// follows would take it again each time.
			if err == nil && (b.entries == nil || e.Record.Index < size) {
				err = b.apply(e)
				b.keep(e)
			}
			if err == nil && e.Record.Index < b.tree.Size() {
				continue // as it was read before, until something could not be
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

// keep keeps an entry's sum under its index; an entry that is missing has the zero sum.
func (b *Book) keep(e entry) {
	if b.entries == nil || e.Record.Index < int64(len(b.entries)) {
		return
	}
	for int64(len(b.entries)) < e.Record.Index {
		b.entries = append(b.entries, sum{})
	}
	b.entries = append(b.entries, e.sum)
}

// Compare holds whole tables against the ledger, in the snapshot that Follow was given last.
func (b *Book) Compare(now store.Reads, tables ...string) error {
	b.strange(store.PrivilegedTables())
	for _, name := range tables {
		if _, err := begin(name, b.head.Size).on(b.ctx, b.replay, now, maxRows); err != nil {
			return err
		}
	}
	return nil
}

// Recheck holds single rows against the ledger, in the snapshot that Follow was given last, and gives those that are as
// they must be.
func (b *Book) Recheck(now store.Reads, rows []store.Touched) (whole []store.Touched, err error) {
	for _, t := range rows {
		differs, err := b.recheck(now, t)
		if err != nil {
			return nil, err
		}
		if !differs {
			whole = append(whole, t)
		}
	}
	return whole, nil
}

func (b *Book) recheck(now store.Reads, t store.Touched) (differs bool, err error) {
	if !slices.Contains(store.PrivilegedTables(), t.Table) {
		return false, nil // somebody made it up
	}
	k, known, err := b.tables[t.Table].get(t.Key)
	if err != nil {
		return false, err
	}
	row, err := now.PrivilegedRow(b.ctx, t.Table, t.Key)
	switch {
	case model.KindOf(err) == model.KindNotFound && known:
		b.row(ledger.Row{Table: t.Table, Key: t.Key}, nil, gone)
		return true, nil
	case model.KindOf(err) == model.KindNotFound:
		return false, nil
	case err != nil:
		return false, err
	case !known:
		b.row(row, nil, strange)
		return true, nil
	}
	return b.sums.row(row.Values) != k.Sum && !b.differs(row, k), nil
}

// maxRows is more than any table has.
const maxRows = 1 << 50

// Tables are the privileged tables: those of which the ledger has at most so many rows, and the others, the smaller of
// them first.
func (b *Book) Tables(most int64) (small, large []string) {
	size := func(name string) int64 {
		if t := b.tables[name]; t != nil {
			return t.n
		}
		return 0
	}
	for _, name := range store.PrivilegedTables() {
		if size(name) <= most {
			small = append(small, name)
		} else {
			large = append(large, name)
		}
	}
	slices.SortStableFunc(large, func(a, b string) int { return cmp.Compare(size(a), size(b)) })
	return small, large
}

// Restart has the passes of Sweep and Reread begin anew.
func (b *Book) Restart() { b.table, b.papers = nil, nil }

// Sweep goes on with a pass over tables, by at most so many rows, in the snapshot that Follow was given last. done says
// that the pass is over; the next call begins another.
func (b *Book) Sweep(now store.Reads, n int, tables []string) (done bool, err error) {
	if len(tables) == 0 {
		b.table = nil
		return true, nil
	}
	if b.table == nil || !slices.Contains(tables, b.table.table) {
		b.table = begin(tables[0], b.head.Size)
	}
	over, err := b.table.on(b.ctx, b.replay, now, n)
	if err != nil || !over {
		return false, err
	}
	next := slices.Index(tables, b.table.table) + 1
	if next == len(tables) {
		b.table = nil
		return true, nil
	}
	b.table = begin(tables[next], b.head.Size)
	return false, nil
}

// Reread goes on with a pass over the entries that the book has, by so many, in the snapshot that Follow was given
// last: each as it was when it was read first, or with its private part erased since by an entry that says so, and the
// tree over them. done says that the pass is over; the next call begins another.
func (b *Book) Reread(now store.Reads, n int64) (done bool, err error) {
	if b.papers == nil {
		b.papers = ledger.NewVerifier(b.differ)
	}
	first := b.papers.Size()
	end := min(first+n, b.head.Size)
	records, err := now.RecordRange(b.ctx, first, end)
	if err != nil {
		return false, err
	}
	checked := func(yield func(ledger.Checked, error) bool) {
		for _, rec := range records {
			if !yield(b.again(rec)) {
				return
			}
		}
	}
	if end < b.head.Size {
		return false, b.papers.GrowTo(checked, end, now.StoredHashes(b.ctx))
	}
	err = b.papers.Grow(checked, b.head, now.StoredHashes(b.ctx))
	b.papers = nil
	return true, err
}

// again looks at an entry again: what it was when it was read first needs no checking.
func (b *Book) again(rec ledger.Record) (ledger.Checked, error) {
	have := b.sums.record(rec)
	if rec.Index < int64(len(b.entries)) && b.entries[rec.Index] == have {
		return ledger.Checked{Record: rec, Hash: rec.Hash()}, nil
	}
	c := rec.Checked()
	if c.Wrong != nil {
		return c, nil
	}
	agrees, err := b.erasure(rec)
	if agrees && rec.Index < int64(len(b.entries)) {
		b.entries[rec.Index] = have
	}
	return c, err
}

// erasure holds whether the private part of an entry is there against whether an entry says that it was erased.
func (b *Book) erasure(rec ledger.Record) (agrees bool, err error) {
	said, err := b.saysErased(rec.Index)
	switch {
	case err != nil:
		return false, err
	case rec.Erased() && !said:
		b.find(rec.Index, "its private part was erased, and no entry says so")
	case !rec.Erased() && said:
		b.find(rec.Index, "its private part was erased, and is there again")
	default:
		b.erased[rec.Index] = rec.Erased()
		return true, nil
	}
	return false, nil
}
