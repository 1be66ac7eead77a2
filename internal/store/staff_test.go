package store_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestChallengeIsTakenOnce(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		want := store.Challenge{Hash: []byte("challenge"), Purpose: "key", Person: 1, Login: 2, Subject: 3, HeadSize: 4,
			HeadHash: []byte{5}, ExpiresAt: e.clock.Now()}
		for range 2 { // asked for twice within a millisecond
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddChallenge(ctx, want) })
		}
		take := func() (c store.Challenge, err error) {
			err = e.try(func(ctx context.Context, tx *store.Tx) error {
				c, err = tx.TakeChallenge(ctx, want.Hash)
				return err
			})
			return c, err
		}
		undone := e.try(func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.TakeChallenge(ctx, want.Hash); err != nil {
				t.Error(err)
			}
			return context.Canceled
		})
		if undone == nil {
			t.Error("a write did not fail")
		}
		var taken atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				c, err := take()
				if err == nil {
					taken.Add(1)
					if diff := cmp.Diff(want, c); diff != "" {
						t.Error(diff)
					}
				} else if model.KindOf(err) != model.KindNotFound {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := taken.Load(); n != 1 {
			t.Errorf("taken %d times", n)
		}
	})
}

func TestSessionsEndWithTheirPerson(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		now := e.clock.Now()
		session := func(person model.ID) store.StaffSession {
			return store.StaffSession{Hash: []byte("of " + person.String()), Person: person, Login: 9, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
		}
		for person := model.ID(1); person <= 3; person++ {
			e.write(func(ctx context.Context, tx *store.Tx) error {
				if err := tx.AddChallenge(ctx, store.Challenge{Hash: session(person).Hash, Person: person}); err != nil {
					return err
				}
				return tx.AddStaffSession(ctx, session(person))
			})
		}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndStaffSession(ctx, session(1).Hash) })
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.EndStaffSessionsOf(ctx, 2) })
		for person, want := range map[model.ID][2]bool{1: {false, true}, 2: {false, false}, 3: {true, true}} {
			s, err1 := e.StaffSession(t.Context(), session(person).Hash)
			err2 := e.try(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.TakeChallenge(ctx, session(person).Hash)
				return err
			})
			if there := [2]bool{err1 == nil, err2 == nil}; there != want {
				t.Errorf("session and challenge of %d are there: %v, want %v", person, there, want)
			}
			if diff := cmp.Diff(session(person), s); want[0] && diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestEnrolmentTakesOnePasskeyOnce(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ctx, now := t.Context(), e.clock.Now()
		want := store.Enrolment{ID: 1, TokenHash: []byte("token"), Login: "agent", Person: 2, InvitedBy: 3, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddEnrolment(ctx, want) })
		want.Name, want.Handle, want.PublicKey, want.AAGUID = "my key", []byte("handle"), []byte("key"), []byte{}
		second := want
		second.Handle = []byte("another")
		set := func(en store.Enrolment) error {
			return e.try(func(ctx context.Context, tx *store.Tx) error { return tx.SetEnrolmentKey(ctx, en) })
		}
		if err := set(want); err != nil {
			t.Fatal(err)
		}
		e.wantKind(set(second), model.KindConflict)
		open := got[[]store.Enrolment](e)
		for _, read := range []store.Enrolment{got[store.Enrolment](e)(e.Enrolment(ctx, 1)),
			got[store.Enrolment](e)(e.EnrolmentByToken(ctx, []byte("token"))), only(t, open(e.OpenEnrolments(ctx, now)))} {
			if diff := cmp.Diff(want, read, sameRows); diff != "" {
				t.Error(diff)
			}
		}
		if late := open(e.OpenEnrolments(ctx, want.ExpiresAt)); late != nil {
			t.Errorf("open after it has expired: %v", late)
		}
		use := func() error {
			return e.automatic(func(ctx context.Context, p *store.PrivTx) error { return p.UseEnrolment(ctx, 1) })
		}
		if err := use(); err != nil {
			t.Fatal(err)
		}
		e.wantKind(use(), model.KindConflict)
		if used := open(e.OpenEnrolments(ctx, now)); used != nil {
			t.Errorf("open after it was used: %v", used)
		}
		_, err := e.EnrolmentByToken(ctx, []byte("other"))
		e.wantKind(err, model.KindNotFound)
	})
}

func TestExpiredIsDropped(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		now := e.clock.Now()
		for i, expires := range []time.Time{now.Add(-time.Millisecond), now} {
			hash := []byte(strconv.Itoa(i))
			e.write(func(ctx context.Context, tx *store.Tx) error {
				if err := tx.AddChallenge(ctx, store.Challenge{Hash: hash, ExpiresAt: expires}); err != nil {
					return err
				}
				return tx.AddStaffSession(ctx, store.StaffSession{Hash: hash, ExpiresAt: expires})
			})
		}
		e.account("member") // a member's row of the feed and, with the writes before, keys of writes
		leaf, err := putSetting(t.Context(), e.Store, "privileged", "")
		if err != nil {
			t.Fatal(err)
		}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.DropExpired(ctx, now) })
		db := rawDB(t, e.config)
		for _, table := range []string{"challenges", "staff_sessions"} {
			if n := number(t, db, "SELECT COUNT(*) FROM "+table); n != 1 {
				t.Errorf("%d rows are left of %s, want 1", n, table)
			}
		}
		feed := "SELECT COUNT(*) FROM feed WHERE leaf = $1"
		if n := number(t, db, feed, -1); e.Shared() != (n > 0) {
			t.Errorf("%d members' rows are in the feed", n)
		}
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.DropExpired(ctx, now.Add(2*time.Hour)) })
		if members, privileged := number(t, db, feed, -1), number(t, db, feed, leaf); members != 0 || privileged == 0 {
			t.Errorf("%d members' rows and %d privileged ones are left of the feed", members, privileged)
		}
		if n := number(t, db, "SELECT COUNT(*) FROM write_keys"); n > 1 {
			t.Errorf("%d keys of writes are left", n)
		}
	})
}
