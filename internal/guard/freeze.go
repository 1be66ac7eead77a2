package guard

import (
	"context"
	"strings"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Bounds of freezes (law 10): when one lapses that nobody has confirmed, and how often a person may begin one.
const (
	FreezeLapse = 30 * time.Minute
	FreezeEvery = 24 * time.Hour
)

// freezeLapses keeps a freeze from being without end by one person's word (law 10): whoever began one that nobody
// confirmed begins no other within a day. begun counts those of the last FreezeEvery.
func freezeLapses(p model.Person, begun int64) *model.Error {
	if begun == 0 {
		return nil
	}
	return model.Refused(LawBounded, "%s has begun a freeze within the last %d hours that nobody confirmed: a second person has to confirm or begin one",
		p.Name, int(FreezeEvery.Hours()))
}

// confirmable reports whether a second person's freeze of a scope confirms this one (law 10): then it lasts until it is
// ended. What the breaker began nobody confirms: it has no first person.
func confirmable(f store.Freeze, scope store.FreezeScope, now time.Time) bool {
	return f.Active(now) && f.Scope == scope && f.ConfirmedBy == 0 && f.StartedBy != 0
}

// endingTakesTwo is how a freeze ends (law 10), whatever the policy asks for.
func endingTakesTwo(d deed, need model.Requirement) model.Requirement {
	if d.cmd.Kind == model.CmdUnfreeze {
		need.Keys = max(need.Keys, 2)
	}
	return need
}

// scope is for which accounts a freeze shall hold.
func (d deed) scope() store.FreezeScope {
	if s := store.FreezeScope(d.cmd.Params[paramScope]); s != "" {
		return s
	}
	return store.FreezeProtected
}

// readUnfreeze finds what an unfreeze would end: the signers sign it, so that they end nothing that they did not know.
func (d *deed) readUnfreeze(ctx context.Context, r store.Reads, now time.Time) error {
	open, err := r.OpenFreezes(ctx)
	if err != nil {
		return err
	}
	var on []string
	for _, f := range open {
		if f.Active(now) {
			on = append(on, f.ID.String())
		}
	}
	if len(on) == 0 {
		return model.Errorf(model.KindConflict, "there is no freeze to end")
	}
	d.target.State = "freezes " + strings.Join(on, ", ")
	return nil
}

// mayFreeze asks whether a person's key on a freeze counts, and finds the freeze that it would confirm.
func (c *court) mayFreeze(ctx context.Context, v *verdict, p model.Person) (*model.Error, error) {
	open, err := c.r.OpenFreezes(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range open {
		if !confirmable(f, v.deed.scope(), c.now) {
			continue
		}
		two, err := c.twoHumans(ctx, f.StartedBy, p.ID)
		if err != nil {
			return nil, err
		}
		if two {
			v.confirms = &f
			return nil, nil
		}
	}
	begun, err := c.r.FreezesBegun(ctx, p.ID, c.now.Add(-FreezeEvery))
	if err != nil {
		return nil, err
	}
	return freezeLapses(p, begun), nil
}

// freeze starts a freeze, or confirms the one that is on.
func freeze(ctx context.Context, p *store.PrivTx, v verdict) error {
	by := v.counted[0].Person
	if v.confirms != nil {
		f := *v.confirms
		f.ConfirmedBy, f.EndsAt = by, time.Time{}
		return p.PutFreeze(ctx, f)
	}
	return p.PutFreeze(ctx, store.Freeze{ID: p.NextID(), Scope: v.deed.scope(), StartedBy: by, StartedAt: p.Now(),
		EndsAt: p.Now().Add(FreezeLapse)})
}

// unfreeze ends every freeze that is on.
func unfreeze(ctx context.Context, p *store.PrivTx) error {
	open, err := p.OpenFreezes(ctx)
	if err != nil {
		return err
	}
	for _, f := range open {
		if !f.Active(p.Now()) {
			continue
		}
		f.EndedAt = p.Now()
		if err := p.PutFreeze(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// twoHumans reports whether two people count as two (law 4).
func (c *court) twoHumans(ctx context.Context, a, b model.ID) (bool, error) {
	first, err := c.holder(ctx, a)
	if err != nil {
		return false, err
	}
	second, err := c.holder(ctx, b)
	if err != nil {
		return false, err
	}
	return approval.Tally(model.Requirement{Keys: 2}, []approval.Holder{first, second}).None(), nil
}
