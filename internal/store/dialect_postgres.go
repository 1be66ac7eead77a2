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
	"strings"
	"sync"
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
	pgReadOnly             = "25006" // a failover is under way: we reached the standby

	// Classes of codes: their first two characters.
	pgConnectionException   = "08"
	pgInsufficientResources = "53"
	pgOperatorIntervention  = "57"
	pgSystemError           = "58"
)

const (
	// maxAttempts bounds how often something is tried again after a failure that says nothing about it.
	maxAttempts = 6
	// settleAttempts bounds how often a write whose commit was not answered is asked about, a quarter of a second apart,
	// before its caller is told that it is not known whether it took effect: a failover may last that long.
	settleAttempts = 80
	// attemptTime bounds one try: a server that hangs, or that is cut off without a word, answers nothing for ever.
	attemptTime = 30 * time.Second
)

type postgresDialect struct {
	db       *sql.DB
	now      func() time.Time
	readOnly bool

	mu     sync.RWMutex // held for reading while a write is under way
	closed bool
}

func openPostgres(ctx context.Context, cfg Config) (dialect, error) {
	conf, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, model.Invalid("database", "is not a PostgreSQL URL")
	}
	if cfg.ReadOnly {
		conf.RuntimeParams["default_transaction_read_only"] = "on"
	}
	d := &postgresDialect{db: stdlib.OpenDB(*conf), now: cfg.Now, readOnly: cfg.ReadOnly}
	d.db.SetMaxOpenConns(8 * runtime.GOMAXPROCS(0))
	d.db.SetMaxIdleConns(8 * runtime.GOMAXPROCS(0))
	if err := d.ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("connecting to the database: %w", err), d.close())
	}
	if !cfg.ReadOnly {
		if err := d.migrate(ctx); err != nil {
			return nil, errors.Join(err, d.close())
		}
	}
	return d, nil
}

// migrate tries again when it fails: of several nodes that start at once one makes the tables, and the others then find
// them there.
func (d *postgresDialect) migrate(ctx context.Context) (err error) {
	for attempt := 1; attempt <= maxAttempts; attempt++ {
		if err = migrate(ctx, d.db, database.DialectPostgres); err == nil {
			err = d.watchTables(ctx)
		}
		if err == nil || pause(ctx, attempt) != nil {
			return err
		}
	}
	return err
}

// watchTables has triggers note what is written to growing tables past the guard, whatever the role of the session. What
// the guard writes comes with the newest entry, whose index is already taken then, and is noted only if it is written
// twice.
func (d *postgresDialect) watchTables(ctx context.Context) error {
	for _, t := range growing() {
		var there bool
		err := d.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'touched' AND tgrelid = $1::regclass)`, t.name).Scan(&there)
		if err != nil {
			return fmt.Errorf("looking for a trigger: %w", err)
		}
		if there {
			continue
		}
		// One statement without arguments is one transaction: nobody finds the trigger half made.
		if _, err := d.db.ExecContext(ctx, `CREATE OR REPLACE FUNCTION touched_`+t.name+`() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				IF TG_OP = 'INSERT' AND NEW.leaf = (SELECT size - 1 FROM ledger_head) THEN RETURN NULL; END IF;
				IF TG_OP = 'UPDATE' AND NEW.leaf <> OLD.leaf AND NEW.leaf = (SELECT size - 1 FROM ledger_head) THEN RETURN NULL; END IF;
				IF TG_OP <> 'INSERT' THEN `+t.note("OLD."+t.cols[0]+"::text")+` END IF;
				IF TG_OP <> 'DELETE' THEN `+t.note("NEW."+t.cols[0]+"::text")+` END IF;
				RETURN NULL;
			END $$;
			CREATE TRIGGER touched AFTER INSERT OR UPDATE OR DELETE ON `+t.name+` FOR EACH ROW EXECUTE FUNCTION touched_`+t.name+`();
			ALTER TABLE `+t.name+` ENABLE ALWAYS TRIGGER touched`); err != nil {
			return fmt.Errorf("making a trigger: %w", err)
		}
	}
	return nil
}

func (d *postgresDialect) reader() querier { return pgPool{d.db} }

func (d *postgresDialect) shared() bool { return true }

func (d *postgresDialect) writerStamp(context.Context) (int64, error) { return 0, nil }

func (d *postgresDialect) ping(ctx context.Context) error { return d.db.PingContext(ctx) }

func (d *postgresDialect) close() error {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	return d.db.Close()
}

// oddSchema looks for what changes answers or writes behind a statement: triggers and rules on tables of the schema, and
// privileged tables that are none.
func (d *postgresDialect) oddSchema(ctx context.Context) ([]string, error) {
	want := map[string]string{}
	for _, t := range privTables() {
		want["table "+t.name] = "r"
	}
	for _, t := range growing() {
		want["trigger touched on "+t.name] = "A" // ALWAYS
	}
	got, err := schemaOf(ctx, pgPool{d.db}, `SELECT 'trigger ' || t.tgname || ' on ' || c.relname, t.tgenabled::text
			FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
			WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
		UNION ALL SELECT 'rule ' || r.rulename || ' on ' || c.relname, ''
			FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
			WHERE c.relnamespace = current_schema()::regnamespace AND r.rulename <> '_RETURN'
		UNION ALL SELECT 'table ' || relname, relkind::text FROM pg_class
			WHERE relnamespace = current_schema()::regnamespace AND relname IN (`+quoted(privTables())+`)`)
	if err != nil {
		return nil, err
	}
	return compareSchema(want, got), nil
}

func quoted(tables []*privTable) string {
	var names []string
	for _, t := range tables {
		names = append(names, "'"+t.name+"'")
	}
	return strings.Join(names, ", ")
}

// damage finds nothing: PostgreSQL tells it of indexes by an extension only (amcheck).
func (d *postgresDialect) damage(context.Context) ([]string, error) { return nil, nil }

func (d *postgresDialect) isUnique(err error) bool { return pgCode(err) == pgUniqueViolation }

// write runs fn in a transaction, again when the engine says that it was in another's way or when the connection is
// lost. Each write inserts a key of its own first. A connection that breaks during COMMIT leaves it open whether the
// transaction took: the next try's insert then waits for the old one and finds the key there, or not.
func (d *postgresDialect) write(ctx context.Context, fn func(querier) error) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	switch {
	case d.readOnly:
		return readOnly()
	case d.closed:
		return closed()
	}
	key := rand.Text()
	limit, inDoubt := maxAttempts, error(nil)
	for attempt := 1; ; attempt++ {
		result, err := d.attempt(ctx, key, fn)
		switch result {
		case attemptDone:
			return err
		case attemptInDoubt:
			limit, inDoubt = settleAttempts, errInDoubt
		}
		if attempt >= limit || pause(ctx, attempt) != nil {
			return unavailable(errors.Join(inDoubt, err))
		}
	}
}

// pause waits a little, longer after each attempt.
func pause(ctx context.Context, attempt int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(min(attempt*attempt, 50)) * 5 * time.Millisecond):
		return nil
	}
}

// attemptResult is what is known after one try of a write.
type attemptResult int

const (
	attemptDone    attemptResult = iota // it took effect or it never will: the error says which
	attemptFailed                       // nothing happened, and another try may fare better
	attemptInDoubt                      // it may have taken effect
)

// attempt tries a write once. A commit is not broken off when ctx ends: nobody would know whether it took.
func (d *postgresDialect) attempt(ctx context.Context, key string, fn func(querier) error) (attemptResult, error) {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTime)
	defer cancel()
	release := context.AfterFunc(ctx, cancel)
	defer release()
	tx, err := d.db.BeginTx(own, nil)
	if err != nil {
		return attemptFailed, err
	}
	defer tx.Rollback() // after a commit it does nothing
	_, err = tx.ExecContext(own, "INSERT INTO write_keys (key, at) VALUES ($1, $2)", key, d.now().UnixMilli())
	if d.isUnique(err) {
		return attemptDone, nil // an earlier try was committed though its answer was lost
	}
	if err != nil {
		return attemptFailed, err
	}
	if err := fn(pgQuerier{own, tx}); err != nil {
		switch {
		case own.Err() != nil && model.KindOf(err) == "":
			return attemptDone, unavailable(err)
		case transient(err):
			return attemptFailed, err
		}
		return attemptDone, err
	}
	if !release() {
		return attemptDone, ctx.Err()
	}
	err = tx.Commit()
	switch {
	case err == nil:
		return attemptDone, nil
	case isConnError(err) || own.Err() != nil:
		return attemptInDoubt, err
	case transient(err):
		return attemptFailed, err
	}
	return attemptDone, unavailable(err)
}

// transient reports whether a failure says nothing about the write itself, so that it may be tried again.
func transient(err error) bool {
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind != model.KindUnavailable {
		return false
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	switch pgCode(err) {
	case pgSerializationFailure, pgDeadlock, pgReadOnly:
		return true
	}
	return isConnError(err)
}

// isConnError reports whether the connection or the server, not a statement, failed: what was sent last may have taken
// effect.
func isConnError(err error) bool {
	if code := pgCode(err); code != "" {
		return code[:2] == pgConnectionException || code[:2] == pgOperatorIntervention
	}
	var ce *pgconn.ConnectError
	var ne net.Error
	return errors.As(err, &ce) || errors.As(err, &ne) || pgconn.SafeToRetry(err) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn)
}

// postgresTrouble reports whether an error is the database's trouble: no connection, no room, no answer in time.
func postgresTrouble(err error) bool {
	if code := pgCode(err); code != "" && (code[:2] == pgInsufficientResources || code[:2] == pgSystemError) {
		return true
	}
	return transient(err) || errors.Is(err, context.DeadlineExceeded)
}

func pgCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// pgQuerier is a querier in a transaction; the driver prepares and caches statements itself. Its context is the
// transaction's, which ends with the caller's and, if the server hangs, before.
type pgQuerier struct {
	ctx context.Context
	tx  *sql.Tx
}

func (q pgQuerier) query(_ context.Context, text string, args ...any) (*sql.Rows, error) {
	return q.tx.QueryContext(q.ctx, text, args...)
}

func (q pgQuerier) exec(_ context.Context, text string, args ...any) (sql.Result, error) {
	return q.tx.ExecContext(q.ctx, text, args...)
}

// pgPool is the querier outside transactions, which only reads.
type pgPool struct{ db *sql.DB }

// query tries again when the connection turns out to be broken: after a restart of the server all that are idle are.
func (q pgPool) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	for attempt := 1; ; attempt++ {
		rows, err := q.db.QueryContext(ctx, text, args...)
		if err == nil || !transient(err) || attempt == maxAttempts || pause(ctx, attempt) != nil {
			return rows, err
		}
	}
}

func (q pgPool) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	return q.db.ExecContext(ctx, text, args...)
}
