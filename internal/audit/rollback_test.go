package audit_test

import (
	"crypto/rand"
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// wantClosed fails unless a guard over the store refuses what harms and what governs, because of its history.
func wantClosed(t *testing.T, s stored, st *store.Store, says string) {
	t.Helper()
	g, err := guard.New(t.Context(), st, s.world.Clock.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l, err := st.LoginNamed(t.Context(), "lead")
	if err != nil {
		t.Fatal(err)
	}
	head, _, err := st.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lock := model.Command{Kind: model.CmdLock, Account: s.world.Accounts["uncle"], Params: map[string]string{"for": "10m"},
		Case: 1, Rule: "1", Reason: "because of the test"}
	_, err = g.Submit(t.Context(), guard.Actor{Person: l.Person, Login: l.ID}, lock)
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("a lock by a guard whose ledger's history is wrong: %v, want %q", err, says)
	}
	if after, _, err := st.LedgerHead(t.Context()); err != nil || after != head {
		t.Errorf("the ledger went on from %v to %v (%v)", head, after, err)
	}
}

// TestYesterdaysLedgerClosesTheDoor puts a backup of the ledger beside rows of today, whose keys signed a later head.
func TestYesterdaysLedgerClosesTheDoor(t *testing.T) {
	s := keep(t)
	st := s.copied(t, func(db *sql.DB) {
		const yesterday = 5 // a head that the birth and the first entries had
		run(t, db, 1, `UPDATE ledger_head SET size = $1, root = $2`, yesterday, make([]byte, 32))
		if _, err := db.ExecContext(t.Context(), `DELETE FROM leaves WHERE idx >= $1`, yesterday); err != nil {
			t.Fatal(err)
		}
	})
	wantClosed(t, s, st, "rolled back")
	wantFound(t, verify(t, st), "the row is in the database but not in the ledger", "the head is not that of the tree")
}

// rewrite changes an entry of the ledger as its owner would like it to have been, and makes everything after it agree:
// leaves, hashes, head.
func rewrite(t *testing.T, s stored, db *sql.DB, change func(e *ledger.Entry) bool) {
	t.Helper()
	records := s.records(t)
	hashes := map[int64]tlog.Hash{}
	var head ledger.Head
	for _, rec := range records {
		e, err := rec.Open()
		if err != nil {
			t.Fatal(err)
		}
		if change(&e) {
			if rec, err = e.Seal(rand.Reader); err != nil {
				t.Fatal(err)
			}
			run(t, db, 1, `UPDATE leaves SET leaf = $2, facts = $3, facts_salt = $4, private = $5, private_salt = $6 WHERE idx = $1`,
				rec.Index, rec.Leaf, rec.Facts, rec.FactsSalt, rec.Private, rec.PrivateSalt)
		}
		added, now, err := ledger.Append(rec.Index, rec.Leaf, tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
			for _, i := range indexes {
				out = append(out, hashes[i])
			}
			return out, nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		for i, h := range added {
			index := tlog.StoredHashIndex(0, rec.Index) + int64(i)
			hashes[index] = h
			run(t, db, 1, `UPDATE tree_hashes SET hash = $2 WHERE idx = $1`, index, h[:])
		}
		head = now
	}
	run(t, db, 1, `UPDATE ledger_head SET root = $1`, head.Root[:])
}

// records are the ledger's records as they were kept.
func (s stored) records(t *testing.T) (all []ledger.Record) {
	t.Helper()
	st := s.copied(t, func(*sql.DB) {})
	for rec, err := range st.Records(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rec)
	}
	return all
}

// TestRewrittenHistoryBreaksTheSignatures blames somebody else for a request, and rebuilds the ledger so that it agrees
// with itself: the keys that were turned later signed another head.
func TestRewrittenHistoryBreaksTheSignatures(t *testing.T) {
	s := keep(t)
	rewritten := 0
	st := s.copied(t, func(db *sql.DB) {
		rewrite(t, s, db, func(e *ledger.Entry) bool {
			if e.Facts.Event != ledger.EventRequested || rewritten > 0 {
				return false
			}
			rewritten++
			e.Facts.Rule = "another rule"
			return true
		})
	})
	lines := verify(t, st)
	wantFound(t, lines, "that this ledger never had: history was rewritten")
	for _, line := range lines {
		if !strings.Contains(line, "history was rewritten") {
			t.Errorf("found as well: %s", line)
		}
	}
	wantClosed(t, s, st, "history was rewritten")
	if rewritten != 1 {
		t.Error("no entry was rewritten")
	}
	// Written again as it was, with other salts only, the last entry shows nothing: no key signed a head after it.
	last := len(s.records(t)) - 1
	wantFound(t, verify(t, s.copied(t, func(db *sql.DB) {
		rewrite(t, s, db, func(e *ledger.Entry) bool { return e.Facts.Index == int64(last) })
	})))
}

func TestPostgresIsHeldToTheLedgerToo(t *testing.T) {
	url := testkit.Postgres(t)
	w := busy(t, testkit.WorldOptions{URL: url})
	wantFound(t, verify(t, w.Store))
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	run(t, db, 1, `UPDATE persons SET name = 'Nobody' WHERE name = 'Ada'`)
	run(t, db, 1, `UPDATE account_classes SET verified = FALSE WHERE class = 'government'`)
	run(t, db, 1, `UPDATE policies SET document = document || '\x20'`)
	run(t, db, 1, `UPDATE leaves SET facts = facts || '\x20' WHERE idx = 2`)
	wantFound(t, verify(t, w.Store), `in name ("Nobody", not "Ada")`, `in verified ("0", not "1")`, "in document", "entry 2: ")
}

// TestVerifyBesideAWriter verifies a store by a second process' way, read-only, while the first writes.
func TestVerifyBesideAWriter(t *testing.T) {
	dir := t.TempDir()
	w := testkit.NewWorld(t, testkit.WorldOptions{Dir: dir})
	look, err := store.Open(t.Context(), store.Config{Dir: filepath.Clean(dir), Now: w.Clock.Now, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { look.Close() })
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := w.Submit("agent", w.Command(model.CmdWarn, "uncle")); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	for range testkit.Size(20, 200) {
		wantFound(t, verify(t, look))
	}
	close(stop)
	<-done
}
