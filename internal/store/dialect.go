package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"keyturn/internal/model"
)

// dialect is what differs between the engines: how a connection is made, how a group of writes becomes durable, and
// which errors mean what. It has two implementations, sqlite and postgres.
type dialect interface {
	reader() querier
	// write runs fn in a transaction and commits it. When write returns nil, what fn wrote survives a crash; when it
	// returns an error, none of it is there, unless the error wraps errInDoubt.
	write(ctx context.Context, fn func(querier) error) error
	ping(ctx context.Context) error
	shared() bool
	// writerStamp changes when anybody but this process has written, where the engine can tell; it is 0 where it cannot.
	writerStamp(ctx context.Context) (int64, error)
	isUnique(err error) bool
	oddSchema(ctx context.Context) ([]string, error) // what is not as this program makes it
	damage(ctx context.Context) ([]string, error)    // what the engine finds wrong with the database, where it can tell
	close() error                                    // finishes the writes under way, then closes the database
}

// readOnly and closed are why a store takes no writes at all.
func readOnly() error { return model.Unavailable(nil, "the store is open for reading only") }
func closed() error   { return model.Unavailable(nil, "the store is closed") }

// errInDoubt says that a connection broke during a commit and that nobody could be asked since whether it took.
var errInDoubt = errors.New("it is not known whether the write took effect")

// told is an error as callers are told it: trouble with the database, not with what was asked of it, is unavailable.
func told(err error) error {
	if err == nil || model.KindOf(err) != "" || !(sqliteTrouble(err) || postgresTrouble(err)) {
		return err
	}
	return model.Unavailable(err, "the database cannot answer now")
}

// unavailable is an error of a write for which what was asked is not to blame.
func unavailable(err error) error {
	return model.Unavailable(fmt.Errorf("writing: %w", err), "the store takes no writes now")
}

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the schema up to date. Migrations are one SQL text for both engines.
func migrate(ctx context.Context, db *sql.DB, engine database.Dialect) error {
	all, err := migrations()
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	p, err := goose.NewProvider(engine, db, nil, goose.WithVerbose(false), goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(all...))
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	return nil
}

// migrations are the files, each of which the engine gets whole, in a transaction. Goose would take them apart line by
// line whenever a store is opened, and that takes longer than the rest of opening it.
func migrations() (all []*goose.Migration, err error) {
	files, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return nil, err
		}
		text, err := migrationFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, string(text))
			return err
		}}, nil))
	}
	return all, nil
}
