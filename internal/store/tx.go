package store

import (
	"context"

	"keyturn/internal/model"
)

// Tx is a transaction under way: it reads what it has written, and has the plain writes as methods. It is valid only
// inside the function that it was given to.
type Tx struct {
	Reads
	s      *Store
	events []Event
}

// Write runs fn in a transaction and commits it; when it returns nil, what fn wrote survives a crash of the machine.
// When fn fails nothing of it stays, and Write returns fn's error. fn may run more than once (a shared database asks
// for retries) and must not touch anything but tx and variables that it sets anew. It must not call Write itself.
//
// Subscribers have seen the events of a write before Write returns.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	var events []Event
	err := s.d.write(ctx, func(q querier) error {
		tx := &Tx{Reads: Reads{q: q}, s: s}
		if err := fn(tx); err != nil {
			return err
		}
		events = tx.events
		return tx.writeFeed(ctx)
	})
	if err != nil {
		return err
	}
	s.writes.Add(1)
	for _, e := range events {
		s.publish(e)
	}
	return nil
}

// exec runs one statement.
func (tx *Tx) exec(ctx context.Context, text string, args ...any) (changed int64, err error) {
	res, err := tx.q.exec(ctx, text, args...)
	if err != nil {
		return 0, told(err)
	}
	return res.RowsAffected()
}

// NextID makes an ID for a row of this transaction.
func (tx *Tx) NextID() model.ID { return tx.s.ids.Next() }

// IsConflict reports whether err says that a row with the same unique value exists already. The transaction is lost
// after it: return the error.
func (s *Store) IsConflict(err error) bool { return s.d.isUnique(err) }
