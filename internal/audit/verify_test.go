package audit_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/audit"
	"keyturn/internal/testkit"
)

// TestVerifyLongLedger goes through many entries, and holds the memory that it takes to the rows that there are: what
// an entry says is not kept.
func TestVerifyLongLedger(t *testing.T) {
	size := testkit.Size[int64](20_000, 100_000)
	b := newBook(t, size)
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	var most uint64
	done, start := int64(0), time.Now()
	report, err := audit.Verify(t.Context(), b.Store, func(d, of int64) {
		if d <= done || of != size {
			t.Errorf("progress went from %d to %d of %d", done, d, of)
		}
		if done = d; d%20_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
		}
	})
	took := time.Since(start)
	if err != nil || !report.OK() || report.Size != size || report.Signatures != 4 || done != size {
		t.Fatalf("%v, of %d entries with %d signatures: %v", err, report.Size, report.Signatures, report.Findings)
	}
	t.Logf("%d entries, %d rows: %v, %v an entry; %d bytes a row at most", size, report.Rows, took.Round(time.Millisecond),
		took/time.Duration(size), int64(most)/report.Rows)
	if limit := 20<<20 + 300*uint64(report.Rows); most > limit {
		t.Errorf("it took %d bytes of memory, more than %d", most, limit)
	}
}

// TestVerifyWhileWritten verifies while entries are appended.
func TestVerifyWhileWritten(t *testing.T) {
	b := newBook(t, 300)
	var once bool
	report, err := audit.VerifyBy(t.Context(), b.Store, 2, 100, func(done, _ int64) {
		if !once {
			once = true
			b.warn(50)
		}
	})
	if err != nil || !report.OK() || report.Size != 350 {
		t.Fatalf("%d entries, %v: %v", report.Size, err, report.Findings)
	}
}

// TestVerifyNamesWhatWasDone changes one thing by SQL at a time. What is found must not depend on how the work is
// divided.
func TestVerifyNamesWhatWasDone(t *testing.T) {
	const strike = `(SELECT MIN(id) FROM strikes)`
	for name, test := range map[string]struct {
		sql  string
		want []string // each a part of one finding
	}{
		"nothing":         {`SELECT 1`, nil},
		"a row changed":   {`UPDATE strikes SET rule = 'x' WHERE id = ` + strike, []string{`differs from the ledger in rule ("x", not "1")`}},
		"a row deleted":   {`DELETE FROM strikes WHERE id = ` + strike, []string{"in the ledger but not in the database"}},
		"a row too many":  {`INSERT INTO sanctions SELECT 1, 1, 0, 'ban', request, 0, '', 1, 0, 0, 0 FROM sanctions`, []string{"sanctions 1: the row is in the database but not in the ledger"}},
		"a signature":     {`UPDATE request_keys SET signature = x'00' WHERE credential <> 0 AND id = (SELECT MIN(id) FROM request_keys)`, []string{"in signature"}},
		"two rows":        {`UPDATE sanctions SET lifted_at = 0`, []string{"in lifted_at"}},
		"facts":           {`UPDATE leaves SET facts = replace(facts, '"somebody"', '"somewhat"') WHERE idx = 150`, []string{"entry 150"}},
		"no facts":        {`UPDATE leaves SET facts = 'x' WHERE idx = 150`, []string{"cannot be read", "entry 150", "not in the ledger", "not in the ledger", "not in the ledger"}},
		"a reason":        {`UPDATE leaves SET private = '{"reason":"another"}' WHERE idx = 150`, []string{"private part is not that"}},
		"an erased one":   {`UPDATE leaves SET private = NULL, private_salt = NULL WHERE idx = 150`, []string{"entry 150: its private part was erased, and no entry says so"}},
		"half erased":     {`UPDATE leaves SET private_salt = NULL WHERE idx = 150`, []string{"private part is not that"}},
		"an entry gone":   {`DELETE FROM leaves WHERE idx = 150`, []string{"missing", "not in the ledger", "not in the ledger", "not in the ledger"}},
		"an entry more":   {`INSERT INTO leaves SELECT 200, leaf, facts, facts_salt, private, private_salt FROM leaves WHERE idx = 150`, []string{"cannot be read", "does not belong"}},
		"two swapped":     {`UPDATE leaves SET leaf = (SELECT leaf FROM leaves WHERE idx = 151) WHERE idx = 150`, []string{"not those of the leaf", "not the one that was hashed"}},
		"a hash":          {`UPDATE tree_hashes SET hash = zeroblob(32) WHERE idx = 202`, []string{"stored hash"}},
		"the head":        {`UPDATE ledger_head SET root = zeroblob(32)`, []string{"head is not that of the tree"}},
		"a row before 0":  {`INSERT INTO leaves SELECT -1, leaf, facts, facts_salt, private, private_salt FROM leaves WHERE idx = 150`, []string{"1 entries that have no place"}},
		"a row nowhere":   {`INSERT INTO leaves SELECT NULL, leaf, facts, facts_salt, private, private_salt FROM leaves WHERE idx = 150`, []string{"1 entries that have no place"}},
		"a hash before 0": {`INSERT INTO tree_hashes VALUES (-5, zeroblob(32))`, []string{"1 stored hashes that have no place"}},
		"the log's key":   {`UPDATE log_key SET vkey = 'x'`, []string{"the key that signs checkpoints is not there"}},
		"no log key":      {`DELETE FROM log_key`, []string{"the key that signs checkpoints is not there"}},
		"a trigger":       {`CREATE TRIGGER mine AFTER INSERT ON leaves BEGIN DELETE FROM vetoes; END`, []string{"there is the trigger mine, which is not this program's"}},
		"no trigger":      {`DROP TRIGGER touched_update_strikes`, []string{"the trigger touched_update_strikes is missing"}},
		"the head's size": {`UPDATE ledger_head SET size = size - 1`, []string{"head is not that of the tree", "does not belong", "4 stored hashes that have no place in the tree"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, 200)
			b.exec(`PRAGMA foreign_keys = 0`)
			b.exec(test.sql)
			one, err := audit.VerifyBy(t.Context(), b.Store, 1, 1000, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, chunk := range []int64{1, 7, 64} {
				many, err := audit.VerifyBy(t.Context(), b.Store, 4, chunk, nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(one, many); diff != "" {
					t.Errorf("in chunks of %d (-one +many):\n%s", chunk, diff)
				}
			}
			checkFindings(t, one.Findings, test.want)
		})
	}
}

func checkFindings(t *testing.T, found []audit.Finding, want []string) {
	t.Helper()
	ok := len(found) == len(want)
	for i := range min(len(found), len(want)) {
		ok = ok && strings.Contains(found[i].String(), want[i])
	}
	if !ok {
		t.Errorf("found %q, want %q", found, want)
	}
}

// TestVerifyNamesWhatIsBehindTheStatements: tables, views, triggers and indexes by which the same statements give and do
// other things.
func TestVerifyNamesWhatIsBehindTheStatements(t *testing.T) {
	for name, test := range map[string]struct {
		sql  string
		want []string // each in a finding
	}{
		"a trigger":  {`CREATE TRIGGER mine AFTER INSERT ON leaves BEGIN DELETE FROM vetoes; END`, []string{"schema: there is the trigger mine, which is not this program's"}},
		"no trigger": {`DROP TRIGGER touched_update_strikes`, []string{"the trigger touched_update_strikes is missing"}},
		"a view": {`ALTER TABLE vetoes RENAME TO hidden; CREATE VIEW vetoes AS SELECT * FROM hidden WHERE id < 0`,
			[]string{"there is the view vetoes, which", "the table vetoes is missing"}},
		"rows twice": {`CREATE TABLE other AS SELECT * FROM strikes; DROP TABLE strikes; ALTER TABLE other RENAME TO strikes; INSERT INTO strikes SELECT * FROM strikes LIMIT 1`,
			[]string{"the table strikes is not as", "the row is there twice"}},
		"an index that lies": {`DROP INDEX role_grants_person; CREATE INDEX role_grants_person ON role_grants (person + 1); PRAGMA writable_schema = 1;
			UPDATE sqlite_master SET sql = 'CREATE INDEX role_grants_person ON role_grants (person)' WHERE name = 'role_grants_person'; PRAGMA writable_schema = RESET`,
			[]string{"database: row 1 missing from index role_grants_person"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, 20)
			b.exec(`PRAGMA foreign_keys = 0`)
			b.exec(test.sql)
			wantFound(t, verify(t, b.Store), test.want...)
		})
	}
}
