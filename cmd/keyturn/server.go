package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"keyturn/internal/desk"
	"keyturn/internal/guard"
	"keyturn/internal/logserver"
	"keyturn/internal/mastodon"
	"keyturn/internal/moderation"
	"keyturn/internal/owner"
	"keyturn/internal/pages"
	"keyturn/internal/social"
	"keyturn/internal/softkey"
	"keyturn/internal/staff"
	"keyturn/internal/store"
	"keyturn/internal/watch"
	"keyturn/internal/web"
)

// drainTime is how long requests under way may take to finish when the server stops.
const drainTime = 10 * time.Second

// tidyEvery is how often what has expired is dropped.
const tidyEvery = time.Minute

// title is the network's name, about what it is.
const (
	title = "Keyturn"
	about = "A social network in which no single person can make a protected account go dark."
)

// edge is how a server meets strangers.
type edge struct {
	limits  mastodon.Limits
	sources web.Sources
	kept    string // a file for the newest checkpoint, apart from the data; "": none
}

// server is everything that runs on a store.
type server struct {
	st      *store.Store
	log     *slog.Logger
	edge    edge
	now     func() time.Time
	guard   *guard.Guard
	net     *social.Network
	staff   *staff.Staff
	cases   *moderation.Moderation
	watch   *watch.Watch
	feed    *store.Feed // nil on the embedded store
	network http.Handler
	desk    http.Handler
}

// runServer serves a store until ctx ends, then drains: no new connections, requests under way finish.
func runServer(ctx context.Context, st *store.Store, l listeners, e edge, log *slog.Logger) error {
	s, err := newServer(ctx, st, e, time.Now, log)
	if err != nil {
		l.close()
		return err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var loops sync.WaitGroup
	loops.Go(func() { s.guard.Run(background) })
	loops.Go(func() { s.tidy(background) })
	loops.Go(func() { s.watch.Run(background) })
	if s.feed != nil {
		loops.Go(func() { s.feed.Run(background, log) })
	}
	errs := make([]error, 3)
	var doors sync.WaitGroup
	doors.Go(func() { errs[0] = web.Serve(ctx, l.network, s.network, drainTime) })
	doors.Go(func() { errs[1] = web.Serve(ctx, l.desk, s.desk, drainTime) })
	doors.Go(func() { errs[2] = web.Serve(ctx, l.ops, opsHandler(st, s.feed, s.staff, s.watch), drainTime) })
	doors.Wait()
	stop()
	loops.Wait()
	return errors.Join(errs...)
}

// newServer wires the packages together. They all go by the one clock.
func newServer(ctx context.Context, st *store.Store, e edge, now func() time.Time, log *slog.Logger) (*server, error) {
	s := &server{st: st, edge: e, now: now, log: log, cases: moderation.New(st, now)}
	var err error
	if st.Shared() {
		// The feed begins before memory is loaded: what is committed in between is told, at worst twice.
		if s.feed, err = st.NewFeed(ctx); err != nil {
			return nil, fmt.Errorf("following the feed: %w", err)
		}
	}
	if s.guard, err = guard.New(ctx, st, now, log); err != nil {
		return nil, err
	}
	s.watch = watch.New(watch.Config{Store: st, Guard: s.guard, Now: now, Log: log, Kept: e.kept})
	if err := s.watch.Recall(ctx); err != nil {
		return nil, err
	}
	settings := s.guard.Settings()
	s.net, err = social.New(ctx, social.Config{Store: st, Feed: s.feed, Now: s.now, Log: log,
		HighProfileAt: s.guard.HighProfileAt, Raise: s.guard.RaiseClass})
	if err != nil {
		return nil, fmt.Errorf("loading the network: %w", err)
	}
	if s.network, err = s.publicHandler(ctx, settings); err != nil {
		return nil, err
	}
	s.desk, err = s.deskHandler(ctx)
	return s, err
}

// publicHandler is what members and the public see.
func (s *server) publicHandler(ctx context.Context, settings guard.Settings) (http.Handler, error) {
	signIns := web.NewLimiter(s.edge.limits.SignIns, s.now)
	api, err := mastodon.New(s.net, mastodon.Config{URL: settings.URL, Title: title, Version: version(), Now: s.now, Log: s.log,
		Guard: s.guard, Moderation: s.cases,
		Description: about, Limits: s.edge.limits, SignIns: signIns, Sources: s.edge.sources})
	if err != nil {
		return nil, err
	}
	site, err := pages.New(s.net, pages.Config{URL: settings.URL, Title: title, Description: about, Now: s.now,
		Log: s.log, Sources: s.edge.sources, SignIns: signIns,
		Moderation: s.cases, Owner: owner.New(owner.Config{Store: s.st, Guard: s.guard, Network: s.net, Now: s.now})})
	if err != nil {
		return nil, err
	}
	ledger, err := logserver.New(ctx, s.st)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, path := range []string{"/api/", "/oauth/", "/.well-known/", "/nodeinfo/"} {
		mux.Handle(path, api)
	}
	ledger.Mount(mux, s.log)
	mux.Handle("/", site)
	return web.Common{Log: s.log, Now: s.now, Style: web.MastodonStyle}.Wrap(mux), nil
}

// deskHandler is what the staff see.
func (s *server) deskHandler(ctx context.Context) (http.Handler, error) {
	var err error
	s.staff, err = staff.New(ctx, staff.Config{Store: s.st, Guard: s.guard, Software: []byte(softkey.AAGUID), Now: s.now})
	if err != nil {
		return nil, err
	}
	return desk.New(desk.Config{Store: s.st, Guard: s.guard, Staff: s.staff, Moderation: s.cases, Watch: s.watch,
		Sources: s.edge.sources, Log: s.log, Now: s.now})
}

// tidy drops what has expired, tends the cases and records the noise at the desk's door, until ctx ends. Nothing depends
// on it: whatever reads an expired row checks its time, and whoever reads a case who works on it.
func (s *server) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	recorded := s.now()
	for {
		if err := s.cases.Tend(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("the cases cannot be tended yet", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.st.Write(ctx, func(tx *store.Tx) error { return tx.DropExpired(ctx, s.now()) })
		recorded = s.noise(ctx, recorded)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("what has expired cannot be dropped yet", "err", err)
		}
	}
}

// maxNoise is how many entries of noise one minute may make; the rest of a minute's noise is one entry more.
const maxNoise = 20

// noise records the failed sign-ins of the minutes that are over and were not recorded, and says up to when it did.
func (s *server) noise(ctx context.Context, from time.Time) time.Time {
	until := s.now().UTC().Truncate(time.Minute)
	made := map[time.Time]int{}
	rest := map[time.Time]int64{}
	for _, f := range s.staff.Failures() {
		if f.Minute.Before(from.UTC().Truncate(time.Minute)) || !f.Minute.Before(until) {
			continue
		}
		if made[f.Minute]++; made[f.Minute] > maxNoise {
			rest[f.Minute] += f.Count
		} else if err := s.guard.Noise(ctx, f.Source, f.Minute, f.Count); err != nil {
			s.log.Warn("failed sign-ins cannot be recorded", "source", f.Source, "count", f.Count, "err", err)
		}
	}
	for minute, n := range rest {
		if err := s.guard.Noise(ctx, "others", minute, n); err != nil {
			s.log.Warn("failed sign-ins cannot be recorded", "count", n, "err", err)
		}
	}
	return until
}
