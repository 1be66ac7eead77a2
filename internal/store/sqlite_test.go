package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestCommitsOfTheWriterWaitForTheDisk(t *testing.T) {
	s, _ := openEmbedded(t)
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
			if got, err := tx.Text(t.Context(), "PRAGMA "+pragma); err != nil || got != want {
				t.Errorf("%s is %s (%v), want %s", pragma, got, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDataDirectoryHasOneWriter(t *testing.T) {
	c := store.Config{Dir: filepath.Join(t.TempDir(), "not made yet"), Now: time.Now}
	first, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), c); model.KindOf(err) != model.KindConflict {
		t.Errorf("a second writer got %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	openStore(t, c)
}

func TestReadingNeedsNoWriterAndHindersNone(t *testing.T) {
	c := store.Config{Dir: t.TempDir(), Now: time.Now}
	look := store.Config{Dir: c.Dir, Now: time.Now, ReadOnly: true}
	if _, err := store.Open(t.Context(), look); model.KindOf(err) != model.KindInvalid {
		t.Errorf("reading where no store is: %v", err)
	}
	writer, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	reader := openStore(t, look)
	for _, handle := range []string{"first", "second"} { // the reader sees what is written while it is open
		if _, err := addAccount(t.Context(), writer, handle); err != nil {
			t.Fatal(err)
		}
		if _, err := reader.AccountByHandle(t.Context(), handle); err != nil {
			t.Errorf("beside a writer: %v", err)
		}
	}
	if _, err := addAccount(t.Context(), reader, "third"); model.KindOf(err) != model.KindUnavailable {
		t.Errorf("a write to a store that is open for reading: %v", err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*store.Store{reader, openStore(t, look)} {
		if _, err := r.AccountByHandle(t.Context(), "second"); err != nil {
			t.Errorf("without a writer: %v", err)
		}
	}
	if _, err := addAccount(t.Context(), openStore(t, c), "third"); err != nil {
		t.Errorf("a writer beside readers: %v", err)
	}
}
