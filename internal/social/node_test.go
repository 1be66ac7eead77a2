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
func node(t *testing.T, url string, number int, now func() time.Time, follow bool) *world {
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
	log := slog.New(slog.DiscardHandler)
	n, err := social.New(t.Context(), social.Config{Store: s, Feed: feed, Now: now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if follow {
		done := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { defer close(done); feed.Run(ctx, log) }()
		t.Cleanup(func() { cancel(); <-done })
	}
	return &world{fataler: t, ctx: t.Context(), store: s, net: n, clock: testkit.NewClock(now())}
}

func TestDarkOnOneNodeIsDarkOnTheOthers(t *testing.T) {
	url := testkit.Postgres(t)
	one, two := node(t, url, 1, time.Now, true), node(t, url, 2, time.Now, true)
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
	w := node(t, testkit.Postgres(t), 0, clock.Now, false)
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
