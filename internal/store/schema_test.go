package store_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOddSchema: nothing is odd in a store as the program made it; what somebody adds, changes or takes away is.
func TestOddSchema(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		odd := func(want ...string) {
			t.Helper()
			got, err := e.Store.OddSchema(t.Context())
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		}
		odd()
		db := rawDB(t, e.config)
		if strings.Contains(e.config.URL, "postgres") {
			bare(t, db, `CREATE RULE mine AS ON DELETE TO vetoes DO INSTEAD NOTHING`)
			bare(t, db, `ALTER TABLE strikes DISABLE TRIGGER touched`)
			odd("there is the rule mine on vetoes, which is not this program's", "the trigger touched on strikes is not as this program made it")
			return
		}
		bare(t, db, `CREATE TRIGGER mine AFTER DELETE ON vetoes BEGIN DELETE FROM strikes; END`)
		bare(t, db, `CREATE TABLE somebody_elses (id INTEGER PRIMARY KEY)`) // as programs that make backups do
		bare(t, db, `DROP INDEX role_grants_person`)
		odd("there is the trigger mine, which is not this program's", "the index role_grants_person is missing")
	})
}

// TestDamage: an index that does not agree with its table is found where the engine can tell.
func TestDamage(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		if found, err := e.Store.Damage(t.Context()); err != nil || len(found) > 0 {
			t.Errorf("%v, %v", found, err)
		}
	})
}
