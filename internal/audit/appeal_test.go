package audit_test

import (
	"errors"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// appealed has the owner of @uncle appeal against a sanction or strike.
func appealed(w *testkit.World, subject model.ID) model.ID {
	a := model.Appeal{ID: w.Store.IDs().Next(), Account: w.Accounts["uncle"], Subject: subject, Text: "no", CreatedAt: w.Clock.Now()}
	w.Write(func(tx *store.Tx) error { return tx.AddAppeal(w.TB.Context(), a) })
	return a.ID
}

// lift lifts what is on @uncle.
func (f forgery) lift(p *store.PrivTx, _ model.Request) error {
	list, err := p.Sanctions(f, f.Accounts["uncle"])
	list[0].LiftedAt = p.Now()
	return errors.Join(err, p.PutSanction(f, list[0]))
}

// decided has one person decide an appeal against what is on @uncle, and do more in the same entry.
func (f forgery) decided(by string, state model.AppealState, more func(*store.PrivTx, model.Request) error) {
	f.TB.Helper()
	list, err := f.Store.Sanctions(f, f.Accounts["uncle"])
	if err != nil {
		f.TB.Fatal(err)
	}
	appeal := appealed(f.World, list[0].ID)
	f.executed(model.Command{Kind: model.CmdDecideAppeal, Account: f.Accounts["uncle"]}, 1, []ledger.KeyFact{f.key(by, true)},
		func(p *store.PrivTx, q model.Request) error {
			err := p.PutAppealDecision(f, model.AppealDecision{Appeal: appeal, Account: f.Accounts["uncle"], Subject: list[0].ID,
				Request: q.ID, State: state, At: p.Now()})
			if err == nil && more != nil {
				err = more(p, q)
			}
			return err
		})
}
