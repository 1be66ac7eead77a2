package guard

import (
	"context"
	"slices"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// Gap is a cell of the table that the people who hold keys now could not meet, or could not once one of them is gone.
type Gap struct {
	Row     policy.Row
	Class   model.Class // empty for a row that has one cell
	Need    model.Requirement
	Missing approval.Missing
	Without model.ID // whose loss opens it; zero: it is open now
}

// Gaps lists what the live key-holders can no longer meet, and what would be lost with any one of them, in the order of
// the table. It changes nothing.
func (g *Guard) Gaps(ctx context.Context) ([]Gap, error) {
	c, err := g.sit(ctx, g.st.Reads, g.now().UTC(), time.Time{})
	if err != nil {
		return nil, err
	}
	if c.b == nil {
		return nil, c.why
	}
	people, err := c.r.People(ctx)
	if err != nil {
		return nil, err
	}
	var gaps []Gap
	several := holdSeveral(people)
	for _, d := range cellDeeds() {
		d.several = several
		holders, err := c.couldSign(ctx, d, people)
		if err != nil {
			return nil, err
		}
		need, err := require(d, c.b)
		if err != nil {
			return nil, err
		}
		gaps = append(gaps, gapsOf(d, need, holders)...)
	}
	return gaps, nil
}

// cellDeeds are a deed for each cell of the table. Each has a case: a policy may ask for one, and there can be one.
func cellDeeds() (all []deed) {
	for _, row := range policy.ClassRows() {
		for _, class := range model.Classes() {
			all = append(all, cellDeed(row, class))
		}
	}
	for _, row := range policy.SingleRows() {
		if row != policy.RowRestore { // law 9 says whose key that is
			all = append(all, cellDeed(row, ""))
		}
	}
	return all
}

func cellDeed(row policy.Row, class model.Class) deed {
	kind := row.Commands()[0]
	if row == policy.RowLoosen || row == policy.RowTighten {
		kind = model.CmdPublishPolicy // what governs and is about no account
	}
	info, _ := model.InfoOf(kind)
	return deed{cmd: model.Command{Kind: kind, Case: 1}, info: info, class: class, strictest: class, row: row,
		brief: row == policy.RowLockBrief, loosens: row == policy.RowLoosen || row == policy.RowGrantAgent,
		cheap: row == policy.RowGrantAgent}
}

// couldSign are the people whose keys would count on a deed. Where a session stands for the key nobody needs a passkey.
func (c *court) couldSign(ctx context.Context, d deed, people []model.Person) ([]approval.Holder, error) {
	var holders []approval.Holder
	for _, p := range people {
		m, err := c.member(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		no, err := c.maySign(ctx, d, m.Person)
		if err != nil {
			return nil, err
		}
		if len(m.held) == 0 || no != nil {
			continue
		}
		h, err := c.holder(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		holders = append(holders, h)
	}
	return holders, nil
}

// gapsOf is the cell's gap if it is open now, or else one for each person whose loss would open it.
func gapsOf(d deed, need model.Requirement, holders []approval.Holder) (gaps []Gap) {
	class := d.strictest
	if missing := approval.Tally(need, holders); !missing.None() {
		return []Gap{{Row: d.row, Class: class, Need: need, Missing: missing}}
	}
	for i, h := range holders {
		if missing := approval.Tally(need, slices.Delete(slices.Clone(holders), i, i+1)); !missing.None() {
			gaps = append(gaps, Gap{Row: d.row, Class: class, Need: need, Missing: missing, Without: h.Person})
		}
	}
	return gaps
}
