package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"keyturn/internal/model"
)

const (
	// feedEvery is how often a node of a shared database reads the feed.
	feedEvery = 200 * time.Millisecond
	// feedOverlap is how far back members' rows are read again: a row's ID is taken before its transaction commits.
	feedOverlap = 10 * time.Second
	// feedKept is how long members' rows stay in the feed. A node that was away for longer has missed some.
	feedKept = time.Hour
)

// Feed keeps a node's memory in step with what other nodes write. The embedded store needs none: its one writer tells
// its events itself.
type Feed struct {
	s    *Store
	leaf int64                     // privileged rows up to this entry were told
	seen map[model.ID]bool         // members' rows told within the overlap
	base model.ID                  // members' rows below this were there before the feed began
	last atomic.Pointer[time.Time] // when the newest complete reading began
}

// NewFeed begins to follow at the present end: load what memory needs from the store after this, not before.
func (s *Store) NewFeed(ctx context.Context) (*Feed, error) {
	f := &Feed{s: s, seen: make(map[model.ID]bool)}
	head, _, err := s.LedgerHead(ctx)
	if err != nil {
		return nil, err
	}
	f.leaf = head.Size - 1
	f.base = model.IDAt(s.now().Add(-feedOverlap))
	return f, f.read(ctx)
}

// Age is how long ago the newest complete reading began: anything committed before that was told. It is the longer of
// what the wall clock and the monotonic clock say: the first is wrong when it is set back, the second when the machine
// was suspended.
func (f *Feed) Age() time.Duration {
	now, last := f.s.now(), *f.last.Load()
	return max(now.Sub(last), now.Round(0).Sub(last.Round(0)))
}

// Run reads the feed until ctx ends. A reading that fails is logged and tried again; meanwhile Age grows.
func (f *Feed) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := f.read(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			log.Error("the feed cannot be read; reads are refused until it can", "err", err)
		}
		failing = err != nil
	}
}

// read tells what was committed since the last reading.
func (f *Feed) read(ctx context.Context) error {
	began := f.s.now()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := f.readPrivileged(ctx); err != nil {
		return fmt.Errorf("reading the feed: %w", err)
	}
	if f.s.Shared() {
		if err := f.readMembers(ctx); err != nil {
			return fmt.Errorf("reading the feed: %w", err)
		}
	}
	f.last.Store(&began)
	return nil
}

// readPrivileged tells privileged rows in the ledger's order: a leaf's row is there when the leaf is.
func (f *Feed) readPrivileged(ctx context.Context) error {
	rows, err := collect(ctx, f.s.q, scanFeed,
		`SELECT id, leaf, kind, account, subject FROM feed WHERE leaf >= 0 AND leaf > $1 ORDER BY leaf, id`, f.leaf)
	if err != nil {
		return err
	}
	for i, row := range rows {
		switch row.Kind {
		case EventSanctions:
			row.Sanctions, err = f.s.UnliftedSanctions(ctx, row.Account)
		case EventSettings:
			row.Settings, err = f.s.Settings(ctx)
		}
		if err != nil {
			return err
		}
		f.s.publish(row.Event)
		if i+1 == len(rows) || rows[i+1].Leaf != row.Leaf {
			f.leaf = row.Leaf // an error between two rows of one entry has the whole entry told again
		}
	}
	return nil
}

// readMembers tells members' rows since the newest complete reading. Their order is by ID, which is older than their
// commit, hence the overlap.
func (f *Feed) readMembers(ctx context.Context) error {
	since := f.s.now()
	if last := f.last.Load(); last != nil {
		if since.Sub(*last) > feedKept-feedOverlap {
			return errors.New("this node has not read the feed for longer than it is kept: start it again")
		}
		if last.Before(since) {
			since = *last
		}
	}
	from := max(f.base, model.IDAt(since.Add(-feedOverlap)))
	rows, err := collect(ctx, f.s.q, scanFeed,
		`SELECT id, leaf, kind, account, subject FROM feed WHERE leaf < 0 AND id >= $1 ORDER BY id`, from)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if !f.seen[row.id] {
			f.seen[row.id] = true
			f.s.publish(row.Event)
		}
	}
	maps.DeleteFunc(f.seen, func(id model.ID, _ bool) bool { return id < from })
	return nil
}
