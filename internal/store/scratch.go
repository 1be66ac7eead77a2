package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Scratch is a temporary database of this process, for what a pass over a long ledger must keep of each row: it takes
// the same memory whatever it holds, and goes to a file that has no name as it grows, in SQLITE_TMPDIR, TMPDIR, /var/tmp
// or /tmp (sqlite.org/tempfiles.html). It is never the place of anything that is not found in the store as well. What
// could not be written is lost, with all the rest: nothing is rolled back. A Scratch is not safe for concurrent use.
type Scratch struct {
	db     *sql.DB
	pool   *stmtPool
	tables int
	lost   error
}

// scratchCache is how much memory the database takes, in KiB; scratchFresh how many rows of a table are held back, to be
// written together.
const (
	scratchCache = 32 << 10
	scratchFresh = 8192
	scratchRows  = 256 // in one statement
)

// OpenScratch makes an empty Scratch.
func OpenScratch() (*Scratch, error) {
	db, err := sql.Open("sqlite", fmt.Sprintf("file:?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=temp_store(FILE)&_pragma=cache_size(-%d)", scratchCache))
	if err != nil {
		return nil, fmt.Errorf("opening a temporary database: %w", err)
	}
	db.SetMaxOpenConns(1) // each connection has a temporary database of its own
	return &Scratch{db: db, pool: &stmtPool{prepare: db.PrepareContext}}, nil
}

// Close gives the memory and the file back.
func (s *Scratch) Close() error { return errors.Join(s.pool.close(), s.db.Close()) }

// Lost is the error since which it is of no use any more, or nil.
func (s *Scratch) Lost() error { return s.lost }

// Kept is what a Scratch keeps of a row: a sum of its values, and the ledger's entry that wrote it. The zero sum is that
// of no row.
type Kept struct {
	Sum   [16]byte
	Entry int64
}

// KeptRow is a row's key with what is kept of it.
type KeptRow struct {
	Key int64
	Kept
}

// A ScratchTable keeps the rows of one table, by integer keys.
type ScratchTable struct {
	s      *Scratch
	fresh  map[int64]Kept // not yet written; with the zero sum to be deleted
	newest int64          // the greatest key that was ever put
	any    bool           // whether there was one

	get, putOne, putMany, drop, after string
}

// Table makes a further, empty table.
func (s *Scratch) Table() (*ScratchTable, error) {
	name := "t" + strconv.Itoa(s.tables)
	if _, err := s.db.ExecContext(context.Background(), "CREATE TABLE "+name+" (key INTEGER PRIMARY KEY, sum BLOB NOT NULL, entry INTEGER NOT NULL)"); err != nil {
		return nil, s.trouble(err)
	}
	s.tables++
	put := "INSERT OR REPLACE INTO " + name + " (key, sum, entry) VALUES (?,?,?)"
	return &ScratchTable{s: s, fresh: map[int64]Kept{},
		get:    "SELECT sum, entry FROM " + name + " WHERE key = $1",
		putOne: put, putMany: put + strings.Repeat(",(?,?,?)", scratchRows-1),
		drop:  "DELETE FROM " + name + " WHERE key = $1",
		after: "SELECT key, sum, entry FROM " + name + " WHERE key > $1 ORDER BY key LIMIT $2"}, nil
}

func (s *Scratch) trouble(err error) error {
	if err != nil && s.lost == nil {
		s.lost = fmt.Errorf("a temporary database (in SQLITE_TMPDIR, TMPDIR or /var/tmp): %w", told(err))
	}
	return s.lost
}

// Get is what is kept of a row; ok is false when that is nothing.
func (t *ScratchTable) Get(key int64) (k Kept, ok bool, err error) {
	if k, held := t.fresh[key]; held {
		return k, k.Sum != [16]byte{}, nil
	}
	if !t.any || key > t.newest {
		return Kept{}, false, nil // as nearly always: keys are IDs, which only grow
	}
	var sum []byte
	found, err := Reads{q: t.s.pool}.row(context.Background(), []any{&sum, &k.Entry}, t.get, key)
	copy(k.Sum[:], sum)
	return k, found, t.s.trouble(err)
}

// Put keeps a row, or drops it when its sum is zero.
func (t *ScratchTable) Put(key int64, k Kept) error {
	t.fresh[key] = k
	if !t.any || key > t.newest {
		t.newest, t.any = key, true
	}
	if len(t.fresh) < scratchFresh {
		return nil
	}
	return t.flush()
}

// flush writes what was held back, in the order of the keys.
func (t *ScratchTable) flush() error {
	args := make([]any, 0, 3*scratchRows)
	write := func(text string, args ...any) (err error) {
		_, err = t.s.pool.exec(context.Background(), text, args...)
		return t.s.trouble(err)
	}
	for _, key := range slices.Sorted(maps.Keys(t.fresh)) {
		k := t.fresh[key]
		if k.Sum == [16]byte{} {
			if err := write(t.drop, key); err != nil {
				return err
			}
			continue
		}
		if args = append(args, key, k.Sum[:], k.Entry); len(args) == cap(args) {
			if err := write(t.putMany, args...); err != nil {
				return err
			}
			args = args[:0]
		}
	}
	for few := range slices.Chunk(args, 3) {
		if err := write(t.putOne, few...); err != nil {
			return err
		}
	}
	clear(t.fresh)
	return nil
}

// After lists the rows after a key, in the order of their keys, at most limit of them.
func (t *ScratchTable) After(key int64, limit int) ([]KeptRow, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	rows, err := collect(context.Background(), t.s.pool, func(row scanner) (KeptRow, error) {
		var r KeptRow
		var sum sql.RawBytes
		err := row.Scan(&r.Key, &sum, &r.Entry)
		copy(r.Sum[:], sum)
		return r, err
	}, t.after, key, limit)
	return rows, t.s.trouble(err)
}
