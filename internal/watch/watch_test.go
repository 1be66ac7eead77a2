package watch_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
	"keyturn/internal/watch"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// post is a World that is watched, and its database for whoever goes past the server.
type post struct {
	*testkit.World
	t     testing.TB
	watch *watch.Watch
	db    *sql.DB
	log   *strings.Builder
	dir   string // of the SQLite database
	url   string // of the PostgreSQL one
}

// engines runs a test on both.
func engines(t *testing.T, test func(t *testing.T, p *post)) {
	t.Run("SQLite", func(t *testing.T) { test(t, newPost(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, newPostOn(t, testkit.Postgres(t))) })
}

func newPost(t testing.TB) *post {
	t.Helper()
	dir := t.TempDir()
	w := testkit.NewWorld(t, testkit.WorldOptions{Dir: dir})
	// Foreign keys are not held to, as an attacker would have it.
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "keyturn.db")+"?_pragma=busy_timeout(10000)")
	p := over(t, w, db, err)
	p.dir = dir
	return p
}

func newPostOn(t testing.TB, url string) *post {
	t.Helper()
	w := testkit.NewWorld(t, testkit.WorldOptions{URL: url})
	db, err := sql.Open("pgx", url)
	if err == nil {
		db.SetMaxOpenConns(1)
		_, err = db.ExecContext(t.Context(), "SET session_replication_role = replica")
	}
	p := over(t, w, db, err)
	p.url = url
	return p
}

func over(t testing.TB, w *testkit.World, db *sql.DB, err error) *post {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p := &post{World: w, t: t, db: db, log: &strings.Builder{}}
	p.watch = watch.New(watch.Config{Store: w.Store, Guard: w.Guard, Now: w.Clock.Now, Log: slog.New(slog.NewTextHandler(p.log, nil))})
	t.Cleanup(func() { p.watch.Close() })
	w.Do("agent", w.Command(model.CmdDeactivate, "uncle"))
	w.Do("agent", w.Command(model.CmdRestore, "uncle"))
	w.Do("agent", w.Command(model.CmdWarn, "aunt"))
	p.look()
	return p
}

// look has the watch look once, a second after it did last.
func (p *post) look() {
	p.t.Helper()
	p.Clock.Advance(time.Second)
	if err := p.watch.Look(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// sql changes the database past the server.
func (p *post) sql(text string, args ...any) {
	p.t.Helper()
	if _, err := p.db.ExecContext(p.t.Context(), text, args...); err != nil {
		p.t.Fatalf("%s: %v", text, err)
	}
}

// incidents are those in a state, the newest first.
func (p *post) incidents(state string) []model.Incident {
	p.t.Helper()
	all, err := p.Store.Incidents(p.t.Context(), state, 0, 80)
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

// one is the only open incident; it must be of a rule and say certain things.
func (p *post) one(rule model.IncidentRule, parts ...string) model.Incident {
	p.t.Helper()
	open := p.incidents(model.IncidentOpen)
	if len(open) != 1 {
		p.t.Fatalf("%d incidents are open, not one: %+v", len(open), open)
	}
	text := open[0].What
	for _, row := range open[0].Details.Found {
		text += fmt.Sprintf("\n%s %s %d %v: %s", row.Table, row.Key, row.Entry, row.Columns, row.What)
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			p.t.Errorf("the incident lacks %q: %s", part, text)
		}
	}
	if open[0].Rule != rule {
		p.t.Errorf("the incident's rule is %s, not %s", open[0].Rule, rule)
	}
	return open[0]
}

func (p *post) none() {
	p.t.Helper()
	if open := p.incidents(model.IncidentOpen); len(open) > 0 {
		p.t.Fatalf("incidents are open: %+v", open)
	}
}

// entry is the newest entry of the ledger.
func (p *post) entry() ledger.Entry {
	p.t.Helper()
	head, _, err := p.Store.LedgerHead(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	rec, err := p.Store.Record(p.t.Context(), head.Size-1)
	if err != nil {
		p.t.Fatal(err)
	}
	e, err := rec.Open()
	if err != nil {
		p.t.Fatal(err)
	}
	return e
}

// person reads who has a login.
func (p *post) person(login string) model.Person {
	p.t.Helper()
	m, err := p.Store.Person(p.t.Context(), p.Actor(login).Person)
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

// TestAProtectedAccountRenamedBySQLIsNamed: the class covers the handle (law 11), as it is shown and as it is found. A rename
// that was asked for is none of that.
func TestAProtectedAccountRenamedBySQLIsNamed(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		president, newsroom := p.Accounts["president"].String(), p.Accounts["newsroom"].String()
		p.Do("agent", p.Command(model.CmdRenameHandle, "newsroom", "handle", "newsdesk"), "lead", "security")
		p.look()
		p.none()
		p.sql(`UPDATE accounts SET handle = 'parody' WHERE id = ` + president)
		p.look()
		p.one(model.IncidentTampered, "accounts "+president, `called "parody", not "president", and nobody renamed it`, "[handle]")
		p.sql(`UPDATE accounts SET handle = 'president' WHERE id = ` + president)
		p.sql(`UPDATE accounts SET handle_key = $1 WHERE id = `+newsroom, []byte("newsroom"))
		p.look()
		p.one(model.IncidentTampered, "accounts "+newsroom, `called "newsroom", not "newsdesk", and nobody renamed it`)
	})
}

// TestWhatWasTouchedIsForgottenOnceItIsWhole: what a trigger noted is looked at until it is as it must be.
func TestWhatWasTouchedIsForgottenOnceItIsWhole(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		noted := func(want int) {
			t.Helper()
			p.look()
			if rows, err := p.Store.Touched(t.Context(), 10); err != nil || len(rows) != want {
				t.Errorf("%v are noted (%v), not %d", rows, err, want)
			}
		}
		p.sql(`UPDATE strikes SET rule = rule || 'x'`)
		noted(1)
		noted(1)
		p.one(model.IncidentTampered, "strikes", `("1x", not "1")`)
		p.sql(`UPDATE strikes SET rule = '1'`)
		noted(0)
	})
}

// TestARowChangedBySQLIsNamed changes, adds and deletes a row of each privileged table that has one: the next look names
// it, once, in the incident, in the ledger and in the log.
func TestARowChangedBySQLIsNamed(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		p.none()
		account := p.Accounts["president"].String()
		p.sql(`UPDATE account_classes SET class = 'standard' WHERE account = ` + account)
		p.look()
		i := p.one(model.IncidentTampered, "account_classes "+account, `class ("standard", not "government")`, "[class]")
		if e := p.entry(); e.Facts.Event != ledger.EventIncident || e.Facts.Index != i.Entry || !strings.Contains(e.Facts.Note, i.ID.String()) ||
			e.Private["what"] != i.What {
			t.Errorf("the ledger's entry is %+v, private %v", e.Facts, e.Private)
		}
		p.look()
		if n := strings.Count(p.log.String(), "level=ERROR"); n != 1 {
			t.Errorf("%d errors in the log:\n%s", n, p.log)
		}
		if p.watch.Open() != 1 || p.watch.Unacknowledged() != 1 {
			t.Errorf("%d open, %d not acknowledged", p.watch.Open(), p.watch.Unacknowledged())
		}

		p.sql(`DELETE FROM strikes`)
		p.sql(`INSERT INTO sanctions SELECT 77, account, post, kind, request, case_id, rule, start_at, end_at, 0, leaf FROM sanctions`)
		p.look()
		p.one(model.IncidentTampered, "account_classes "+account, "the row is in the ledger but not in the database",
			"sanctions 77", "the row is in the database but not in the ledger", "and 2 more")
		if report, err := p.Store.Incidents(t.Context(), "", 0, 80); err != nil || len(report) != 1 {
			t.Errorf("%d incidents (%v)", len(report), err)
		}
	})
}

// TestEveryPrivilegedTableIsWatched changes the first row of every table.
func TestEveryPrivilegedTableIsWatched(t *testing.T) {
	p := newPost(t)
	for _, table := range store.PrivilegedTables() {
		var n int
		if err := p.db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			p.sql("INSERT INTO " + table + " SELECT " + zeros(t, p.db, table))
		} else {
			p.sql("UPDATE " + table + " SET leaf = leaf + 1 WHERE rowid = (SELECT MIN(rowid) FROM " + table + ")")
		}
		p.look()
		found := p.one(model.IncidentTampered, table+" ").Details.Found
		if last := found[len(found)-1]; last.Table != table {
			t.Errorf("%s: %+v", table, last)
		}
	}
}

// zeros are a value for each column of a table.
func zeros(t *testing.T, db *sql.DB, table string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Repeat("0, ", len(cols)-1) + "0"
}

// TestTheLedgerIsWatched alters the ledger's own rows.
func TestTheLedgerIsWatched(t *testing.T) {
	for name, test := range map[string]struct {
		sql    string
		says   string
		broken bool
	}{
		"facts":            {`UPDATE leaves SET facts = CAST(replace(CAST(facts AS TEXT), '"warn"', '"lock"') AS BLOB) WHERE idx = (SELECT MAX(idx) FROM leaves)`, "the facts are not those of the leaf", false},
		"a leaf":           {`UPDATE leaves SET leaf = (SELECT leaf FROM leaves WHERE idx = 1) WHERE idx = 2`, "the leaf is not the one that was hashed", false},
		"a reason":         {`UPDATE leaves SET private = CAST('{"reason":"another"}' AS BLOB) WHERE idx = 1`, "entry 1: the private part is not that of the leaf", false},
		"an erasure":       {`UPDATE leaves SET private = NULL, private_salt = NULL WHERE idx = 1`, "entry 1: its private part was erased, and no entry says so", false},
		"an entry gone":    {`DELETE FROM leaves WHERE idx = 2`, "entry 2: the entries from here to before 3 are missing", false},
		"two swapped":      {`UPDATE leaves SET idx = CASE idx WHEN 1 THEN -2 ELSE -1 END WHERE idx IN (1, 2); UPDATE leaves SET idx = -idx WHERE idx < 0`, "the facts are those of entry", false},
		"an entry doubled": {`INSERT INTO leaves SELECT MAX(idx) + 1, leaf, facts, facts_salt, private, private_salt FROM leaves`, "does not belong to this ledger", false},
		"a hash":           {`UPDATE tree_hashes SET hash = zeroblob(32) WHERE idx = 2`, "entry 1: the stored hash of level 1", false},
		"a hash more":      {`INSERT INTO tree_hashes VALUES (100000, zeroblob(32))`, "1 stored hashes that have no place in the tree", false},
		"the root":         {`UPDATE ledger_head SET root = zeroblob(32)`, "the head is not that of the tree", true},
		"the size":         {`UPDATE ledger_head SET size = size - 1`, "the head went back from", true},
		"a longer head":    {`UPDATE ledger_head SET size = size + 1`, "are missing", true},
		"the time":         {`UPDATE ledger_head SET at = at + 60000`, "the head says that the latest entry was made at", false},
		"the name":         {`UPDATE ledger_head SET origin = 'elsewhere.example/log'`, "but was born as", false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t)
			p.sql(test.sql)
			p.look()
			i := p.one(model.IncidentTampered, test.says)
			if got := p.Guard.Broken() != ""; got != test.broken {
				t.Errorf("the guard takes the ledger's history for broken: %t (%s)", got, p.Guard.Broken())
			}
			if unrecorded := test.broken || name == "an entry doubled"; (i.Entry < 0) != unrecorded {
				t.Errorf("the ledger's entry is %d", i.Entry)
			}
			if _, err := p.Submit("agent", p.Command(model.CmdWarn, "aunt")); (err != nil) != test.broken && name != "an entry doubled" {
				t.Errorf("a warning then: %v", err)
			}
			p.look()
			p.one(model.IncidentTampered)
		})
	}
}

// TestWhileTheDatabaseDiffersNothingHarms: who changes a row to meet the rules has a second, and not more.
func TestWhileTheDatabaseDiffersNothingHarms(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		account := p.Accounts["president"].String()
		p.Do("agent", p.Command(model.CmdSuspend, "newsroom"), "lead", "security")
		p.look()
		p.sql(`UPDATE account_classes SET class = 'standard' WHERE account = ` + account)
		p.look()
		for _, cmd := range []model.Command{p.Command(model.CmdDeactivate, "president"), p.Command(model.CmdDeactivate, "uncle"),
			{Kind: model.CmdUnfreeze, Reason: "because of the test"}, p.Command(model.CmdSetClass, "uncle", "class", "verified")} {
			_, err := p.Submit("lead", cmd)
			if err == nil || !strings.Contains(err.Error(), "not what the ledger says") && cmd.Kind != model.CmdUnfreeze {
				t.Errorf("%s: %v", cmd.Kind, err)
			}
		}
		p.Do("agent", p.Command(model.CmdRestore, "newsroom"), "lead")
		p.sql(`UPDATE account_classes SET class = 'government' WHERE account = ` + account)
		p.look()
		p.Do("agent", p.Command(model.CmdDeactivate, "uncle"))
	})
}

// TestAnIncidentEnds: it is over when what differed is as it was, and closed when somebody has acknowledged it too.
func TestAnIncidentEnds(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		p.sql(`UPDATE persons SET team = team || 'x' WHERE name = 'Ada'`)
		p.look()
		i := p.one(model.IncidentTampered, "in team")
		if _, err := p.watch.Acknowledge(t.Context(), p.person("agent"), i.ID, "looking into it"); err != nil {
			t.Fatal(err)
		}
		p.look()
		got := p.incidents(model.IncidentAcknowledged)
		if len(got) != 1 || got[0].Note != "looking into it" || got[0].AcknowledgedBy != p.Actor("agent").Person {
			t.Fatalf("acknowledged: %+v", got)
		}
		if _, err := p.watch.Acknowledge(t.Context(), p.person("lead"), i.ID, ""); model.KindOf(err) != model.KindConflict {
			t.Errorf("acknowledged twice: %v", err)
		}
		p.sql(`UPDATE persons SET team = replace(team, 'x', '') WHERE name = 'Ada'`)
		p.look()
		p.look()
		if got := p.incidents(model.IncidentClosed); len(got) != 1 || p.watch.Open() != 0 {
			t.Fatalf("closed: %+v", got)
		}
		// The same again is another incident.
		p.sql(`UPDATE persons SET team = team || 'x' WHERE name = 'Ada'`)
		p.look()
		if again := p.one(model.IncidentTampered, "in team"); again.ID == i.ID {
			t.Error("it went into the incident that was closed")
		}
	})
}

// TestAnIncidentThatIsOverGoesOn when the same is changed once more before anybody has seen it, or somebody says by SQL
// that it is over.
func TestAnIncidentThatIsOverGoesOn(t *testing.T) {
	engines(t, func(t *testing.T, p *post) {
		set := func(class string) {
			p.sql(`UPDATE account_classes SET class = $1 WHERE account = `+p.Accounts["president"].String(), class)
		}
		over := func(want bool) {
			t.Helper()
			if i := p.one(model.IncidentTampered, "account_classes"); i.OverAt.IsZero() == want {
				t.Errorf("it is over: %v", !want)
			}
		}
		set("standard")
		p.look()
		over(false)
		set("government")
		for range 3 {
			p.look()
		}
		over(true)
		logged := strings.Count(p.log.String(), "level=ERROR")
		set("standard")
		p.look()
		over(false)
		if n := strings.Count(p.log.String(), "level=ERROR"); n != logged+1 {
			t.Errorf("%d lines in the log, not one more than %d", n, logged)
		}
		p.sql(`UPDATE incidents SET over_at = 1`)
		p.look()
		over(false)
	})
}

// TestADeletedIncidentComesBack: who can delete its row must not make it unseen.
func TestADeletedIncidentComesBack(t *testing.T) {
	p := newPost(t)
	p.sql(`UPDATE persons SET team = team || 'x' WHERE name = 'Ada'`)
	p.look()
	first := p.one(model.IncidentTampered)
	p.sql(`DELETE FROM incidents`)
	p.look()
	p.look()
	if again := p.one(model.IncidentTampered, "in team"); again.ID == first.ID {
		t.Error("the deleted row is still there")
	}
}

// TestManyRowsAreOneIncident changes more rows than an incident names.
func TestManyRowsAreOneIncident(t *testing.T) {
	p := newPost(t)
	p.Chronicle(p.dir, 4000)
	p.look()
	p.none()
	before := p.entry().Facts.Index
	p.sql(`UPDATE request_keys SET login = login + 1`)
	for range 5 {
		p.look()
	}
	i := p.one(model.IncidentTampered, "request_keys", "in login", "and 999 more")
	if len(i.Details.Found) != model.MaxIncidentRows || i.Details.More != 900 {
		t.Errorf("%d rows are named, and %d are not", len(i.Details.Found), i.Details.More)
	}
	if after := p.entry().Facts.Index; after != before+1 {
		t.Errorf("the ledger grew by %d entries", after-before)
	}
}
