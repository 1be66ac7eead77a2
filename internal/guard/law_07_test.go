package guard_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// membersRows reads every row of the tables that the guard has no business in: all but the privileged ones, the ledger's
// and the desk's own.
func (w *world) membersRows(db *sql.DB) map[string]string {
	w.t.Helper()
	names, err := db.QueryContext(w.t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table'`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer names.Close()
	own := append(store.PrivilegedTables(), "ledger_head", "leaves", "tree_hashes", "feed", "challenges")
	var tables []string
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			w.t.Fatal(err)
		}
		if !slices.Contains(own, name) && !strings.HasPrefix(name, "sqlite_") {
			tables = append(tables, name)
		}
	}
	all := map[string]string{}
	for _, table := range tables {
		rows, err := db.QueryContext(w.t.Context(), `SELECT * FROM `+table)
		if err != nil {
			w.t.Fatal(err)
		}
		columns, _ := rows.Columns()
		for rows.Next() {
			values, dest := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				dest[i] = &values[i]
			}
			if err := rows.Scan(dest...); err != nil {
				w.t.Fatal(err)
			}
			all[fmt.Sprintf("%s %v", table, values[0])] = fmt.Sprint(values...)
		}
		if err := rows.Close(); err != nil {
			w.t.Fatal(err)
		}
	}
	return all
}

// TestLaw07NothingIsLost does every darkening and silencing to an account, and restores it: no member's row is touched.
func TestLaw07NothingIsLost(t *testing.T) {
	w, db := newWorldWithSQL(t)
	for i := range 3 {
		w.Post("newsroom", fmt.Sprint("post ", i))
	}
	harms, restore := w.harms("newsroom"), w.Command(model.CmdRestore, "newsroom")
	before := w.membersRows(db)
	if len(before) < 30 {
		t.Fatalf("only %d rows of members: this test tests nothing", len(before))
	}
	for _, cmd := range harms {
		if !sanctions(cmd.Kind) {
			continue
		}
		cmd.Case = 0 // so that each is restored by one key, or by those that it took
		q := w.ask("agent", cmd)
		w.turn(q, "lead", "agent")
		if cmd.Kind == model.CmdBan {
			w.turn(q, "security")
		}
		w.pass(time.Hour)
		if w.State(q.ID) != model.StateExecuted {
			t.Fatalf("%s is %s", cmd.Kind, w.State(q.ID))
		}
		if diff := cmp.Diff(before, w.membersRows(db)); diff != "" {
			t.Errorf("%s touched (-before +after):\n%s", cmd.Kind, diff)
		}
	}
	w.pass(10 * 24 * time.Hour)
	w.Do("lead", restore, "lead", "security", "gov")
	if diff := cmp.Diff(before, w.membersRows(db)); diff != "" {
		t.Errorf("in the dark, and restored (-before +after):\n%s", diff)
	}
	w.whole()
}
