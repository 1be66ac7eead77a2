package testkit

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// chronicleEach is how many entries of a chronicle there are for each of the ordinary accounts that it is about, from member0
// on: ten darkenings that were undone, and what came before them.
const chronicleEach = 40

// chronicleChunk is how many entries are made at a time by one core, and committed together.
const chronicleChunk = 4096

// Chronicle makes the ledger of a World in dir long: size entries in all, with the privileged rows that they account
// for, of which there are 14 for every 4 entries. It does by plain inserts what the guard would have done with an
// agent's session on ordinary accounts: warn twice, deactivate, restore, and again. The store must be quiet meanwhile.
func (w *World) Chronicle(dir string, size int64) {
	w.TB.Helper()
	head, _, err := w.Store.LedgerHead(w.TB.Context())
	w.must(err)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "keyturn.db")+"?_pragma=synchronous(OFF)")
	w.must(err)
	defer db.Close()
	c := &chronicle{w: w, tb: w.TB, db: db, agent: w.Actor("agent"), first: head.Size, size: size, columns: map[string][]string{}}
	for level := range c.edge {
		if n := head.Size >> level; n > 0 && n%2 == 1 {
			hashes, err := w.Store.TreeHashes(w.TB.Context()).ReadHashes([]int64{tlog.StoredHashIndex(level, n-1)})
			w.must(err)
			c.edge[level] = hashes[0]
		}
	}
	c.policy, err = w.Store.PolicyHash(w.TB.Context())
	w.must(err)
	c.accounts()
	restore := c.dropTriggers()
	c.write()
	restore()
}

// dropTriggers takes the database's triggers away, which would note each row that is made here, until restore is called.
func (c *chronicle) dropTriggers() (restore func()) {
	c.tb.Helper()
	var texts []string
	exec := func(text string) {
		_, err := c.db.ExecContext(c.tb.Context(), text)
		c.w.must(err)
	}
	rows, err := c.db.QueryContext(c.tb.Context(), `SELECT name, sql FROM sqlite_master WHERE type = 'trigger'`)
	c.w.must(err)
	var names []string
	for rows.Next() {
		var name, text string
		c.w.must(rows.Scan(&name, &text))
		names, texts = append(names, name), append(texts, text)
	}
	c.w.must(rows.Close())
	for _, name := range names {
		exec(`DROP TRIGGER ` + name)
	}
	return func() {
		for _, text := range texts {
			exec(text)
		}
	}
}

// chronicle is a long ledger in the making.
type chronicle struct {
	w       *World
	tb      testing.TB
	db      *sql.DB
	agent   struct{ Person, Login model.ID }
	first   int64 // entry that is made
	size    int64
	members []model.ID
	edge    [64]tlog.Hash // the last complete subtree of each level
	columns map[string][]string
	policy  string // in force
}

func (c *chronicle) accounts() {
	var all []model.Account
	for i := range c.size/chronicleEach + 1 {
		id := c.w.Store.IDs().Next()
		c.members = append(c.members, id)
		all = append(all, model.Account{ID: id, Handle: fmt.Sprintf("member%d", i), CreatedAt: c.w.Clock.Now()})
	}
	c.w.Write(func(tx *store.Tx) error { return tx.SeedAccounts(c.tb.Context(), all) })
}

// inserted is a row as the database takes it; the last column, leaf, is among the values.
type inserted struct {
	table  string
	values []any
}

// piece is a run of entries with their rows, ready to be written.
type piece struct {
	records []ledger.Record
	rows    []inserted
	lifted  []inserted // sanctions that are written a second time
	err     error
}

// write makes pieces on every core and writes them in order.
func (c *chronicle) write() {
	c.tb.Helper()
	workers := runtime.GOMAXPROCS(0)
	var made []chan piece
	free := make(chan struct{}, 2*workers)
	for first := c.first; first < c.size; first += chronicleChunk {
		made = append(made, make(chan piece, 1))
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		for i, out := range made {
			free <- struct{}{}
			from := c.first + int64(i)*chronicleChunk
			wg.Go(func() { out <- c.make(from, min(from+chronicleChunk, c.size)) })
		}
	})
	for _, in := range made {
		p := <-in
		<-free
		if p.err == nil {
			p.err = c.commit(p)
		}
		if p.err != nil {
			c.tb.Error(p.err)
			return
		}
	}
}

// make makes the entries from first to before end.
func (c *chronicle) make(first, end int64) (p piece) {
	b := scribe{c: c, salts: rand.NewChaCha8([32]byte{byte(first), byte(first >> 8), byte(first >> 16), byte(first >> 24)})}
	for i := first; i < end; i++ {
		// Four entries on one account are one story; the last of a piece may be cut short.
		account := c.members[(i/4)%int64(len(c.members))]
		kinds := []model.CommandKind{model.CmdWarn, model.CmdWarn, model.CmdDeactivate, model.CmdRestore}
		kind := kinds[i%4]
		if kind == model.CmdRestore && b.sanction == nil {
			kind = model.CmdWarn
		}
		if err := b.entry(&p, i, kind, account); err != nil {
			p.err = err
			return p
		}
	}
	return p
}

// scribe writes the entries of one piece.
type scribe struct {
	c        *chronicle
	salts    *rand.ChaCha8
	sanction []any // the newest one, which is not lifted
}

func (b *scribe) entry(p *piece, index int64, kind model.CommandKind, account model.ID) error {
	ids, now := b.c.w.Store.IDs(), b.c.w.Clock.Now().UnixMilli()
	request, agent := ids.Next(), b.c.agent
	handle := "member" + strconv.FormatInt((index/4)%int64(len(b.c.members)), 10)
	need := model.Requirement{Keys: 1, Roles: []model.Role{model.RoleAgent}, Teams: 1}
	policy := b.c.policy
	e := ledger.Entry{Private: map[string]string{"reason": "because of the test", "salt": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		Facts: ledger.Facts{Version: ledger.Version, Index: index, Time: b.c.w.Clock.Now(), Event: ledger.EventExecuted, Kind: kind,
			Class: model.ClassStandard, Account: account, Actor: agent.Person, Login: agent.Login, Request: request, Handle: handle,
			Rule: "1", Policy: policy, Need: need, Keys: []ledger.KeyFact{{Person: agent.Person, Login: agent.Login, Session: true}}}}
	empty, hash := []byte{}, make([]byte, 32)
	b.put(p, &e, "requests", int64(request), string(kind), int64(account), 0, 0, "null", "1", 0, int64(agent.Person), int64(agent.Login),
		`{"handle":"`+handle+`","class":"standard","strictest":"standard","reach":100}`, `{"keys":1,"roles":["agent"],"teams":1,"wait":0}`,
		policy, hash, hash, "executed", now, now+86400_000, now, now, "", index, index)
	b.put(p, &e, "request_keys", int64(ids.Next()), int64(request), int64(agent.Person), int64(agent.Login), 0, empty, empty, empty, 0,
		empty, now, now, index)
	switch kind {
	case model.CmdWarn:
		b.put(p, &e, "strikes", int64(ids.Next()), int64(account), int64(request), 0, "1", now, 0, index)
	case model.CmdDeactivate:
		b.sanction = []any{int64(ids.Next()), int64(account), 0, string(kind), int64(request), 0, "1", now, 0, 0, index}
		b.put(p, &e, "sanctions", b.sanction...)
		b.put(p, &e, "charges", int64(ids.Next()), int64(agent.Person), int64(account), int64(request), string(kind), 0, 100, now, index)
	case model.CmdRestore:
		lifted := slices.Clone(b.sanction)
		lifted[9], lifted[10] = now, index
		e.Facts.Rows = append(e.Facts.Rows, b.c.row("sanctions", b.sanction, lifted))
		p.lifted = append(p.lifted, inserted{"sanctions", lifted})
		b.sanction = nil
		b.put(p, &e, "charges", int64(ids.Next()), int64(agent.Person), int64(account), int64(request), string(kind), 0, 0, now, index)
	}
	rec, err := e.Seal(b.salts)
	p.records = append(p.records, rec)
	return err
}

func (b *scribe) put(p *piece, e *ledger.Entry, table string, values ...any) {
	p.rows = append(p.rows, inserted{table, values})
	e.Facts.Rows = append(e.Facts.Rows, b.c.row(table, nil, values))
}

// row is a row as the ledger's facts have it.
func (c *chronicle) row(table string, before, values []any) ledger.Row {
	texts := func(values []any) map[string]string {
		if values == nil {
			return nil
		}
		all := make(map[string]string, len(values))
		for i, name := range chronicleColumns[table] {
			switch v := values[i].(type) {
			case []byte:
				all[name] = base64.StdEncoding.EncodeToString(v)
			default:
				all[name] = fmt.Sprint(v)
			}
		}
		return all
	}
	return ledger.Row{Table: table, Key: fmt.Sprint(values[0]), Before: texts(before), Values: texts(values)}
}

// chronicleColumns are those of the tables that a chronicle writes to, in their order.
var chronicleColumns = map[string][]string{
	"requests": {"id", "kind", "account", "post", "person", "params", "rule", "case_id", "requester", "login", "target", "need", "policy",
		"nonce", "reason_hash", "state", "created_at", "expires_at", "effect_at", "closed_at", "outcome", "opened", "leaf"},
	"request_keys": {"id", "request", "person", "login", "credential", "client_data", "authenticator_data", "signature", "head_size",
		"head_hash", "expires_at", "signed_at", "leaf"},
	"strikes":   {"id", "account", "request", "case_id", "rule", "at", "retracted_at", "leaf"},
	"sanctions": {"id", "account", "post", "kind", "request", "case_id", "rule", "start_at", "end_at", "lifted_at", "leaf"},
	"charges":   {"id", "person", "account", "request", "kind", "case_id", "reach", "at", "leaf"},
}

// commit writes a piece with the tree's hashes and the head.
func (c *chronicle) commit(p piece) error {
	ctx := c.tb.Context()
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	stmts := map[string]*sql.Stmt{}
	exec := func(text string, args ...any) error {
		s := stmts[text]
		if s == nil {
			if s, err = tx.PrepareContext(ctx, text); err != nil {
				return err
			}
			stmts[text] = s
		}
		_, err := s.ExecContext(ctx, args...)
		return err
	}
	var head ledger.Head
	for _, r := range p.records {
		hashes, now, err := ledger.Append(r.Index, r.Leaf, tlog.HashReaderFunc(c.readEdge))
		if err != nil {
			return err
		}
		head = now
		err = exec(`INSERT INTO leaves (idx, leaf, facts, facts_salt, private, private_salt) VALUES (?, ?, ?, ?, ?, ?)`,
			r.Index, r.Leaf, r.Facts, r.FactsSalt, r.Private, r.PrivateSalt)
		for level, h := range hashes {
			c.edge[level] = h
			if err == nil {
				err = exec(`INSERT INTO tree_hashes (idx, hash) VALUES (?, ?)`, tlog.StoredHashIndex(0, r.Index)+int64(level), h[:])
			}
		}
		if err != nil {
			return err
		}
	}
	for _, row := range slices.Concat(p.rows, p.lifted) {
		text := "INSERT OR REPLACE INTO " + row.table + " VALUES (?" + strings.Repeat(", ?", len(row.values)-1) + ")"
		if err := exec(text, row.values...); err != nil {
			return err
		}
	}
	at := p.records[0]
	e, err := at.Open()
	if err != nil {
		return err
	}
	if err := exec(`UPDATE ledger_head SET size = ?, root = ?, at = ?`, head.Size, head.Root[:], e.Facts.Time.UnixMilli()); err != nil {
		return err
	}
	return tx.Commit()
}

// readEdge reads the stored hashes that the next entry needs: those of the tree's right edge.
func (c *chronicle) readEdge(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, i := range indexes {
		level, _ := tlog.SplitStoredHashIndex(i)
		all = append(all, c.edge[level])
	}
	return all, nil
}
