package moderation

import (
	"context"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// tendAtOnce is how many cases Tend changes in one transaction: members who report wait for it.
const tendAtOnce = 100

// Tend takes open cases from people who work on cases no more, with a line in the history, and ranks cases anew whose
// accounts have another class. It is to be called now and then, on any node. Nothing waits for the first: whoever reads
// a case looks at its assignee's employment and roles.
func (m *Moderation) Tend(ctx context.Context) error {
	workers, err := m.workers(ctx)
	if err != nil {
		return err
	}
	gone, err := m.gone(ctx, workers)
	if err != nil {
		return err
	}
	for _, person := range gone {
		if err := m.inTurns(ctx, func(tx *store.Tx) (int, error) { return m.releaseAll(ctx, tx, person) }); err != nil {
			return err
		}
	}
	return m.inTurns(ctx, func(tx *store.Tx) (int, error) {
		ids, err := tx.CasesToRank(ctx, tendAtOnce)
		for _, id := range ids {
			if err == nil {
				err = rank(ctx, tx, id, m.now())
			}
		}
		return len(ids), err
	})
}

// inTurns runs transactions until one finds less to do than tendAtOnce.
func (m *Moderation) inTurns(ctx context.Context, turn func(tx *store.Tx) (int, error)) error {
	for n := tendAtOnce; n == tendAtOnce; {
		err := m.st.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = turn(tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *Moderation) releaseAll(ctx context.Context, tx *store.Tx, person model.ID) (int, error) {
	ids, err := tx.ReleaseCases(ctx, person, tendAtOnce)
	for _, id := range ids {
		if err == nil {
			err = tx.AddNote(ctx, model.CaseNote{ID: tx.NextID(), Case: id, Kind: model.NoteReleased, To: person, At: m.now()})
		}
	}
	return len(ids), err
}

// rank gives an open case its place in the order and its due time, from what is in the store.
func rank(ctx context.Context, tx *store.Tx, id model.ID, now time.Time) error {
	c, err := tx.LockCase(ctx, id)
	if err != nil {
		return err
	}
	a, err := tx.Account(ctx, c.Account)
	if err != nil {
		return err
	}
	return tx.RankCase(ctx, ranked(c, a, now))
}
