package store

import (
	"context"
	"fmt"
	"slices"

	"keyturn/internal/model"
)

// EventKind says what an event is about.
type EventKind string

// The kinds of event.
const (
	EventSanctions EventKind = "sanctions"  // the active sanctions of Account changed; Sanctions has all of them
	EventClass     EventKind = "class"      // the class or verification of Account changed
	EventHandle    EventKind = "handle"     // the handle of Account changed
	EventSignedOut EventKind = "signed_out" // everything that Account was signed in with has ended
	EventSettings  EventKind = "settings"   // a setting changed; Settings has all of them
	EventStaff     EventKind = "staff"      // people, roles, policy: the desk's own concerns

	EventAccount  EventKind = "account"  // Account's profile or counters changed, or it was made
	EventPosted   EventKind = "posted"   // Account made the post Subject
	EventUnposted EventKind = "unposted" // Account deleted the post Subject
	EventPost     EventKind = "post"     // the counters of post Subject changed
	EventRelation EventKind = "relation" // Account follows or mutes Subject, or no longer
	EventBlock    EventKind = "block"    // Account blocks Subject, or no longer
	EventNotified EventKind = "notified" // Account has a new notification Subject
)

// An Event tells what is kept in memory that rows changed. Each is told after its commit and before the write that
// made it returns; on other nodes, when they read the feed. An event may be told twice.
type Event struct {
	Kind      EventKind
	Leaf      int64 // the ledger's entry; noLeaf for members' events
	Account   model.ID
	Subject   model.ID
	Sanctions []model.Sanction  // of Account, not lifted; for EventSanctions
	Settings  map[string]string // by name; for EventSettings
}

// noLeaf marks what no entry of the ledger accounts for.
const noLeaf = -1

// Subscribe has fn called with every event. fn must be quick, must not write to the store, and may be called from
// several goroutines at once.
func (s *Store) Subscribe(fn func(Event)) {
	s.subMu.Lock()
	defer s.subMu.Unlock()
	next := append(slices.Clone(*s.subs.Load()), fn)
	s.subs.Store(&next)
}

func (s *Store) publish(e Event) {
	for _, fn := range *s.subs.Load() {
		fn(e)
	}
}

// emit notes a member's event.
func (tx *Tx) emit(e Event) {
	e.Leaf = noLeaf
	tx.events = append(tx.events, e)
}

// emit notes a privileged event.
func (p *PrivTx) emit(e Event) {
	e.Leaf = p.Leaf()
	p.events = append(p.events, e)
}

// writeFeed writes the events that were noted to the feed: members' where other nodes share the database, privileged
// ones always. It is the last thing in a transaction, so that the rows' IDs are little older than the commit.
func (tx *Tx) writeFeed(ctx context.Context) error {
	for _, e := range tx.events {
		if e.Leaf == noLeaf && !tx.s.Shared() {
			continue
		}
		_, err := tx.exec(ctx, `INSERT INTO feed (id, leaf, kind, account, subject) VALUES ($1, $2, $3, $4, $5)`,
			tx.NextID(), e.Leaf, string(e.Kind), e.Account, e.Subject)
		if err != nil {
			return fmt.Errorf("writing the feed: %w", err)
		}
	}
	return nil
}

// feedRow is an event as the feed has it.
type feedRow struct {
	id model.ID
	Event
}

func scanFeed(row scanner) (f feedRow, err error) {
	err = row.Scan(&f.id, &f.Leaf, &f.Kind, &f.Account, &f.Subject)
	return f, err
}
