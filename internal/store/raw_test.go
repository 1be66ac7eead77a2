package store_test

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	"keyturn/internal/store"
)

// rawDB opens the database of a store past the store, as somebody with the database's password can.
func rawDB(t *testing.T, c store.Config) *sql.DB {
	t.Helper()
	driver, address := "pgx", c.URL
	if address == "" {
		driver = "sqlite"
		address = "file:" + (&url.URL{Path: filepath.Join(c.Dir, "keyturn.db")}).EscapedPath() +
			"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// number is the one integer that a query gives.
func number(t *testing.T, db *sql.DB, text string, args ...any) (n int64) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), text, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n
}
