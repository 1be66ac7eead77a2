package audit_test

import (
	"database/sql"
	"path/filepath"
	"sync"
	"testing"

	_ "modernc.org/sqlite"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// book is a World with a long ledger, and its database.
type book struct {
	*testkit.World
	t  testing.TB
	db *sql.DB
}

// newBook makes a World in which @president was suspended by three keys and restored, and then, by as many entries as
// make size, thousands of other accounts were warned with a session.
func newBook(t testing.TB, size int64) *book {
	t.Helper()
	dir := t.TempDir()
	b := &book{World: testkit.NewWorld(t, testkit.WorldOptions{Dir: dir}), t: t}
	db, err := sql.Open("sqlite", filepath.Join(dir, "keyturn.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b.db = db
	b.Do("agent", b.Command(model.CmdSuspend, "president"), "lead", "gov", "security")
	b.Do("agent", b.Command(model.CmdRestore, "president"), "lead2")
	head, _, err := b.Store.LedgerHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.warn(size - head.Size)
	return b
}

// warn appends n entries, each of which says that an agent warned an account.
func (b *book) warn(n int64) {
	b.t.Helper()
	agent := b.Actor("agent")
	var wg sync.WaitGroup
	work := make(chan int64)
	for range 64 { // writes that wait together are committed together
		wg.Go(func() {
			for i := range work {
				if err := b.warning(model.ID(1_000_000+i%5000), agent.Person, agent.Login); err != nil {
					b.t.Error(err)
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
}

func (b *book) warning(account, person, login model.ID) error {
	ctx, now := b.t.Context(), b.Clock.Now()
	return b.Store.Privileged(ctx, func(p *store.PrivTx) error {
		policy, err := p.PolicyHash(ctx)
		if err != nil {
			return err
		}
		q := model.Request{ID: p.NextID(), Requester: person, Login: login, State: model.StateExecuted, Policy: policy,
			Command: model.Command{Kind: model.CmdWarn, Account: account, Rule: "1"}, Nonce: make([]byte, 32), Reason: make([]byte, 32),
			Target:    model.Target{Handle: "somebody", Class: model.ClassStandard, Strictest: model.ClassStandard},
			Need:      model.Requirement{Keys: 1, Roles: []model.Role{model.RoleAgent}, Teams: 1},
			CreatedAt: now, ExpiresAt: now.Add(model.RequestLife), ClosedAt: now, Opened: p.Leaf()}
		p.Entry = ledger.Entry{Private: map[string]string{"reason": "because of the test"}, Facts: ledger.Facts{
			Event: ledger.EventExecuted, Kind: model.CmdWarn, Class: model.ClassStandard, Account: account, Actor: person,
			Login: login, Request: q.ID, Handle: "somebody", Rule: "1", Policy: q.Policy, Need: q.Need,
			Keys: []ledger.KeyFact{{Person: person, Login: login, Session: true}}}}
		if err := p.PutRequest(ctx, q); err != nil {
			return err
		}
		if err := p.PutKey(ctx, model.Key{ID: p.NextID(), Request: q.ID, Person: person, Login: login, SignedAt: now}); err != nil {
			return err
		}
		return p.PutStrike(ctx, store.Strike{ID: p.NextID(), Account: account, Request: q.ID, Rule: "1", At: now})
	})
}

// exec changes the database behind the server's back.
func (b *book) exec(text string, args ...any) {
	b.t.Helper()
	if _, err := b.db.ExecContext(b.t.Context(), text, args...); err != nil {
		b.t.Fatalf("%s: %v", text, err)
	}
}
