package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// erase erases the account called purged, a few rows at a time, until nothing of it is left; told is called after each
// commit.
func erase(ctx context.Context, s *store.Store, limit int, told func(n int)) error {
	a, err := s.AccountByHandle(ctx, "purged")
	for erased := 1; err == nil && erased > 0; {
		err = s.Write(ctx, func(tx *store.Tx) (err error) {
			erased, _, err = tx.Erase(ctx, a.ID, limit)
			return err
		})
		if err == nil && erased > 0 {
			told(erased)
		}
	}
	return err
}

// tablesOfMembers are the tables that members' doings are in, with the columns that name an account or a post, and what a
// purge does to them. A table that is new has to be thought of here.
var tablesOfMembers = map[string]struct {
	accounts []string // rows that name the account in one of these are erased
	posts    []string // rows that name one of its posts, too
	kept     string   // or why they are not
}{
	"accounts":            {kept: "the row stays, emptied: its handle stays taken"},
	"account_credentials": {accounts: []string{"account"}},
	"account_sessions":    {accounts: []string{"account"}},
	"account_passkeys":    {accounts: []string{"account"}},
	"account_resets":      {accounts: []string{"account"}},
	"posts":               {accounts: []string{"account"}, posts: []string{"reblog_of"}},
	"follows":             {accounts: []string{"follower", "followee"}},
	"blocks":              {accounts: []string{"account", "target"}},
	"mutes":               {accounts: []string{"account", "target"}},
	"favourites":          {accounts: []string{"account"}, posts: []string{"post"}},
	"notifications":       {accounts: []string{"account", "from_account"}},
	"notification_marks":  {accounts: []string{"account"}},
	"oauth_codes":         {accounts: []string{"account"}},
	"oauth_tokens":        {accounts: []string{"account"}},
	"dismissed_warnings":  {accounts: []string{"account"}},
	"appeals":             {kept: "the row is on record, its text is not: see expected"},
	"oauth_apps":          {kept: "an app is nobody's"},
	"cases":               {kept: "the desk's"},
	"evidence":            {kept: "until its case is resolved: see expected"},
	"case_notes":          {kept: "the desk's"},
	"reports":             {kept: "what others said of it, and it of others, is the desk's"},
	"staff_sessions":      {kept: "the desk's"},
	"challenges":          {accounts: []string{"person"}},
	"enrolments":          {kept: "the desk's"},
	"feed":                {kept: "tells what changed, and is dropped by itself"},
	"write_keys":          {kept: "the store's own"},
	"ledger_head":         {kept: "the ledger's"},
	"touched":             {kept: "names privileged rows by their keys"},
	"leaves":              {kept: "the ledger's"},
	"tree_hashes":         {kept: "the ledger's"},
	"log_key":             {kept: "the ledger's"},
	"incidents":           {kept: "the desk's"},
	"goose_db_version":    {kept: "the store's own"},
}

// rows are all rows of all tables but the ledger's and the store's own, by table and first column.
func (e *engine) rows() map[string]map[string]map[string]string {
	e.Helper()
	db := rawDB(e.T, e.config)
	list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if e.config.URL != "" {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	names, err := db.QueryContext(e.Context(), list)
	if err != nil {
		e.Fatal(err)
	}
	var tables []string
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			e.Fatal(err)
		}
		tables = append(tables, name)
	}
	all := map[string]map[string]map[string]string{}
	for _, table := range tables {
		if _, known := tablesOfMembers[table]; !known && !slices.Contains(store.PrivilegedTables(), table) {
			e.Errorf("what does a purge do to the table %s? Say so in tablesOfMembers, and have Erase do it", table)
		}
		if slices.Contains([]string{"feed", "write_keys", "goose_db_version"}, table) {
			continue
		}
		rows, err := db.QueryContext(e.Context(), `SELECT * FROM `+table)
		if err != nil {
			e.Fatal(err)
		}
		all[table] = map[string]map[string]string{}
		columns, _ := rows.Columns()
		for rows.Next() {
			values, dest := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				dest[i] = &values[i]
			}
			if err := rows.Scan(dest...); err != nil {
				e.Fatal(err)
			}
			row := map[string]string{}
			for i, c := range columns {
				row[c] = fmt.Sprint(values[i])
			}
			all[table][fmt.Sprint(values[0])] = row
		}
		if err := rows.Close(); err != nil {
			e.Fatal(err)
		}
	}
	return all
}

// expected is what is to be left of rows when an account is purged.
func expected(rows map[string]map[string]map[string]string, account model.ID) map[string]map[string]map[string]string {
	id, gone := account.String(), map[string]bool{}
	for key, p := range rows["posts"] {
		gone[key] = p["account"] == id
	}
	left := map[string]map[string]map[string]string{}
	for table, all := range rows {
		left[table] = map[string]map[string]string{}
		rule := tablesOfMembers[table]
		for key, row := range all {
			named := slices.ContainsFunc(rule.accounts, func(c string) bool { return row[c] == id }) ||
				table == "evidence" && row["author"] == id && rows["cases"][row["case_id"]]["state"] != "open"
			about := slices.ContainsFunc(rule.posts, func(c string) bool { return gone[row[c]] }) &&
				(table != "posts" || row["deleted_at"] == "0") // what its author deleted says nothing any more
			if !named && !about {
				left[table][key] = maps.Clone(row)
			}
		}
	}
	for _, appeal := range left["appeals"] {
		if appeal["account"] == id {
			appeal["text"] = ""
		}
	}
	recount(left)
	a := left["accounts"][id]
	if rows["account_credentials"][id] != nil {
		a["epoch"] = "1" // whatever was handed out before lets nobody in
	}
	a["display_name"], a["note"], a["name_key"], a["last_post_at"] = "", "", "[]", "0"
	for _, flag := range []string{"locked", "bot"} {
		a[flag] = rows["accounts"]["1"][flag] // as an account has it that never set it
	}
	return left
}

// recount has every counter say how many rows there are that it counts.
func recount(rows map[string]map[string]map[string]string) {
	count := func(table string, fits func(row map[string]string) bool) string {
		n := 0
		for _, row := range rows[table] {
			if fits(row) {
				n++
			}
		}
		return fmt.Sprint(n)
	}
	firm := func(row map[string]string) bool { return row["pending"] == "0" || row["pending"] == "false" }
	there := func(row map[string]string) bool { return row["deleted_at"] == "0" }
	for id, a := range rows["accounts"] {
		a["followers"] = count("follows", func(f map[string]string) bool { return f["followee"] == id && firm(f) })
		a["following"] = count("follows", func(f map[string]string) bool { return f["follower"] == id && firm(f) })
		a["posts"] = count("posts", func(p map[string]string) bool { return p["account"] == id && there(p) })
	}
	for id, p := range rows["posts"] {
		p["replies"] = count("posts", func(r map[string]string) bool { return r["in_reply_to"] == id && there(r) })
		p["reblogs"] = count("posts", func(r map[string]string) bool { return r["reblog_of"] == id && there(r) })
		p["favourites"] = count("favourites", func(f map[string]string) bool { return f["post"] == id })
	}
}

// society is a few people who do everything to each other at random, the account called purged among them.
func (e *engine) society(size int) (purged model.ID) {
	e.Helper()
	seed := uint64(time.Now().UnixNano())
	e.Logf("seed %d", seed)
	r := testkit.Rand(seed)
	ids := []model.ID{e.account("purged")}
	purged = ids[0]
	for i := range 5 {
		ids = append(ids, e.account(fmt.Sprintf("other%d", i)))
	}
	db := rawDB(e.T, e.config)
	if _, err := db.ExecContext(e.Context(), `INSERT INTO accounts SELECT 1, 'one', $1, '', $2, '', FALSE, FALSE, 1, 0, 0, 0, 0, 0`, []byte("one"), []byte{}); err != nil {
		e.Fatal(err)
	}
	for _, id := range ids {
		hash := []byte(id.String())
		for text, args := range map[string][]any{
			`INSERT INTO account_sessions VALUES ($1, $2, $3, 'browser', 1, 1, 2)`: {hash, e.IDs().Next(), id},
			`INSERT INTO account_passkeys VALUES ($1, $2, 'key', $3, $3, 1)`:       {e.IDs().Next(), id, hash},
			`INSERT INTO account_resets VALUES ($1, $2, 2)`:                        {hash, id},
			`INSERT INTO dismissed_warnings VALUES ($1, $2)`:                       {e.IDs().Next(), id},
			`INSERT INTO appeals VALUES ($1, $2, $1, 'it was not me', 1, 0)`:       {e.IDs().Next(), id},
		} {
			if _, err := db.ExecContext(e.Context(), text, args...); err != nil {
				e.Fatal(err)
			}
		}
	}
	var posts []model.ID
	for i := range size {
		a, b := ids[r.IntN(len(ids))], ids[r.IntN(len(ids))]
		now := e.tick()
		e.write(func(ctx context.Context, tx *store.Tx) error {
			var errs []error
			if a != b {
				_, err := tx.PutFollow(ctx, model.Follow{ID: tx.NextID(), Follower: a, Followee: b, Pending: r.IntN(3) == 0, CreatedAt: now})
				errs = append(errs, err)
				switch r.IntN(8) {
				case 0:
					errs = append(errs, tx.AddBlock(ctx, a, b, now))
				case 1:
					errs = append(errs, tx.AddMute(ctx, a, b, now))
				case 2:
					errs = append(errs, tx.AddNotification(ctx, model.Notification{ID: tx.NextID(), Account: a, From: b, Kind: model.NotifyFollow, CreatedAt: now}))
				}
			}
			p := model.Post{ID: tx.NextID(), Account: a, Text: fmt.Sprint("post ", i), Visibility: model.Public, CreatedAt: now}
			if len(posts) > 0 {
				other := posts[r.IntN(len(posts))]
				switch r.IntN(4) {
				case 0:
					p.InReplyTo = other
				case 1:
					p.Text, p.ReblogOf = "", other
				case 2:
					_, err := tx.AddFavourite(ctx, a, other, now)
					errs = append(errs, err)
				}
			}
			id, err := tx.AddPost(ctx, p, nil)
			if p.ReblogOf == 0 {
				posts = append(posts, id)
			}
			if r.IntN(6) == 0 && id == p.ID {
				err = errors.Join(err, tx.DeletePost(ctx, a, id, now))
			}
			return errors.Join(append(errs, err)...)
		})
	}
	e.write(func(ctx context.Context, tx *store.Tx) error {
		app := store.App{ID: tx.NextID(), Name: "app", ClientID: "app", SecretHash: []byte("s"), CreatedAt: e.clock.Now()}
		errs := []error{tx.AddApp(ctx, app), tx.MarkNotifications(ctx, purged, 1), tx.MarkNotifications(ctx, ids[1], 1),
			tx.SetProfile(ctx, model.Account{ID: purged, DisplayName: "Somebody", Note: "about me", Locked: true, Bot: true})}
		for i, id := range ids[:2] {
			errs = append(errs, tx.AddCredentials(ctx, model.Credentials{Account: id, Email: fmt.Sprint(i, "@example.org"), PasswordHash: "x"}),
				tx.AddToken(ctx, store.Token{Hash: []byte{byte(i)}, ID: tx.NextID(), App: app.ID, Account: id}),
				tx.AddCode(ctx, store.Code{Hash: []byte{byte(i)}, App: app.ID, Account: id}),
				tx.AddAccountSession(ctx, store.AccountSession{Hash: []byte{byte(i)}, ID: tx.NextID(), Account: id, ExpiresAt: e.clock.Now()}),
				tx.AddAccountPasskey(ctx, store.AccountPasskey{ID: tx.NextID(), Account: id, Handle: []byte{byte(i)}, PublicKey: []byte("k")}),
				tx.AddChallenge(ctx, store.Challenge{Hash: []byte{byte(i)}, Person: id, ExpiresAt: e.clock.Now()}))
		}
		_, err := tx.AddReport(ctx, model.Report{ID: tx.NextID(), Reporter: purged, Target: ids[1], Comment: "they started it", CreatedAt: e.clock.Now()})
		return errors.Join(append(errs, err)...)
	})
	return purged
}

// same compares all rows with what they are to be.
func (e *engine) same(want map[string]map[string]map[string]string, what string) {
	e.Helper()
	if diff := cmp.Diff(want, e.rows()); diff != "" {
		e.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestEraseIsExact compares every row of every table before and after, at random, by few rows at a time and by many, with
// transactions that fail among them: what was the account's is gone, what was others' is as it was, and every counter
// counts what is there, all along.
func TestEraseIsExact(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		account := e.society(testkit.Size(150, 1500))
		before, counted := e.rows(), e.rows()
		recount(counted)
		if diff := cmp.Diff(counted, before); diff != "" {
			t.Fatalf("the counters were wrong before (-want +got):\n%s", diff)
		}
		failure, steps := errors.New("the test says so"), 0
		for limit := 1; ; limit = limit%7 + 1 {
			erased := 0
			err := e.try(func(ctx context.Context, tx *store.Tx) (err error) {
				if erased, _, err = tx.Erase(ctx, account, limit); err == nil && limit == 4 && erased > 0 {
					err = failure
				}
				return err
			})
			if err != nil && !errors.Is(err, failure) {
				t.Fatal(err)
			}
			if erased == 0 {
				break
			}
			if steps++; steps%5 == 0 {
				now, right := e.rows(), e.rows()
				recount(right)
				if diff := cmp.Diff(right, now); diff != "" {
					t.Fatalf("on the way the counters are wrong (-want +got):\n%s", diff)
				}
			}
		}
		e.same(expected(before, account), fmt.Sprintf("after %d steps", steps))
		if steps < 10 {
			t.Errorf("it took %d steps only: this test tests nothing", steps)
		}
	})
}

// TestEraseLeavesEvidence: what an open case keeps of the account's posts stays, whomever the case is about, until it is
// resolved.
func TestEraseLeavesEvidence(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		account := e.society(60)
		reported, reporter, fan := e.post(account, nil), e.account("reporter"), e.account("fan")
		boost := e.post(fan, func(p *model.Post) { p.ReblogOf = reported })
		var cases []model.ID
		for target, post := range map[model.ID]model.ID{account: reported, fan: boost} {
			e.write(func(ctx context.Context, tx *store.Tx) error {
				r, err := tx.AddReport(ctx, model.Report{ID: tx.NextID(), Reporter: reporter, Target: target, Posts: []model.ID{post},
					Category: model.ReportSpam, CreatedAt: e.tick()})
				cases = append(cases, r.Case)
				return err
			})
		}
		for left := 2; ; left-- {
			before, held := e.rows(), 0
			for erased := 1; erased > 0; {
				e.write(func(ctx context.Context, tx *store.Tx) (err error) {
					erased, held, err = tx.Erase(ctx, account, 10)
					return err
				})
			}
			e.same(expected(before, account), fmt.Sprintf("with %d open cases", left))
			if held != left || len(e.rows()["evidence"]) != left {
				t.Errorf("with %d open cases %d are held of %v", left, held, e.rows()["evidence"])
			}
			if left == 0 {
				return
			}
			e.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.ResolveCase(ctx, cases[left-1], model.OutcomeNoAction, e.tick())
			})
		}
	})
}

// TestEraseTellsWhatChanged: whoever keeps rows in memory is told of each that is gone or counts otherwise.
func TestEraseTellsWhatChanged(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		account, fan, foe := e.account("purged"), e.account("fan"), e.account("foe")
		parent := e.post(fan, nil)
		own := e.post(account, func(p *model.Post) { p.InReplyTo = parent })
		boost := e.post(fan, func(p *model.Post) { p.ReblogOf = own })
		e.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.PutFollow(ctx, model.Follow{ID: tx.NextID(), Follower: fan, Followee: account, CreatedAt: e.tick()})
			return errors.Join(err, tx.AddBlock(ctx, account, foe, e.tick()),
				tx.AddCredentials(ctx, model.Credentials{Account: account, Email: "purged@example.org", PasswordHash: "x"}))
		})
		told := map[string]bool{}
		e.Subscribe(func(ev store.Event) { told[fmt.Sprint(ev.Kind, " ", ev.Account, " ", ev.Subject)] = true })
		if err := erase(t.Context(), e.Store, 100, func(int) {}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{fmt.Sprint("unposted ", account, " ", own), fmt.Sprint("unposted ", fan, " ", boost), fmt.Sprint("post 0 ", parent),
			fmt.Sprint("relation ", fan, " ", account), fmt.Sprint("account ", account, " 0"), fmt.Sprint("signed_out ", account, " 0"), fmt.Sprint("account ", fan, " 0")} {
			if !told[want] {
				t.Errorf("nobody was told of %s: %v", want, slices.Sorted(maps.Keys(told)))
			}
		}
	})
}

// TestEraseSurvivesKill kills a process that erases, over and over, and then goes on itself: the end is the same.
func TestEraseSurvivesKill(t *testing.T) {
	c := store.Config{Dir: t.TempDir(), Now: time.Now}
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{t, s, c, testkit.NewClock(time.Now())}
	account := e.society(400)
	want := expected(e.rows(), account)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for range 5 {
		total += len(runChild(t, c.Dir, erases, 0))
	}
	e = reopened(t, c)
	left := 0
	if err := erase(t.Context(), e.Store, 50, func(n int) { left += n }); err != nil {
		t.Fatal(err)
	}
	e.same(want, "after five kills")
	if total == 0 || left == 0 {
		t.Errorf("%d steps before the kills and %d rows after: this test tests nothing", total, left)
	}
}
