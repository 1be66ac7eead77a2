package store_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// follower is a node that follows what others write, and notes what it is told.
type follower struct {
	*store.Store
	feed *store.Feed

	mu   sync.Mutex
	told []store.Event
	at   []time.Time
}

func follow(t *testing.T, c store.Config) *follower {
	t.Helper()
	c.Node = 1
	f := &follower{Store: openStore(t, c)}
	f.Subscribe(func(e store.Event) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.told, f.at = append(f.told, e), append(f.at, time.Now())
	})
	var err error
	if f.feed, err = f.NewFeed(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

// news is what was told since it was last asked for.
func (f *follower) news() []store.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	told := f.told
	f.told, f.at = nil, nil
	return told
}

// read reads the feed once, which must succeed, and gives what it told.
func (f *follower) read(t *testing.T) []store.Event {
	t.Helper()
	if err := f.feed.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f.news()
}

// TestNodesTellEachOtherInTime has one node write while another follows: each event must be there within a second (law
// 8), those of privileged writes in the ledger's order, each with the sanctions that hold.
func TestNodesTellEachOtherInTime(t *testing.T) {
	c := store.Config{URL: testkit.Postgres(t), Now: time.Now}
	s, f := openStore(t, c), follow(t, c)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { f.feed.Run(ctx, slog.New(slog.DiscardHandler)) })

	const writes = 40
	committed := map[model.ID]time.Time{}
	for i := range writes {
		id, err := addAccount(ctx, s, fmt.Sprint("member", i))
		if err != nil {
			t.Fatal(err)
		}
		committed[id] = time.Now()
		e := &engine{T: t, Store: s}
		account := s.IDs().Next()
		if err := e.automatic(func(ctx context.Context, p *store.PrivTx) error {
			return p.PutSanction(ctx, model.Sanction{ID: p.NextID(), Account: account, Kind: model.SanctionBan, Start: p.Now()})
		}); err != nil {
			t.Fatal(err)
		}
		committed[account] = time.Now()
		time.Sleep(10 * time.Millisecond)
	}
	testkit.Eventually(t, 10*time.Second, func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		if n := len(f.told); n < 3*writes {
			return fmt.Errorf("%d events were told", n)
		}
		return nil
	})
	stop()
	running.Wait()

	var leaves []int64
	var late []time.Duration
	for i, e := range f.told {
		if at, ours := committed[e.Account]; ours {
			late = append(late, f.at[i].Sub(at))
			delete(committed, e.Account)
		}
		if e.Kind == store.EventSanctions {
			leaves = append(leaves, e.Leaf)
			if len(e.Sanctions) != 1 || e.Sanctions[0].Account != e.Account {
				t.Errorf("told of account %d: %v", e.Account, e.Sanctions)
			}
		}
	}
	if len(committed) > 0 || !slices.IsSorted(leaves) || len(leaves) != writes {
		t.Errorf("%d writes were not told; the entries of %d were: %v", len(committed), len(leaves), leaves)
	}
	if slowest := slices.Max(late); slowest > time.Second {
		t.Errorf("an event took %v", slowest)
	} else {
		t.Logf("the slowest event took %v", slowest)
	}
}

// TestSettingsReachOtherNodes: a setting that one node changes is told on another with all settings as they are.
func TestSettingsReachOtherNodes(t *testing.T) {
	c := store.Config{URL: testkit.Postgres(t), Now: ticking()}
	f, e := follow(t, c), &engine{T: t, Store: openStore(t, c)}
	for _, value := range []string{"100000", "5"} {
		if err := e.automatic(func(ctx context.Context, p *store.PrivTx) error {
			return errors.Join(p.PutSetting(ctx, "high_profile_at", value), p.PutSetting(ctx, "demo", "false"))
		}); err != nil {
			t.Fatal(err)
		}
		var told []map[string]string
		for _, event := range f.read(t) {
			if event.Kind == store.EventSettings {
				told = append(told, event.Settings)
			}
		}
		if diff := cmp.Diff([]map[string]string{{"high_profile_at": value, "demo": "false"}}, told); diff != "" {
			t.Errorf("told of %s (-want +got):\n%s", value, diff)
		}
	}
}

func TestFirstEntryIsToldLikeAnyOther(t *testing.T) {
	c := store.Config{URL: testkit.Postgres(t), Now: ticking()}
	f, e := follow(t, c), &engine{T: t, Store: openStore(t, c)}
	banned := model.Sanction{ID: 1, Account: 7, Kind: model.SanctionBan, Start: c.Now()}
	if err := e.automatic(func(ctx context.Context, p *store.PrivTx) error { return p.PutSanction(ctx, banned) }); err != nil {
		t.Fatal(err)
	}
	want := []store.Event{{Kind: store.EventSanctions, Account: 7, Sanctions: []model.Sanction{banned}}, {Kind: store.EventStaff}}
	if diff := cmp.Diff(want, f.read(t)); diff != "" {
		t.Error(diff)
	}
	if again := f.read(t); again != nil {
		t.Errorf("told again: %v", again)
	}
}

// TestLateRowsOfTheFeedAreTold puts members' rows into the feed out of the order of their IDs, as transactions that
// take long do.
func TestLateRowsOfTheFeedAreTold(t *testing.T) {
	clock := testkit.NewClock(time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC))
	c := store.Config{URL: testkit.Postgres(t), Now: clock.Now}
	f, db := follow(t, c), rawDB(t, c)
	put := func(subject int, made time.Time) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), "INSERT INTO feed (id, leaf, kind, account, subject) VALUES ($1, -1, 'posted', 1, $2)",
			int64(model.IDAt(made))+int64(subject), subject)
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(subjects ...model.ID) {
		t.Helper()
		var told []model.ID
		for _, e := range f.read(t) {
			told = append(told, e.Subject)
		}
		if !slices.Equal(told, subjects) {
			t.Errorf("told %v, want %v", told, subjects)
		}
	}
	began := clock.Now()
	clock.Advance(time.Minute)
	want()
	put(1, clock.Now())
	want(1)
	put(2, clock.Now().Add(-9*time.Second)) // committed after a younger row was read
	want(2)
	put(3, clock.Advance(time.Millisecond))
	put(4, clock.Now().Add(-time.Second))
	want(4, 3)
	want()

	// A node that is cut off reads on from where it was.
	for subject := 5; subject < 8; subject++ {
		put(subject, clock.Advance(10*time.Minute))
	}
	want(5, 6, 7)
	clock.Set(began.Add(2 * time.Minute)) // set back: rows of nodes whose clock is right are younger
	put(8, clock.Now())
	want(8)

	clock.Advance(2 * time.Hour)
	if err := f.feed.Read(t.Context()); err == nil {
		t.Error("a node that has missed rows for good goes on")
	}
}

// TestWriteThatTakesLongIsTold has a node read the feed while a write that began long before is still under way.
func TestWriteThatTakesLongIsTold(t *testing.T) {
	clock := testkit.NewClock(time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC))
	c := store.Config{URL: testkit.Postgres(t), Now: clock.Now}
	f, s := follow(t, c), openStore(t, c)
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.AddAccount(t.Context(), model.Account{ID: 7, Handle: "slow"}); err != nil {
			return err
		}
		clock.Advance(time.Minute)
		if early := f.read(t); early != nil {
			t.Errorf("told of what is not committed: %v", early)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if told := f.read(t); len(told) != 1 || told[0].Account != 7 {
		t.Errorf("told %v", told)
	}
}

func TestFeedKnowsHowOldItIs(t *testing.T) {
	clock := testkit.NewClock(time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC))
	p := newProxy(t, testkit.Postgres(t))
	f := follow(t, store.Config{URL: p.url(), Now: clock.Now})
	age := func(want time.Duration) {
		t.Helper()
		if got := f.feed.Age(); got != want {
			t.Errorf("the feed is %v old, want %v", got, want)
		}
	}
	age(0)
	clock.Advance(3 * time.Second) // the process was stopped, the machine suspended
	age(3 * time.Second)
	f.read(t)
	age(0)

	p.cut()
	clock.Advance(time.Second)
	if err := f.feed.Read(t.Context()); model.KindOf(err) != model.KindUnavailable {
		t.Errorf("reading from a database that is gone: %v", err)
	}
	age(time.Second)
	p.mend()
	p.pause() // connected, but nothing comes back
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := f.feed.Read(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("reading from a database that hangs: %v", err)
	}
	p.resume()
	age(time.Second)
	f.read(t)
	age(0)
}

func TestFeedComesBackByItself(t *testing.T) {
	p := newProxy(t, testkit.Postgres(t))
	f := follow(t, store.Config{URL: p.url(), Now: time.Now})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var running sync.WaitGroup
	var log errorCount
	running.Go(func() { f.feed.Run(ctx, slog.New(&log)) })
	old := func(want bool) {
		t.Helper()
		testkit.Eventually(t, 20*time.Second, func() error {
			if age := f.feed.Age(); age > time.Second != want {
				return fmt.Errorf("the feed is %v old", age)
			}
			return nil
		})
	}
	for round := 1; round <= 2; round++ {
		old(false)
		p.cut()
		old(true)
		if log.n() != round {
			t.Errorf("%d errors were logged in round %d", log.n(), round)
		}
		p.mend()
	}
	old(false)
	stop()
	running.Wait()
}

// errorCount is a log that counts.
type errorCount struct {
	mu    sync.Mutex
	count int
}

func (c *errorCount) Enabled(context.Context, slog.Level) bool { return true }
func (c *errorCount) WithAttrs([]slog.Attr) slog.Handler       { return c }
func (c *errorCount) WithGroup(string) slog.Handler            { return c }
func (c *errorCount) Handle(context.Context, slog.Record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	return nil
}

func (c *errorCount) n() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}
