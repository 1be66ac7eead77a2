package guard

import (
	"context"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// StopMonotonic has the monotonic clock stand from now on, so that whatever the test's clock does counts as setting it.
func (g *Guard) StopMonotonic() {
	g.clock.start = g.now()
	g.clock.ran = func(time.Time) time.Duration { return 0 }
}

// Decision reads what a command is about and who asks and signs, and gives what is left of judging it: the laws, the
// policy's text and table, and what is missing. Signatures are not checked.
func (g *Guard) Decision(ctx context.Context, requester model.ID, signers []model.ID, cmd model.Command) (func() (approval.Missing, *model.Error), error) {
	c, err := g.sit(ctx, g.st.Reads, g.now(), time.Time{})
	if err != nil {
		return nil, err
	}
	d, err := c.look(ctx, cmd, c.now)
	if err != nil {
		return nil, err
	}
	var people []*member
	for _, id := range append([]model.ID{requester}, signers...) {
		m, err := c.member(ctx, id)
		if err != nil {
			return nil, err
		}
		people = append(people, m)
	}
	return func() (missing approval.Missing, refusal *model.Error) {
		asker := people[0].Person
		for _, e := range []*model.Error{failClosed(d, c.now, c.doubt), leaversHoldNoKeys(d, asker, c.now),
			c.ask(policy.VerbRequest, d, asker), frozen(d, nil, c.now), ledgerWithTheEffect(ledger.Facts{Event: ledger.EventKey}, nil)} {
			if e != nil {
				return missing, e
			}
		}
		need, err := require(d, c.b)
		if err != nil {
			return missing, model.Refused(LawFailClosed, "%v", err)
		}
		var holders []approval.Holder
		for _, m := range people[1:] {
			if c.staffMaySign(d, m.Person) == nil {
				holders = append(holders, oneHuman(m.Person, m.held, c.now))
			}
		}
		return approval.Tally(need, holders), boundedReach(d, c.b, asker, budgetUse{})
	}, nil
}
