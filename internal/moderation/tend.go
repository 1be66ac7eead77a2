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
	cases, err := tx.Cases(ctx, store.CaseFilter{State: model.CaseOpen, Assignees: []model.ID{person}, Limit: tendAtOnce})
	if err != nil {
		return 0, err
	}
	for _, found := range cases {
		c, err := tx.LockCase(ctx, found.ID)
		if err != nil {
			return 0, err
		}
		if c.Assignee != person || c.State != model.CaseOpen {
			continue // somebody was faster
		}
		if err := tx.AssignCase(ctx, c.ID, 0); err != nil {
			return 0, err
		}
		note := model.CaseNote{ID: tx.NextID(), Case: c.ID, Kind: model.NoteReleased, To: person, At: m.now()}
		if err := tx.AddNote(ctx, note); err != nil {
			return 0, err
		}
	}
	return len(cases), nil
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
