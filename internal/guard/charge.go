package guard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// use is what a person has darkened within a window.
type use struct{ count, reach int64 }

type budgetUse struct{ hour, day use }

// payers are who answers for what a verdict allows: the requester and every key-holder (law 10).
func (v verdict) payers(requester model.ID) []model.ID {
	payers := []model.ID{requester}
	for _, k := range v.counted {
		if k.Person != requester {
			payers = append(payers, k.Person)
		}
	}
	return payers
}

// charge asks whether the requester and every key-holder have enough left of their budgets (law 10).
func (c *court) charge(ctx context.Context, v verdict, requester model.ID) (*model.Error, error) {
	if v.deed.cmd.Kind == model.CmdViewPrivate {
		return c.mayLook(ctx, v, requester)
	}
	if v.deed.info.Group != model.GroupDarken {
		return nil, nil
	}
	for _, id := range v.payers(requester) {
		p, err := c.member(ctx, id)
		if err != nil {
			return nil, err
		}
		used, err := c.used(ctx, id)
		if err != nil {
			return nil, err
		}
		if e := boundedReach(v.deed, c.b, p.Person, used); e != nil {
			return e, nil
		}
	}
	return nil, nil
}

// used is what a person answers for within the last hour and day.
func (c *court) used(ctx context.Context, person model.ID) (used budgetUse, err error) {
	var err1, err2 error
	used.hour.count, used.hour.reach, err1 = c.r.Charged(ctx, person, c.now.Add(-time.Hour))
	used.day.count, used.day.reach, err2 = c.r.Charged(ctx, person, c.now.Add(-24*time.Hour))
	if err := errors.Join(err1, err2); err != nil {
		return used, fmt.Errorf("reading what person %d has darkened: %w", person, err)
	}
	return used, nil
}

// Allowance is how much one person may darken within a window, and how much of it is left (law 10). Reach counts
// followers.
type Allowance struct {
	Accounts     int64 `json:"accounts"`
	AccountsLeft int64 `json:"accounts_left"`
	Reach        int64 `json:"reach"`
	ReachLeft    int64 `json:"reach_left"`
}

func allowance(accounts, reach int64, used use) Allowance {
	return Allowance{Accounts: accounts, AccountsLeft: max(0, accounts-used.count), Reach: reach, ReachLeft: max(0, reach-used.reach)}
}

// preview fills in what a darkening does and what the person has left for it.
func (c *court) preview(ctx context.Context, x *Explanation, d deed, person model.ID) error {
	if d.info.Group != model.GroupDarken || c.b == nil || d.target.Handle == "" {
		return nil
	}
	m, err := c.member(ctx, person)
	if err != nil {
		return err
	}
	used, err := c.used(ctx, person)
	if err != nil {
		return err
	}
	budget := c.b.Budget(m.RoleSet()...)
	x.Reach, x.Preview = d.reach(), model.Preview(d.reach(), budget.ReachPerDay, "your")
	x.Hour = allowance(budget.AccountsPerHour, budget.ReachPerHour, used.hour)
	x.Day = allowance(budget.AccountsPerDay, budget.ReachPerDay, used.day)
	return nil
}

// book charges a darkening to its requester and to every key-holder, and trips the breaker when there have been too
// many (law 10).
func book(ctx context.Context, p *store.PrivTx, q model.Request, v verdict, limit policy.Breaker) error {
	for _, person := range v.payers(q.Requester) {
		err := p.PutCharge(ctx, store.Charge{ID: p.NextID(), Person: person, Account: v.deed.cmd.Account, Request: q.ID,
			Kind: v.deed.cmd.Kind, Case: v.deed.cmd.Case, Reach: v.deed.reach(), At: p.Now()})
		if err != nil {
			return err
		}
	}
	n, err := p.Darkenings(ctx, p.Now().Add(-limit.Window))
	if err != nil || n < int64(limit.Darkenings) {
		return err
	}
	return p.PutFreeze(ctx, store.Freeze{ID: p.NextID(), Scope: store.FreezeAll, StartedAt: p.Now(),
		EndsAt: p.Now().Add(limit.Freeze)})
}
