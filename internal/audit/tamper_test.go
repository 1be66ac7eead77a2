package audit_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"keyturn/internal/store"
)

// other is an SQL expression for another value than a column has, of the same kind.
func other(col string) string {
	return fmt.Sprintf("CASE typeof(%s) WHEN 'integer' THEN %[1]s + 1000003 WHEN 'text' THEN %[1]s || 'x' ELSE CAST(%[1]s || x'01' AS BLOB) END", col)
}

// columns are those of a table that has rows, the key first.
func columns(t *testing.T, db *sql.DB, table string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+table+" LIMIT 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatalf("%s is empty", table)
	}
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	return cols
}

// TestEveryRowThatDiffersIsNamed changes every column of every privileged table, deletes a row of each, and adds one.
func TestEveryRowThatDiffersIsNamed(t *testing.T) {
	s := keep(t)
	var changes []tampering
	wantFound(t, verify(t, s.copied(t, func(db *sql.DB) {
		for _, table := range store.PrivilegedTables() {
			changes = append(changes, tamperings(table, columns(t, db, table))...)
		}
	})))
	for _, c := range changes {
		var key string
		lines := verify(t, s.copied(t, func(db *sql.DB) {
			if err := db.QueryRowContext(t.Context(), c.key).Scan(&key); err != nil {
				t.Fatal(err)
			}
			run(t, db, 1, c.sql)
		}))
		if len(lines) != len(c.says) {
			t.Errorf("%s: found %q", c.sql, lines)
		}
		wantFound(t, lines, c.says...)
		for _, line := range lines {
			if !strings.HasPrefix(line, c.table+" ") {
				t.Errorf("%s: the table is not named: %s", c.sql, line)
			}
		}
		if !c.added && !strings.Contains(strings.Join(lines, "\n"), c.table+" "+key+": ") {
			t.Errorf("%s: the row %s is not named: %q", c.sql, key, lines)
		}
	}
}

// tampering is one change of one row, and what is to be found.
type tampering struct {
	table, sql string
	key        string // a query for the row's key before
	added      bool
	says       []string
}

func tamperings(table string, cols []string) (all []tampering) {
	one := fmt.Sprintf(" WHERE rowid = (SELECT rowid FROM %s ORDER BY %s LIMIT 1)", table, cols[0])
	key := "SELECT " + cols[0] + " FROM " + table + one
	const tooMany, gone = "the row is in the database but not in the ledger", "the row is in the ledger but not in the database"
	var others []string
	for i, col := range cols {
		says := []string{"differs from the ledger in " + col + " ("}
		if i == 0 {
			says = []string{tooMany, gone}
		}
		all = append(all, tampering{table, "UPDATE " + table + " SET " + col + " = " + other(col) + one, key, false, says})
		others = append(others, other(col)) // of every column, since some must be unique
	}
	return append(all,
		tampering{table, "DELETE FROM " + table + one, key, false, []string{gone}},
		tampering{table, "INSERT INTO " + table + " SELECT " + strings.Join(others, ", ") + " FROM " + table + one, key, true, []string{tooMany}})
}

// TestWhatTheHeadRepeatsIsHeldToTheLedger changes what stands beside the ledger, and what verifying needs.
func TestWhatTheHeadRepeatsIsHeldToTheLedger(t *testing.T) {
	s := keep(t)
	for text, says := range map[string][]string{
		`UPDATE ledger_head SET at = at + 60000`:                                                                       {"the head says that the latest entry was made at"},
		`UPDATE ledger_head SET origin = 'elsewhere.example/log'`:                                                      {"but was born as"},
		`DELETE FROM settings WHERE name = 'desk_url'`:                                                                 {"settings desk_url: the row is in the ledger but not in the database"},
		`UPDATE settings SET value = 'https://evil.example' WHERE name = 'desk_url'`:                                   {"settings desk_url: the database differs"},
		`UPDATE credentials SET public_key = (SELECT public_key FROM credentials ORDER BY id DESC LIMIT 1)`:            {"in public_key"},
		`UPDATE request_keys SET signature = (SELECT signature FROM request_keys ORDER BY id DESC LIMIT 1 OFFSET 1)`:   {"in signature"},
		`UPDATE request_keys SET person = (SELECT MAX(id) FROM persons) WHERE id = (SELECT MIN(id) FROM request_keys)`: {"in person"},
	} {
		lines := verify(t, s.copied(t, func(db *sql.DB) {
			if _, err := db.ExecContext(t.Context(), text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}))
		wantFound(t, lines, says...)
		if strings.Contains(strings.Join(lines, "\n"), "signature of key") {
			t.Errorf("%s: a good signature was held against a row: %q", text, lines)
		}
	}
	wantFound(t, verify(t, s.copied(t, func(db *sql.DB) {
		for _, table := range []string{"leaves", "tree_hashes"} {
			if _, err := db.ExecContext(t.Context(), "DELETE FROM "+table); err != nil {
				t.Fatal(err)
			}
		}
		run(t, db, 1, `UPDATE ledger_head SET size = 0, root = x'', at = 0, origin = ''`)
	})), "the ledger is empty", "persons", "not in the ledger")
}
