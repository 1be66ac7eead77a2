package bench

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
)

// bareHTTP serves the same answer to every request: what is left is net/http and the loopback.
func bareHTTP(contentType string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Write(body)
	})
}

// serve serves a handler on loopback until stop is called.
func serve(h http.Handler) (base string, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("listening for the benchmark: %w", err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(ln)
	return "http://" + ln.Addr().String(), func() { srv.Close() }, nil
}

// bareSQLite is a SQLite database of one table beside the one that is measured, with the same settings: a row in a
// transaction of its own is the least that SQLite can keep.
type bareSQLite struct {
	db     *sql.DB
	insert *sql.Stmt
}

func openBareSQLite(ctx context.Context, dir string) (*bareSQLite, error) {
	path := filepath.Join(dir, "bare.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	b := &bareSQLite{db: db}
	if _, err = db.ExecContext(ctx, "CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB NOT NULL)"); err == nil {
		b.insert, err = db.PrepareContext(ctx, "INSERT INTO rows (body) VALUES (?)")
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("making %s: %w", path, err)
	}
	return b, nil
}

// row writes 256 bytes and waits for the disk.
func (b *bareSQLite) row(ctx context.Context) error {
	_, err := b.insert.ExecContext(ctx, make([]byte, 256))
	return err
}

func (b *bareSQLite) close() error { return b.db.Close() }

// bareAppend measures appending 256 bytes to a file and waiting for the disk: the least that a durable write costs.
func bareAppend(dir string, n int) (line Line, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "bare-append"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return line, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	record := make([]byte, 256)
	line.Limit, line.BarePer, err = measure(1, n, func(int, int) error {
		if _, err := f.Write(record); err != nil {
			return err
		}
		return f.Sync()
	})
	line.Bare = "append of 256 bytes with fsync"
	return line, err
}
