package store

import (
	"context"
	"database/sql"
	"fmt"

	"keyturn/internal/ledger"
)

// Snapshot runs fn with reads that all see the store as it is at one moment, whatever is written meanwhile. It holds a
// connection, and on both engines keeps old rows from being cleaned up: fn must be short.
func (s *Store) Snapshot(ctx context.Context, fn func(Reads) error) error {
	var db *sql.DB
	switch d := s.d.(type) {
	case *sqliteDialect:
		db = d.db
	case *postgresDialect:
		db = d.db
	}
	// Both engines take the snapshot at the first read.
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("beginning a snapshot: %w", told(err))
	}
	defer tx.Rollback() // nothing was written
	q := &stmtPool{prepare: tx.PrepareContext}
	defer q.close()
	return fn(Reads{q: q})
}

// RecordRange reads the entries from first on to before end, in order. Fewer come when some are missing.
func (r Reads) RecordRange(ctx context.Context, first, end int64) ([]ledger.Record, error) {
	list, err := collect(ctx, r.q, scanRecord,
		`SELECT `+recordCols+` FROM leaves WHERE idx >= $1 AND idx < $2 ORDER BY idx`, first, end)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	return list, nil
}
