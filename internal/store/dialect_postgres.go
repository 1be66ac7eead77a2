package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3/database"

	"keyturn/internal/model"
)

// PostgreSQL's error codes that the store knows (PostgreSQL manual, appendix A).
const (
	pgUniqueViolation      = "23505"
	pgSerializationFailure = "40001"
	pgDeadlock             = "40P01"
	pgAdminShutdown        = "57P01"
	pgReadOnly             = "25006" // a failover is under way: we reached the standby
)

// maxAttempts bounds how often a write is tried again after a failure that says nothing about the write itself.
const maxAttempts = 6

type postgresDialect struct {
	db  *sql.DB
	now func() time.Time
}

func openPostgres(ctx context.Context, cfg Config) (*sql.DB, dialect, error) {
	conf, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, nil, model.Invalid("database", "is not a PostgreSQL URL")
	}
	db := stdlib.OpenDB(*conf)
	db.SetMaxOpenConns(8 * runtime.GOMAXPROCS(0))
	db.SetMaxIdleConns(8 * runtime.GOMAXPROCS(0))
	if err := db.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("connecting to the database: %w", err), db.Close())
	}
	if !cfg.ReadOnly {
		if err := migrate(ctx, db, database.DialectPostgres); err != nil {
			return nil, nil, errors.Join(err, db.Close())
		}
	}
	return db, &postgresDialect{db: db, now: cfg.Now}, nil
}

func (d *postgresDialect) reader() querier { return pgQuerier{d.db} }

func (d *postgresDialect) shared() bool { return true }

func (d *postgresDialect) close() error { return nil }

func (d *postgresDialect) isUnique(err error) bool { return pgCode(err) == pgUniqueViolation }

// write runs fn in a transaction, again when the engine says that it was in another's way or when the connection is
// lost. Each write inserts a key of its own first. A connection that breaks during COMMIT leaves it open whether the
// transaction took: the next try's insert then waits for the old one and finds the key there, or not.
func (d *postgresDialect) write(ctx context.Context, fn func(querier) error) error {
	key := rand.Text()
	for attempt := 1; ; attempt++ {
		done, err := d.attempt(ctx, key, fn)
		if err == nil || done {
			return err
		}
		if attempt == maxAttempts || ctx.Err() != nil {
			return unavailable(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(attempt*attempt) * 5 * time.Millisecond):
		}
	}
}

// attempt tries a write once; done says that the result is final.
func (d *postgresDialect) attempt(ctx context.Context, key string, fn func(querier) error) (done bool, err error) {
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback() // after a commit it does nothing
	_, err = tx.ExecContext(ctx, "INSERT INTO write_keys (key, at) VALUES ($1, $2)", key, d.now().UnixMilli())
	if d.isUnique(err) {
		return true, nil // an earlier try was committed though its answer was lost
	}
	if err != nil {
		return false, err
	}
	if err := fn(pgQuerier{tx}); err != nil {
		return !transient(err), err
	}
	if err := tx.Commit(); err != nil {
		return !transient(err), unavailable(err)
	}
	return true, nil
}

// transient reports whether a failure says nothing about the write itself.
func transient(err error) bool {
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind != model.KindUnavailable {
		return false
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	switch code := pgCode(err); code {
	case pgSerializationFailure, pgDeadlock, pgAdminShutdown, pgReadOnly:
		return true
	case "":
		return isConnError(err)
	default:
		return code[:2] == "08" || code[:2] == "57"
	}
}

// isConnError reports whether the connection, not a statement, failed.
func isConnError(err error) bool {
	var ce *pgconn.ConnectError
	return errors.As(err, &ce) || pgconn.SafeToRetry(err) || errors.Is(err, sql.ErrConnDone) || isNetError(err)
}

func pgCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// pgQuerier is a querier over a pool or a transaction; the driver prepares and caches statements itself.
type pgQuerier struct {
	c interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}
}

func (p pgQuerier) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return p.c.QueryContext(ctx, text, args...)
}

func (p pgQuerier) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	return p.c.ExecContext(ctx, text, args...)
}

func isNetError(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, driver.ErrBadConn)
}
