package audit_test

import (
	"crypto/rand"
	"database/sql"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"keyturn/internal/ledger"
)

// rebuild puts other entries in the place of the ledger's, with a tree and a head that agree with them.
func rebuild(t *testing.T, db *sql.DB, records []ledger.Record) {
	t.Helper()
	for _, table := range []string{"leaves", "tree_hashes"} {
		if _, err := db.ExecContext(t.Context(), "DELETE FROM "+table); err != nil {
			t.Fatal(err)
		}
	}
	hashes := map[int64]tlog.Hash{}
	var head ledger.Head
	for n, rec := range records {
		run(t, db, 1, `INSERT INTO leaves VALUES ($1, $2, $3, $4, $5, $6)`, n, rec.Leaf, rec.Facts, rec.FactsSalt, rec.Private, rec.PrivateSalt)
		added, now, err := ledger.Append(int64(n), rec.Leaf, tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
			for _, i := range indexes {
				out = append(out, hashes[i])
			}
			return out, nil
		}))
		if err != nil {
			t.Fatal(err)
		}
		for i, h := range added {
			index := tlog.StoredHashIndex(0, int64(n)) + int64(i)
			hashes[index] = h
			run(t, db, 1, `INSERT INTO tree_hashes VALUES ($1, $2)`, index, h[:])
		}
		head = now
	}
	run(t, db, 1, `UPDATE ledger_head SET size = $1, root = $2`, head.Size, head.Root[:])
}

// sealed gives the entries their places anew, with leaves that agree.
func sealed(t *testing.T, records []ledger.Record) (all []ledger.Record) {
	t.Helper()
	for n, rec := range records {
		e, err := rec.Open()
		if err != nil {
			t.Fatal(err)
		}
		if e.Facts.Index != int64(n) {
			e.Facts.Index = int64(n)
			if rec, err = e.Seal(rand.Reader); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, rec)
	}
	return all
}

// TestARebuiltLedgerIsNamed has somebody who can write to the database, and has the ledger's key, make a history that
// agrees with itself: what does not fit are the rows, and the heads that people signed.
func TestARebuiltLedgerIsNamed(t *testing.T) {
	s := keep(t)
	records := s.records(t)
	n := len(records)
	swapped := func(a, b int) []ledger.Record {
		all := slices.Clone(records)
		all[a], all[b] = all[b], all[a]
		return all
	}
	for what, test := range map[string]struct {
		records []ledger.Record
		says    []string
	}{
		"the last one doubled":         {append(slices.Clone(records), records[n-1]), []string{"the facts are those of entry"}},
		"doubled under its own number": {sealed(t, append(slices.Clone(records), records[n-1])), []string{"was something else before"}},
		"the last two dropped":         {records[:n-2], []string{"not in the ledger"}},
		"one dropped":                  {sealed(t, slices.Delete(slices.Clone(records), n/2, n/2+1)), []string{"history was rewritten", "name another entry"}},
		"two swapped":                  {swapped(n-2, n-1), []string{"the facts are those of entry"}},
		"swapped under new numbers":    {sealed(t, swapped(2, 3)), []string{"history was rewritten", "name another entry"}},
		"turned round":                 {sealed(t, append([]ledger.Record{records[0]}, reversed(records[1:])...)), []string{"history was rewritten"}},
	} {
		t.Run(what, func(t *testing.T) {
			wantFound(t, verify(t, s.copied(t, func(db *sql.DB) { rebuild(t, db, test.records) })), test.says...)
		})
	}
}

func reversed(records []ledger.Record) []ledger.Record {
	all := slices.Clone(records)
	slices.Reverse(all)
	return all
}

// TestSwappedSignaturesAreNamed gives two keys each other's signature, in the rows and in a rebuilt ledger.
func TestSwappedSignaturesAreNamed(t *testing.T) {
	s := keep(t)
	var keys []ledger.Row
	for _, rec := range s.records(t) {
		e, err := rec.Open()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range e.Facts.Rows {
			if row.Table == "request_keys" && row.Values["credential"] != "0" && len(keys) < 2 {
				keys = append(keys, row)
			}
		}
	}
	if len(keys) != 2 {
		t.Fatalf("%d keys are signatures", len(keys))
	}
	other := map[string]string{keys[0].Key: keys[1].Values["signature"], keys[1].Key: keys[0].Values["signature"]}
	lines := verify(t, s.copied(t, func(db *sql.DB) {
		run(t, db, 2, `UPDATE request_keys SET signature = CASE id WHEN $1 THEN (SELECT signature FROM request_keys WHERE id = $2)
			ELSE (SELECT signature FROM request_keys WHERE id = $1) END WHERE id IN ($1, $2)`, keys[0].Key, keys[1].Key)
		rewrite(t, s, db, func(e *ledger.Entry) (changed bool) {
			for i, row := range e.Facts.Rows {
				if signature, ok := other[row.Key]; ok && row.Table == "request_keys" {
					e.Facts.Rows[i].Values["signature"], changed = signature, true
				}
			}
			return changed
		})
	}))
	wantFound(t, lines, "the signature of key "+keys[0].Key+" is not good", "the signature of key "+keys[1].Key+" is not good")
}
