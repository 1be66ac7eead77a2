package guard

import (
	"context"
	"errors"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// Explanation is what would become of a command, without doing it.
type Explanation struct {
	Allowed bool              // at once, by this person alone
	Need    model.Requirement // whose keys it takes
	Missing approval.Missing  // beside this person's own key
	Refusal *model.Error      // why it cannot be done by this person at all
	Key     *model.Error      // why this person's key would not count; nil when it would
	Target  model.Target
	Row     policy.Row
	Policy  string

	// Of a darkening only: what it does, and how that compares with what the person may darken.
	Reach   int64 // followers that lose sight of the account
	Preview string
	Hour    Allowance
	Day     Allowance
}

// Explain answers for a person and a command: allowed, what is missing, or why not. It changes nothing.
func (g *Guard) Explain(ctx context.Context, person model.ID, cmd model.Command) (Explanation, error) {
	now := g.now().UTC()
	_, last, err := g.st.LedgerHead(ctx)
	if err != nil {
		return Explanation{}, err
	}
	c, err := g.sit(ctx, g.st.Reads, now, last)
	if err != nil {
		return Explanation{}, err
	}
	if cmd.Reason == "" {
		cmd.Reason = "to be told what it takes"
	}
	q := model.Request{Command: takeIn(cmd, ""), Requester: person, CreatedAt: now}
	v, err := c.judge(ctx, q, nil)
	x := Explanation{Need: v.need, Target: v.deed.target, Row: v.deed.row, Policy: c.hash, Missing: v.missing}
	if err := c.preview(ctx, &x, v.deed, person); err != nil {
		return x, err
	}
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind != model.KindUnavailable {
		x.Refusal = e
		return x, nil
	}
	if err != nil {
		return x, err
	}
	if x.Refusal = v.refusal; x.Refusal != nil {
		return x, nil
	}
	return x, c.own(ctx, &x, v, person)
}

// own weighs what the person's own key would add.
func (c *court) own(ctx context.Context, x *Explanation, v verdict, person model.ID) error {
	m, err := c.member(ctx, person)
	if err != nil {
		return err
	}
	if x.Key, err = c.maySign(ctx, v.deed, m.Person); err == nil && x.Key == nil {
		x.Key, err = c.mayTurn(ctx, &v, m.Person)
	}
	if err == nil && x.Key == nil && len(m.held) == 0 {
		x.Key = model.Refused(LawSigned, "no passkey is enrolled for this person")
	}
	if err != nil || x.Key != nil {
		return err
	}
	h, err := c.holder(ctx, person)
	x.Missing = approval.Tally(v.need, []approval.Holder{h})
	x.Allowed = x.Missing.None()
	return err
}

// Missing tells what an open request still needs, and why a key that was turned on it does not count.
func (g *Guard) Missing(ctx context.Context, q model.Request) (approval.Missing, map[model.ID]*model.Error, error) {
	_, last, err := g.st.LedgerHead(ctx)
	if err != nil {
		return approval.Missing{}, nil, err
	}
	c, err := g.sit(ctx, g.st.Reads, g.now().UTC(), last)
	if err != nil {
		return approval.Missing{}, nil, err
	}
	q, keys, err := read(ctx, g.st.Reads, q.ID)
	if err != nil {
		return approval.Missing{}, nil, err
	}
	v, err := c.judge(ctx, q, keys)
	return v.missing, v.void, err
}
