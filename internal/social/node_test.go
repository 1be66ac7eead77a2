package social_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// node is one of several that serve a database.
func node(t *testing.T, url string, number int, now func() time.Time) (*world, *store.Feed) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url, Node: number, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	feed, err := s.NewFeed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n, err := social.New(t.Context(), social.Config{Store: s, Feed: feed, Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return &world{fataler: t, ctx: t.Context(), store: s, net: n, clock: testkit.NewClock(now())}, feed
}

// follow has a node read the feed until the test ends.
func follow(t *testing.T, feed *store.Feed) {
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { defer close(done); feed.Run(ctx, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() { cancel(); <-done })
}

func TestDarkOnOneNodeIsDarkOnTheOthers(t *testing.T) {
	url := testkit.Postgres(t)
	one, feed1 := node(t, url, 1, time.Now)
	two, feed2 := node(t, url, 2, time.Now)
	follow(t, feed1)
	follow(t, feed2)
	one.ok(one.store.Privileged(one.ctx, func(p *store.PrivTx) error { // a ledger begins with its store's birth
		p.Entry.Facts.Event = ledger.EventBorn
		return nil
	}))
	ann, bob := one.account("ann"), one.account("bob")
	post := one.say(ann, "hello")
	must[social.Post](two)(two.view(bob).Post(two.ctx, post))
	s := one.sanction(model.SanctionDeactivate, ann, 0, time.Time{})
	within := func(want model.ErrorKind) {
		t.Helper()
		testkit.Eventually(t, time.Second, func() error {
			v, err := two.net.View(two.ctx, 0)
			if err != nil {
				return err
			}
			if _, err = v.Post(two.ctx, post); model.KindOf(err) != want {
				return errors.New("the other node does not know yet")
			}
			return nil
		})
	}
	within(model.KindNotFound)
	one.lift(s)
	within("")
	one.ok(one.net.Delete(one.ctx, ann, post))
	within(model.KindNotFound)
}

func TestANodeThatLostTouchRefusesToAnswer(t *testing.T) {
	clock := testkit.NewClock(time.Now())
	w, _ := node(t, testkit.Postgres(t), 0, clock.Now)
	ann := w.account("ann")
	clock.Advance(time.Second)
	w.view(ann)
	clock.Advance(time.Millisecond)
	_, err := w.net.View(w.ctx, ann)
	w.wantKind(err, model.KindUnavailable)
	_, err = w.net.Post(w.ctx, ann, social.NewPost{Text: "x"})
	w.wantKind(err, model.KindUnavailable)
	if _, err := social.New(w.ctx, social.Config{Store: w.store, Now: clock.Now}); err == nil {
		t.Error("a network on a shared database was made without a feed")
	}
}

func TestANodeThatComesBackMissesNothing(t *testing.T) {
	url, clock := testkit.Postgres(t), testkit.NewClock(time.Now())
	one, feed1 := node(t, url, 1, clock.Now)
	two, feed2 := node(t, url, 2, clock.Now)
	ann := one.account("ann")
	post := one.say(ann, "hello")
	must[social.Post](two)(two.view(0).Post(two.ctx, post))
	one.ok(one.net.Delete(one.ctx, ann, post))
	clock.Advance(10 * time.Minute) // two was cut off meanwhile
	follow(t, feed1)
	follow(t, feed2)
	testkit.Eventually(t, 5*time.Second, func() error {
		v, err := two.net.View(two.ctx, 0)
		if err != nil {
			return err
		}
		if _, err = v.Post(two.ctx, post); model.KindOf(err) != model.KindNotFound {
			return errors.New("the node shows a post that was deleted while it was cut off")
		}
		return nil
	})
}

func TestANodeThatWasAwayForTooLongStaysRefusing(t *testing.T) {
	clock := testkit.NewClock(time.Now())
	w, feed := node(t, testkit.Postgres(t), 0, clock.Now)
	clock.Advance(2 * time.Hour) // longer than members' rows stay in the feed: some may have been missed
	follow(t, feed)
	for range 5 {
		time.Sleep(100 * time.Millisecond) // the feed is read five times a second
		_, err := w.net.View(w.ctx, 0)
		w.wantKind(err, model.KindUnavailable)
	}
}
