package guard

import (
	"context"
	"errors"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// privateIncident is where the entry about an incident has its sentence, which may name members and their texts.
const privateIncident = "what"

// errOpenAlready says that an incident is open already: its transaction leaves nothing.
var errOpenAlready = errors.New("it is open already")

// OpenIncident opens an incident of the watch, with an entry of the ledger that says so, so that whoever can delete the
// incident's row cannot make it unseen. While the ledger takes no entry the row stands alone. One of the same rule and
// subject that is open already stays as it is: then opened is false.
func (g *Guard) OpenIncident(ctx context.Context, i model.Incident) (made model.Incident, opened bool, err error) {
	if g.broken() == "" {
		err = g.st.Privileged(ctx, func(p *store.PrivTx) error {
			made = i
			made.ID, made.OpenedAt, made.Entry = p.NextID(), p.Now(), p.Leaf()
			d := i.Details
			p.Entry.Facts = ledger.Facts{Event: ledger.EventIncident, Account: d.Account, Class: d.Class, Handle: d.Handle,
				Post: d.Post, Case: d.Case, Request: d.Request, Law: d.Law, Note: "incident " + made.ID.String() + ": " + string(i.Rule)}
			p.Entry.Private = map[string]string{privateIncident: i.What}
			added, err := p.AddIncident(ctx, made)
			if err == nil && !added {
				err = errOpenAlready
			}
			return err
		})
		switch {
		case err == nil:
			return made, true, nil
		case errors.Is(err, errOpenAlready):
			return made, false, nil
		case model.KindOf(err) == model.KindUnavailable:
			return made, false, err
		}
		g.log.Error("the ledger takes no entry about an incident", "err", err)
	}
	err = g.st.Write(ctx, func(tx *store.Tx) (err error) {
		made = i
		made.ID, made.OpenedAt, made.Entry = tx.NextID(), g.now().UTC(), -1
		opened, err = tx.AddIncident(ctx, made)
		return err
	})
	return made, opened, err
}
