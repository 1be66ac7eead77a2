package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"keyturn/internal/model"
)

// Config says which store to open.
type Config struct {
	Dir      string           // the data directory of the embedded SQLite database
	URL      string           // a postgres:// URL; when it is set, Dir holds no database
	Node     int              // this node's number, 0 to model.MaxNode, unique among the nodes of one database
	ReadOnly bool             // open without taking the writer's place: for commands that only look
	Now      func() time.Time // the clock
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	Reads // every read, outside a transaction

	d     dialect
	now   func() time.Time
	ids   *model.IDs
	close func() error

	subs  atomic.Pointer[[]func(Event)] // replaced, never changed
	subMu sync.Mutex                    // held while replacing

	writes atomic.Int64 // transactions committed, for metrics
}

// Open opens the store, creating and migrating it unless cfg.ReadOnly. A SQLite directory that another process
// writes to is refused: the embedded store has one writer.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Node < 0 || cfg.Node > model.MaxNode {
		return nil, model.Invalid("node", "must be 0 to %d", model.MaxNode)
	}
	var (
		d   dialect
		err error
	)
	switch {
	case cfg.URL != "":
		d, err = openPostgres(ctx, cfg)
	case cfg.Dir != "":
		d, err = openSQLite(ctx, cfg)
	default:
		return nil, model.Invalid("data", "a data directory or a database URL is needed")
	}
	if err != nil {
		return nil, err
	}
	s := &Store{Reads: Reads{q: d.reader()}, d: d, now: cfg.Now, ids: model.NewIDs(cfg.Node, cfg.Now),
		close: sync.OnceValue(d.close)}
	s.subs.Store(&[]func(Event){})
	return s, nil
}

// Close finishes the writes under way and closes the database. It may be called again.
func (s *Store) Close() error { return s.close() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.d.ping(ctx); err != nil {
		return model.Unavailable(err, "the database does not answer")
	}
	return nil
}

// Shared reports whether other nodes may write to the same database, so that what is kept in memory must follow the
// feed. The embedded store has one writer, this process.
func (s *Store) Shared() bool { return s.d.shared() }

// WriterStamp changes when another process has written to the embedded database, past this one. Of a shared one, to which
// others may write, it is 0.
func (s *Store) WriterStamp(ctx context.Context) (int64, error) { return s.d.writerStamp(ctx) }

// IDs makes IDs for new rows.
func (s *Store) IDs() *model.IDs { return s.ids }

// Writes is how many transactions this process has committed.
func (s *Store) Writes() int64 { return s.writes.Load() }

// querier is what a read needs: a connection pool, or one transaction's connection. (Two implementations a dialect.)
type querier interface {
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	exec(ctx context.Context, text string, args ...any) (sql.Result, error)
}

// Reads has every read of the store as a method; a Store reads what is committed, a Tx what it has written too.
type Reads struct{ q querier }

// row scans the only row of a query into dest; a missing row is found == false.
func (r Reads) row(ctx context.Context, dest []any, text string, args ...any) (found bool, err error) {
	rows, err := r.q.query(ctx, text, args...)
	if err != nil {
		return false, told(err)
	}
	defer rows.Close()
	if !rows.Next() {
		return false, told(rows.Err())
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	return true, told(rows.Close())
}

// collect reads every row of a query with scan.
func collect[T any](ctx context.Context, q querier, scan func(scanner) (T, error), text string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return nil, told(err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, told(rows.Err())
}

// one reads the only row of a query with scan; a missing row is a not-found error about what.
func one[T any](ctx context.Context, q querier, scan func(scanner) (T, error), what, text string, args ...any) (T, error) {
	all, err := collect(ctx, q, scan, text, args...)
	if err != nil {
		var zero T
		return zero, fmt.Errorf("reading %s: %w", what, err)
	}
	if len(all) == 0 {
		var zero T
		return zero, model.NotFound(what)
	}
	return all[0], nil
}

// scanner is one row of a result.
type scanner interface{ Scan(dest ...any) error }

// millis is a time as the database has it: Unix milliseconds, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis is the inverse of millis.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
