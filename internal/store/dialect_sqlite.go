package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/pressly/goose/v3/database"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"keyturn/internal/model"
)

// sqliteDialect is the embedded engine: a pool of readers, and one writer that commits groups.
type sqliteDialect struct {
	db     *sql.DB
	pool   *stmtPool
	writer *groupWriter // nil when read-only
	lock   *os.File     // held while this process is the writer
}

func openSQLite(ctx context.Context, cfg Config) (dialect, error) {
	path := filepath.Join(cfg.Dir, "keyturn.db")
	mode := "rwc"
	if cfg.ReadOnly {
		mode = "ro"
		if _, err := os.Stat(path); err != nil {
			return nil, model.Invalid("data", "no store in %s", cfg.Dir)
		}
	}
	db, err := sql.Open("sqlite", sqliteURL(path, mode))
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	db.SetMaxOpenConns(max(4, 2*runtime.GOMAXPROCS(0)) + 1) // and the writer's
	db.SetMaxIdleConns(max(4, 2*runtime.GOMAXPROCS(0)) + 1)
	d := &sqliteDialect{db: db, pool: &stmtPool{prepare: db.PrepareContext}}
	if !cfg.ReadOnly {
		if err := d.takeWriter(ctx, cfg.Dir); err != nil {
			return nil, errors.Join(err, d.close())
		}
	}
	return d, nil
}

// takeWriter makes this process the one that writes to a data directory, and brings the schema up to date.
func (d *sqliteDialect) takeWriter(ctx context.Context, dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	if d.lock, err = lockDir(dir); err != nil {
		return err
	}
	if err := migrate(ctx, d.db, database.DialectSQLite3); err != nil {
		return err
	}
	if err := d.watchTables(ctx); err != nil {
		return fmt.Errorf("making triggers: %w", err)
	}
	d.writer, err = newGroupWriter(ctx, d.db)
	return err
}

// watchTables has triggers note what is written to growing tables past the guard. What the guard writes comes with the
// newest entry, whose index is already taken then, and is noted only if it is written twice.
func (d *sqliteDialect) watchTables(ctx context.Context) error {
	const past = `(SELECT size - 1 FROM ledger_head)`
	var there int
	if err := d.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'touched%'`).Scan(&there); err != nil {
		return err
	}
	tables := growing()
	if there == 3*len(tables) {
		return nil
	}
	for _, t := range tables {
		was, is := "OLD."+t.cols[0], "NEW."+t.cols[0]
		for _, trigger := range []string{
			`touched_insert_` + t.name + ` AFTER INSERT ON ` + t.name + ` WHEN NEW.leaf IS NOT ` + past + ` BEGIN ` + t.note(is) + ` END`,
			`touched_delete_` + t.name + ` AFTER DELETE ON ` + t.name + ` BEGIN ` + t.note(was) + ` END`,
			`touched_update_` + t.name + ` AFTER UPDATE ON ` + t.name + ` WHEN NEW.leaf IS OLD.leaf OR NEW.leaf IS NOT ` + past +
				` BEGIN ` + t.note(was) + t.note(is) + ` END`,
		} {
			if _, err := d.db.ExecContext(ctx, `CREATE TRIGGER IF NOT EXISTS `+trigger); err != nil {
				return err
			}
		}
	}
	return nil
}

// sqliteURL names the database with the settings that every connection has. FULL makes each commit wait for the disk:
// what was acknowledged survives a power cut.
func sqliteURL(path, mode string) string {
	q := url.Values{"mode": {mode}, "_pragma": {
		"busy_timeout(10000)", "foreign_keys(1)", "synchronous(FULL)", "temp_store(MEMORY)", "cache_size(-32000)"}}
	if mode != "ro" {
		q.Add("_pragma", "journal_mode(WAL)")
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// lockDir takes the writer's place in a data directory for as long as the file is open.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "keyturn.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock of the data directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, model.Errorf(model.KindConflict, "another keyturn process uses the data directory %s", dir)
	}
	return f, nil
}

func (d *sqliteDialect) reader() querier { return d.pool }

func (d *sqliteDialect) shared() bool { return false }

func (d *sqliteDialect) write(ctx context.Context, fn func(querier) error) error {
	if d.writer == nil {
		return readOnly()
	}
	return d.writer.do(ctx, fn)
}

// writerStamp asks on the writer's connection: there SQLite counts what all other connections have committed, and in
// this process no other one writes.
func (d *sqliteDialect) writerStamp(ctx context.Context) (stamp int64, err error) {
	if d.writer == nil {
		return 0, nil
	}
	err = d.writer.do(ctx, func(q querier) error {
		_, err := Reads{q: q}.row(ctx, []any{&stamp}, `PRAGMA data_version`)
		return err
	})
	return stamp, err
}

// schemaText reads the schema of the tables that it is completed with: other tables in the same file are somebody else's.
const schemaText = `SELECT type || ' ' || name, COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND tbl_name IN `

// madeSchema is newSchema, which is the same for as long as the program runs.
var madeSchema = sync.OnceValues(newSchema)

// newSchema is the schema of a store that is new.
func newSchema() (schema map[string]string, err error) {
	db, err := sql.Open("sqlite", "file::memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection has a database of its own
	d := &sqliteDialect{db: db, pool: &stmtPool{prepare: db.PrepareContext}}
	defer d.pool.close()
	ctx := context.Background()
	if err := migrate(ctx, db, database.DialectSQLite3); err != nil {
		return nil, err
	}
	if err := d.watchTables(ctx); err != nil {
		return nil, err
	}
	return schemaOf(ctx, d.pool, schemaText+`(SELECT tbl_name FROM sqlite_master)`)
}

func (d *sqliteDialect) oddSchema(ctx context.Context) ([]string, error) {
	want, err := madeSchema()
	if err != nil {
		return nil, err
	}
	var ours []string
	for name := range want {
		if table, is := strings.CutPrefix(name, "table "); is {
			ours = append(ours, "'"+table+"'")
		}
	}
	slices.Sort(ours) // one text, which is prepared once
	got, err := schemaOf(ctx, d.pool, schemaText+`(`+strings.Join(ours, ", ")+`)`)
	if err != nil {
		return nil, err
	}
	return compareSchema(want, got), nil
}

func (d *sqliteDialect) damage(ctx context.Context) ([]string, error) {
	found, err := collect(ctx, d.pool, func(row scanner) (what string, err error) {
		err = row.Scan(&what)
		return what, err
	}, `PRAGMA integrity_check`)
	return slices.DeleteFunc(found, func(what string) bool { return what == "ok" }), err
}

func (d *sqliteDialect) isUnique(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// sqliteTrouble reports whether an error is the database's trouble: the disk is full or does not answer. What it is
// about was not done.
func sqliteTrouble(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return false
	}
	switch e.Code() & 0xff { // the primary code (sqlite.org/rescode.html)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL:
		return true
	}
	return false
}

func (d *sqliteDialect) ping(ctx context.Context) error { return d.db.PingContext(ctx) }

func (d *sqliteDialect) close() error {
	var errs []error
	if d.writer != nil {
		errs = append(errs, d.writer.close())
	}
	errs = append(errs, d.pool.close(), d.db.Close())
	if d.lock != nil { // last: the next writer must find nothing open
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(errs...)
}

// stmtPool is a querier that prepares each text once. Texts are constants of this package, so their number is small.
type stmtPool struct {
	prepare func(context.Context, string) (*sql.Stmt, error)
	stmts   sync.Map // text → *sql.Stmt
}

func (p *stmtPool) stmt(text string) (*sql.Stmt, error) {
	if s, ok := p.stmts.Load(text); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := p.prepare(context.Background(), text)
	if err != nil {
		return nil, err
	}
	if other, raced := p.stmts.LoadOrStore(text, s); raced {
		return other.(*sql.Stmt), s.Close()
	}
	return s, nil
}

// query drops the context's cancellation: the driver guards a cancelable context with a goroutine a call, which costs
// a third of a short query's time, and an embedded query is over before anyone could cancel it.
func (p *stmtPool) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s, err := p.stmt(text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.WithoutCancel(ctx), args...)
}

func (p *stmtPool) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s, err := p.stmt(text)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.WithoutCancel(ctx), args...)
}

func (p *stmtPool) close() error {
	var errs []error
	p.stmts.Range(func(_, s any) bool {
		errs = append(errs, s.(*sql.Stmt).Close())
		return true
	})
	return errors.Join(errs...)
}
