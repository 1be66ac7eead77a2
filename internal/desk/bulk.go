package desk

import (
	"context"
	"net/http"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/web"
)

// bulkOrder is one command on many accounts, by their handles. Each is done on the account's open case.
type bulkOrder struct {
	Kind     string            `json:"kind"`
	Accounts []string          `json:"accounts"`
	Params   map[string]string `json:"params"`
	Rule     string            `json:"rule"`
	Reason   string            `json:"reason"`
}

// bulkResult is what became of it on one account: a request in a state, or a refusal.
type bulkResult struct {
	Account accountRef         `json:"account"`
	Request model.ID           `json:"request,omitzero"`
	State   model.RequestState `json:"state,omitempty"`
	Refusal *refusal           `json:"refusal,omitempty"`
}

// bulk gives one command on many standard accounts, and tells what became of each.
func (d *desk) bulk(w http.ResponseWriter, r *http.Request, who caller) error {
	var o bulkOrder
	if err := web.DecodeJSON(w, r, maxBody, &o); err != nil {
		return err
	}
	if len(o.Accounts) == 0 || len(o.Accounts) > guard.MaxBulk {
		return model.Invalid("accounts", "must be 1 to %d", guard.MaxBulk)
	}
	// One call is bounded like as many: its own place was taken when it came.
	if err := d.writes.TakeMany(who.Person.String(), len(o.Accounts)-1); err != nil {
		return err
	}
	cmds, accounts, err := d.bulkCommands(r.Context(), o)
	if err != nil {
		return err
	}
	results, err := d.Guard.Bulk(r.Context(), who.Actor, cmds)
	if err != nil {
		return err
	}
	told := []bulkResult{}
	for i, result := range results {
		q := result.Outcome.Request
		told = append(told, bulkResult{Account: refOf(accounts[i]), Request: q.ID, State: q.State, Refusal: refusalOf(result.Err)})
	}
	return web.WriteJSON(w, http.StatusOK, map[string]any{"results": told})
}

func (d *desk) bulkCommands(ctx context.Context, o bulkOrder) (cmds []model.Command, accounts []model.Account, err error) {
	for _, handle := range o.Accounts {
		account, err := d.accountCalled(ctx, "accounts", handle)
		if model.KindOf(err) == model.KindNotFound {
			err = model.NotFound("account " + handle)
		}
		if err != nil {
			return nil, nil, err
		}
		c, err := d.command(ctx, order{Kind: o.Kind, Account: handle, Params: o.Params, Rule: o.Rule, Reason: o.Reason})
		if err != nil {
			return nil, nil, err
		}
		cmds, accounts = append(cmds, c), append(accounts, account)
	}
	return cmds, accounts, nil
}
