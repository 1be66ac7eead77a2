package store

import (
	"context"
	"database/sql"
	"fmt"

	"modernc.org/sqlite"
)

// Exec runs a statement in a transaction, past every method that there is.
func (tx *Tx) Exec(ctx context.Context, text string, args ...any) error {
	_, err := tx.exec(ctx, text, args...)
	return err
}

// Text is the one value that a query in a transaction gives.
func (tx *Tx) Text(ctx context.Context, text string, args ...any) (value string, err error) {
	found, err := tx.row(ctx, []any{&value}, text, args...)
	if err == nil && !found {
		err = sql.ErrNoRows
	}
	return value, err
}

// OnCommit has fn called in every commit of the embedded store's writer; when it returns false, the commit fails.
func (s *Store) OnCommit(fn func() bool) error {
	return s.d.(*sqliteDialect).writer.conn.Raw(func(conn any) error {
		hooks, ok := conn.(sqlite.HookRegisterer)
		if !ok {
			return fmt.Errorf("%T has no hooks", conn)
		}
		hooks.RegisterCommitHook(func() int32 {
			if fn() {
				return 0
			}
			return 1
		})
		return nil
	})
}

// Queued is how many writes wait for the embedded store's writer.
func (s *Store) Queued() int { return len(s.d.(*sqliteDialect).writer.jobs) }

// Read reads the feed once.
func (f *Feed) Read(ctx context.Context) error { return f.read(ctx) }

// OnStep has the embedded store's writer ask before and after each of its statements from the next transaction on, BEGIN
// and COMMIT among them; an error is the statement's, and then it is not run, or has been.
func (s *Store) OnStep(before, after func(text string) error) {
	w := s.d.(*sqliteDialect).writer
	w.do(context.Background(), func(querier) error { // the writer is where it reads this
		w.q = &steps{querier: w.pool, before: before, after: after}
		return nil
	})
}

type steps struct {
	querier
	before, after func(text string) error
	begun         bool
}

func (s *steps) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if s.begun = s.begun || text == "BEGIN IMMEDIATE"; !s.begun {
		return s.querier.exec(ctx, text, args...) // the end of OnStep's own
	}
	if err := s.before(text); err != nil {
		return nil, err
	}
	res, err := s.querier.exec(ctx, text, args...)
	if err == nil {
		err = s.after(text)
	}
	return res, err
}

func (s *steps) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if err := s.before(text); err != nil {
		return nil, err
	}
	rows, err := s.querier.query(ctx, text, args...)
	if err == nil {
		if err = s.after(text); err != nil {
			rows.Close()
		}
	}
	return rows, err
}

// Full has the temporary database have no room for anything more.
func (s *Scratch) Full() error {
	_, err := s.db.ExecContext(context.Background(), `PRAGMA max_page_count = 1`) // as many as there are
	return err
}
