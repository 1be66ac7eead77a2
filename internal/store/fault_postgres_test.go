package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// viaProxy opens a store on a PostgreSQL behind a proxy.
func viaProxy(t *testing.T) (*proxy, *engine) {
	t.Helper()
	p := newProxy(t, testkit.Postgres(t))
	c := store.Config{URL: p.url(), Now: ticking()}
	return p, &engine{T: t, Store: openStore(t, c), config: c}
}

func TestCommitThatIsNotAnsweredHappensOnce(t *testing.T) {
	p, e := viaProxy(t)
	told := 0
	e.Subscribe(func(store.Event) { told++ })
	for i, fault := range []commitFault{commitLost, replyLost} {
		for kind, k := range bothKinds {
			name := fmt.Sprint(kind, i)
			told = 0
			p.breakCommit(fault)
			if err := k.write(t.Context(), e.Store, name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if there, err := k.there(t.Context(), e.Store, name); !there || err != nil || told == 0 {
				t.Errorf("%s is there: %t (%v), %d events were told", name, there, err, told)
			}
		}
	}
	if n := e.replay(); n != 2 {
		t.Errorf("the ledger has %d entries of 2 writes", n)
	}
}

// TestCommitInDoubtIsSaidToBe cuts the network together with the answer to a commit: nobody can be asked.
func TestCommitInDoubtIsSaidToBe(t *testing.T) {
	p, e := viaProxy(t)
	for kind, k := range bothKinds {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p.breakCommit(networkLost)
		err := k.write(ctx, e.Store, kind)
		if model.KindOf(err) != model.KindUnavailable || !strings.Contains(fmt.Sprint(errors.Unwrap(err)), "not known") {
			t.Errorf("%s: %v: %v", kind, err, errors.Unwrap(err))
		}
		p.mend()
		if there, err := k.there(t.Context(), e.Store, kind); !there || err != nil {
			t.Errorf("%s: a commit whose answer was lost is there: %t (%v)", kind, there, err)
		}
	}
	e.replay()
}

// TestCommitInDoubtIsSettled has the network come back after a second, as after a failover.
func TestCommitInDoubtIsSettled(t *testing.T) {
	p, e := viaProxy(t)
	for kind, k := range bothKinds {
		p.breakCommit(networkLost)
		mend := time.AfterFunc(time.Second, p.mend)
		if err := k.write(t.Context(), e.Store, kind); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if mend.Stop() {
			t.Errorf("%s: the write did not wait for the network", kind)
		}
		if there, err := k.there(t.Context(), e.Store, kind); !there || err != nil {
			t.Errorf("%s is there: %t (%v)", kind, there, err)
		}
	}
	if n := e.replay(); n != 1 {
		t.Errorf("the ledger has %d entries", n)
	}
}

// TestCommitIsNotBrokenOffByItsCaller has callers leave while their commit is on its way: they are told what became of it.
func TestCommitIsNotBrokenOffByItsCaller(t *testing.T) {
	p, e := viaProxy(t)
	for kind, k := range bothKinds {
		ctx, leave := context.WithCancel(t.Context())
		told := 0
		e.Subscribe(func(store.Event) { told++ })
		p.beforeCommit(func() {
			leave()
			time.Sleep(50 * time.Millisecond) // for a driver that heeds it to do so
		})
		if err := k.write(ctx, e.Store, kind); err != nil || ctx.Err() == nil || told == 0 {
			t.Errorf("%s: %v, the caller left: %v, told %d events", kind, err, ctx.Err(), told)
		}
		if there, err := k.there(t.Context(), e.Store, kind); !there || err != nil {
			t.Errorf("%s is there: %t (%v)", kind, there, err)
		}
	}
}

func TestConnectionThatBreaksInAWriteIsReplaced(t *testing.T) {
	_, e := viaProxy(t)
	db := rawDB(t, e.config)
	runs := 0
	err := e.Write(t.Context(), func(tx *store.Tx) error {
		runs++
		if err := tx.AddAccount(t.Context(), model.Account{ID: 7, Handle: "once"}); err != nil {
			return err
		}
		if runs > 1 {
			return nil
		}
		pid, err := tx.Text(t.Context(), "SELECT pg_backend_pid()::text")
		if err != nil {
			return err
		}
		if number(t, db, "SELECT COUNT(*) FROM pg_terminate_backend($1)", pid) != 1 {
			t.Error("nothing was terminated")
		}
		return tx.Exec(t.Context(), "SELECT 1")
	})
	if err != nil || runs != 2 {
		t.Errorf("after %d runs: %v", runs, err)
	}
	if _, err := e.Account(t.Context(), 7); err != nil {
		t.Error(err)
	}
}

// TestFailuresAreToldApart raises errors as PostgreSQL does: what says nothing about the write is tried again, what
// does is told at once.
func TestFailuresAreToldApart(t *testing.T) {
	_, e := viaProxy(t)
	for code, want := range map[string]struct {
		again bool
		kind  model.ErrorKind
	}{
		"40001": {true, ""},                     // serialization_failure
		"40P01": {true, ""},                     // deadlock_detected
		"25006": {true, ""},                     // read_only_sql_transaction
		"57P03": {true, ""},                     // cannot_connect_now
		"08006": {true, ""},                     // connection_failure
		"53100": {false, model.KindUnavailable}, // disk_full
		"58030": {false, model.KindUnavailable}, // io_error
		"22001": {false, ""},                    // string_data_right_truncation
	} {
		runs := 0
		err := e.Write(t.Context(), func(tx *store.Tx) error {
			if runs++; runs > 1 {
				return nil
			}
			return fmt.Errorf("wrapped: %w", tx.Exec(t.Context(), "DO $$ BEGIN RAISE EXCEPTION 'the test says so' USING ERRCODE = '"+code+"'; END $$"))
		})
		if again := runs == 2; again != want.again || (err == nil) != want.again || model.KindOf(err) != want.kind {
			t.Errorf("%s: %d runs, %v of kind %q", code, runs, err, model.KindOf(err))
		}
	}
}

func TestDeadlockIsTriedAgain(t *testing.T) {
	_, e := viaProxy(t)
	var ids [2]model.ID
	for i, handle := range []string{"a", "b"} {
		var err error
		if ids[i], err = addAccount(t.Context(), e.Store, handle); err != nil {
			t.Fatal(err)
		}
	}
	var both, wg sync.WaitGroup
	both.Add(2)
	for i := range ids {
		wg.Go(func() {
			first := true
			err := e.Write(t.Context(), func(tx *store.Tx) error {
				if err := tx.SetProfile(t.Context(), model.Account{ID: ids[i], Note: fmt.Sprint(i)}); err != nil {
					return err
				}
				if first {
					first = false
					both.Done()
					both.Wait()
				}
				return tx.SetProfile(t.Context(), model.Account{ID: ids[1-i], Note: fmt.Sprint(i)})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestRestartsUnderLoadLoseNothing ends the server, politely and not, while many write.
func TestRestartsUnderLoadLoseNothing(t *testing.T) {
	server := testkit.NewPostgresServer(t)
	c := store.Config{URL: server.URL(), Now: ticking()}
	e := &engine{T: t, Store: openStore(t, c), config: c}
	var kept [4]sync.Map // what was acknowledged, by round
	var round, done atomic.Int32
	var wg sync.WaitGroup
	for kind, k := range bothKinds {
		for writer := range 4 {
			wg.Go(func() {
				for i := 0; done.Load() == 0; i++ {
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					name := fmt.Sprintf("%c%d_%d", kind[0], writer, i)
					if err := k.write(ctx, e.Store, name); err == nil {
						kept[round.Load()].Store([2]string{kind, name}, true)
					} else if model.KindOf(err) != model.KindUnavailable {
						t.Errorf("%s: %v", name, err)
					}
					cancel()
				}
			})
		}
	}
	awaitSome := func() {
		t.Helper()
		testkit.Eventually(t, 30*time.Second, func() error {
			for kind := range bothKinds {
				n := 0
				kept[round.Load()].Range(func(k, _ any) bool {
					if k.([2]string)[0] == kind {
						n++
					}
					return n < 10
				})
				if n < 10 {
					return fmt.Errorf("%d writes of the kind %s in round %d", n, kind, round.Load())
				}
			}
			return nil
		})
	}
	for _, end := range []func(){server.Crash, server.Stop, server.Crash} {
		awaitSome()
		end()
		server.Start()
		round.Add(1)
	}
	awaitSome()
	done.Store(1)
	wg.Wait()
	for i := range kept {
		kept[i].Range(func(what, _ any) bool {
			w := what.([2]string)
			if there, err := bothKinds[w[0]].there(t.Context(), e.Store, w[1]); !there || err != nil {
				t.Errorf("round %d: %v was acknowledged and is there: %t (%v)", i, w, there, err)
			}
			return true
		})
	}
	if entries, settings := e.replay(), number(t, rawDB(t, c), "SELECT COUNT(*) FROM settings"); entries != settings {
		t.Errorf("the ledger has %d entries for %d writes", entries, settings)
	}
}

func TestDatabaseThatIsGoneIsSaidToBe(t *testing.T) {
	p, e := viaProxy(t)
	for _, k := range bothKinds {
		if err := k.write(t.Context(), e.Store, "before"); err != nil {
			t.Fatal(err)
		}
	}
	p.cut()
	for kind, k := range bothKinds {
		if _, err := k.there(t.Context(), e.Store, "before"); model.KindOf(err) != model.KindUnavailable {
			t.Errorf("%s: reading: %v", kind, err)
		}
		if err := k.write(t.Context(), e.Store, "lost"); model.KindOf(err) != model.KindUnavailable {
			t.Errorf("%s: writing: %v", kind, err)
		}
	}
	e.wantKind(e.Ping(t.Context()), model.KindUnavailable)
	if _, err := store.Open(t.Context(), e.config); err == nil {
		t.Error("a store was opened on a database that is gone")
	}
	p.mend()
	for kind, k := range bothKinds {
		if there, err := k.there(t.Context(), e.Store, "before"); !there || err != nil {
			t.Errorf("%s: reading: %t, %v", kind, there, err)
		}
		if there, err := k.there(t.Context(), e.Store, "lost"); there || err != nil {
			t.Errorf("%s: reading what was refused: %t, %v", kind, there, err)
		}
		if err := k.write(t.Context(), e.Store, "after"); err != nil {
			t.Errorf("%s: writing: %v", kind, err)
		}
	}
	if err := e.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	e.replay()
}

// TestDatabaseThatHangsIsNotWaitedForForEver has the network swallow everything, without a word.
func TestDatabaseThatHangsIsNotWaitedForForEver(t *testing.T) {
	p, e := viaProxy(t)
	for kind, k := range bothKinds {
		if err := k.write(t.Context(), e.Store, "before"); err != nil {
			t.Fatal(err)
		}
		for what, call := range map[string]func(context.Context) error{
			"reading": func(ctx context.Context) error {
				p.pause()
				_, err := k.there(ctx, e.Store, "before")
				return err
			},
			"writing": func(ctx context.Context) error {
				p.pause()
				return k.write(ctx, e.Store, "lost")
			},
			"in the middle of writing": func(ctx context.Context) error {
				return e.Write(ctx, func(tx *store.Tx) error {
					if err := tx.AddAccount(ctx, model.Account{ID: tx.NextID(), Handle: "lost"}); err != nil {
						return err
					}
					p.pause()
					return tx.Exec(ctx, "SELECT 1")
				})
			},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			if err := call(ctx); model.KindOf(err) != model.KindUnavailable {
				t.Errorf("%s, %s: %v of kind %q", kind, what, err, model.KindOf(err))
			}
			cancel()
			p.resume()
		}
		if there, err := k.there(t.Context(), e.Store, "lost"); there || err != nil {
			t.Errorf("%s: what was given up is there: %t (%v)", kind, there, err)
		}
		if err := k.write(t.Context(), e.Store, "after"); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	e.replay()
}

func TestNodesMayStartAtOnce(t *testing.T) {
	url := testkit.Postgres(t)
	var wg sync.WaitGroup
	for node := range 4 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.Config{URL: url, Node: node, Now: time.Now})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
