package store_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// BenchmarkPost writes posts that survive a crash, by one writer and by 64 at once, beside what the machine's disk and
// SQLite alone do: a line appended to a file and synced, and a row inserted in a transaction of its own.
func BenchmarkPost(b *testing.B) {
	b.Run("bare file append", func(b *testing.B) { benchmarkAppend(b) })
	b.Run("bare SQLite row", func(b *testing.B) { benchmarkRow(b) })
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("%d writers", writers), func(b *testing.B) { benchmarkPost(b, writers) })
	}
}

// rate reports how many were done in a second.
func rate(b *testing.B, what string) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), what+"/s")
}

func benchmarkPost(b *testing.B, writers int) {
	s, err := store.Open(b.Context(), store.Config{Dir: b.TempDir(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var authors []model.ID
	for i := range writers {
		id, err := addAccount(b.Context(), s, "author"+strconv.Itoa(i))
		if err != nil {
			b.Fatal(err)
		}
		authors = append(authors, id)
	}
	write := func(author model.ID) {
		p := model.Post{ID: s.IDs().Next(), Account: author, Text: "hello, world", Visibility: model.Public, CreatedAt: time.Now()}
		err := s.Write(b.Context(), func(tx *store.Tx) error {
			_, err := tx.AddPost(b.Context(), p, nil)
			return err
		})
		if err != nil {
			b.Error(err)
		}
	}
	defer rate(b, "posts")
	if writers == 1 {
		for b.Loop() {
			write(authors[0])
		}
		return
	}
	var next atomic.Int64
	b.SetParallelism(writers / runtime.GOMAXPROCS(0))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		author := authors[(next.Add(1)-1)%int64(writers)]
		for pb.Next() {
			write(author)
		}
	})
}

func benchmarkAppend(b *testing.B) {
	f, err := os.OpenFile(filepath.Join(b.TempDir(), "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	line := make([]byte, 200) // about what a post's row has
	for b.Loop() {
		if _, err := f.Write(line); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	rate(b, "appends")
}

func benchmarkRow(b *testing.B) {
	path := (&url.URL{Path: filepath.Join(b.TempDir(), "bare.db")}).EscapedPath()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(b.Context(), "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)"); err != nil {
		b.Fatal(err)
	}
	insert, err := db.PrepareContext(b.Context(), "INSERT INTO t (text) VALUES (?)")
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()
	for b.Loop() {
		if _, err := insert.ExecContext(b.Context(), "hello, world"); err != nil {
			b.Fatal(err)
		}
	}
	rate(b, "rows")
}

// BenchmarkPrivileged appends the smallest entry to the ledger, with 64 callers at once.
func BenchmarkPrivileged(b *testing.B) {
	s, err := store.Open(b.Context(), store.Config{Dir: b.TempDir(), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := putSetting(b.Context(), s, "name", "value"); err != nil {
				b.Error(err)
			}
		}
	})
	rate(b, "entries")
}
