package audit_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// busy makes a World in which so much has happened that there is a row in every privileged table.
func busy(t *testing.T, o testkit.WorldOptions) *testkit.World {
	t.Helper()
	w := testkit.NewWorld(t, o)
	warned := w.Do("agent", w.Command(model.CmdWarn, "aunt"))
	w.Do("admin", model.Command{Kind: model.CmdErasePrivate, Params: map[string]string{"entry": strconv.FormatInt(warned.Leaf, 10)},
		Reason: "because of the test"}, "admin", "security", "lead")
	w.Do("agent", w.Command(model.CmdSuspend, "president"), "lead", "gov", "security")
	w.Do("agent", w.Command(model.CmdRestore, "president"), "lead2")
	w.Do("agent", w.Command(model.CmdWarn, "uncle"))
	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	out, err := w.Submit("agent", w.Command(model.CmdDeactivate, "newsroom"))
	if err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"lead", "agent"} {
		if out, err = w.Turn(login, out.Request.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Guard.Veto(t.Context(), w.Actor("lead2"), out.Request.ID, "no"); err != nil {
		t.Fatal(err)
	}
	look := w.Do("agent", w.Command(model.CmdViewPrivate, "cousin")).Request
	if _, err := w.Guard.Look(t.Context(), w.Actor("agent"), look.ID, store.Range{Limit: 1}); err != nil {
		t.Fatal(err)
	}
	w.Do("agent", w.Command(model.CmdChangeEmail, "cousin", "email", "cousin@example.org"), "agent", "lead")
	w.Do("agent", w.Command(model.CmdDeactivate, "cousin"))
	w.Clock.Advance(guard.PurgeHold)
	w.Do("agent", w.Command(model.CmdPurge, "cousin"), "agent", "lead")
	for more := true; more; { // the last time says that nothing is left
		if more, err = w.Guard.Erase(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	owned(t, w)
	w.Do("security", model.Command{Kind: model.CmdFreeze, Reason: "because of the test"}, "security")
	for name, whose := range map[string]string{"account": "@cousin", "login": "agent2"} {
		w.Do("lead", model.Command{Kind: model.CmdMapPerson, Person: w.Actor("agent").Person, Reason: "because of the test",
			Params: map[string]string{name: whose}}, "admin", "security", "lead2")
	}
	s, _ := w.Lost("security")
	if _, err := w.Guard.Recover(t.Context(), w.SignSealed(s, 0, 1, 2)); err != nil {
		t.Fatal(err)
	}
	strikes, err := w.Store.Strikes(t.Context(), w.Accounts["uncle"])
	if err != nil {
		t.Fatal(err)
	}
	w.Do("lead", w.Command(model.CmdDecideAppeal, "uncle", "appeal", appealed(w, strikes[0].ID).String(), "decision", "reject"))
	return w
}

// owned has owners do what they can by passkey: one agrees to a reset, whose link is handed out, one lifts a lock.
func owned(t *testing.T, w *testkit.World) {
	t.Helper()
	aunt, niece := w.NewOwner("aunt"), w.NewOwner("niece")
	w.Clock.Advance(time.Minute)
	out, err := w.Submit("agent", w.Command(model.CmdResetCredentials, "aunt"))
	if err == nil {
		_, err = aunt.Turn(out.Request.ID)
	}
	if err == nil {
		_, err = w.Turn("agent", out.Request.ID)
	}
	if err == nil {
		_, err = w.Guard.HandOut(t.Context(), w.Actor("agent"), out.Request.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Do("agent", w.Command(model.CmdLock, "niece"))
	locks, err := w.Store.Sanctions(t.Context(), niece.Account)
	if err == nil {
		err = niece.Lift(locks[0].ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// verify verifies a store and gives what was found, a line each.
func verify(t *testing.T, st *store.Store) []string {
	t.Helper()
	report, err := audit.Verify(t.Context(), st, nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range report.Findings {
		lines = append(lines, f.String())
	}
	return lines
}

// wantFound fails unless each of the parts is in one of the lines, and there is a line only if there is a part.
func wantFound(t *testing.T, lines []string, parts ...string) {
	t.Helper()
	all := strings.Join(lines, "\n")
	for _, part := range parts {
		if !strings.Contains(all, part) {
			t.Errorf("nothing was found that says %q; found:\n%s", part, all)
		}
	}
	if len(parts) == 0 && all != "" {
		t.Errorf("found:\n%s", all)
	}
}

// stored is the database of a World that has ended, to be copied and changed.
type stored struct {
	bytes []byte
	world *testkit.World
}

func keep(t *testing.T) stored {
	t.Helper()
	dir := t.TempDir()
	w := busy(t, testkit.WorldOptions{Dir: dir})
	if err := w.Store.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "keyturn.db"))
	if err != nil {
		t.Fatal(err)
	}
	return stored{b, w}
}

// copied puts a copy of the database into a directory of its own, has it changed past the server, and opens it.
func (s stored) copied(t *testing.T, change func(db *sql.DB)) *store.Store {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "keyturn.db")
	if err := os.WriteFile(path, s.bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path) // foreign keys are not held to, as an attacker would have it
	if err != nil {
		t.Fatal(err)
	}
	change(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), store.Config{Dir: dir, Now: s.world.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// run runs a statement that must change n rows.
func run(t *testing.T, db *sql.DB, n int64, text string, args ...any) {
	t.Helper()
	res, err := db.ExecContext(t.Context(), text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if changed, err := res.RowsAffected(); changed != n || err != nil {
		t.Fatalf("%s: changed %d rows (%v), want %d", text, changed, err, n)
	}
}
