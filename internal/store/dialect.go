package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"embed"
	"fmt"
	"io/fs"
)

// dialect is what differs between the engines: how a connection is made, how a group of writes becomes durable, and
// which errors mean what. It has two implementations, sqlite and postgres.
type dialect interface {
	reader() querier
	// write runs fn in a transaction and commits it. When write returns nil, what fn wrote survives a crash; when it
	// returns an error, none of it is there.
	write(ctx context.Context, fn func(querier) error) error
	shared() bool
	isUnique(err error) bool
	close() error
}

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the schema up to date. Migrations are one SQL text for both engines.
func migrate(ctx context.Context, db *sql.DB, engine database.Dialect) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(engine, db, files, goose.WithVerbose(false))
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	return nil
}
