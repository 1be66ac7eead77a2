package moderation

import (
	"context"
	"slices"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Docket is an appeal as the desk sees it: with the account, what it is against, and until when it is to be decided.
type Docket struct {
	Told
	Owner model.Account
	Due   time.Time

	// What was read with an appeal alone: the newest of the case that led to the measure, and the post that was removed.
	Reports  []Complaint
	Evidence []Exhibit
	Removed  *model.Post
}

// Overdue reports whether the appeal should have been decided by t.
func (d Docket) Overdue(t time.Time) bool {
	return d.Appeal.State() == model.AppealOpen && t.After(d.Due)
}

// Appeals are the appeals in a state: those that are open from the oldest up, with an ID above after, all others from
// the newest down, with an ID below before (0: no bound).
func (m *Moderation) Appeals(ctx context.Context, state model.AppealState, before, after model.ID, limit int) ([]Docket, error) {
	if !slices.Contains(model.AppealStates(), state) {
		return nil, model.Invalid("state", "must be one of %s", model.Names(model.AppealStates()))
	}
	appeals, err := m.st.Appeals(ctx, state, store.Range{Before: before, After: after, Up: state == model.AppealOpen, Limit: limit})
	if err != nil {
		return nil, err
	}
	var list []Docket
	for _, a := range appeals {
		d, err := m.docket(ctx, a)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// OneAppeal reads an appeal with its evidence: the reports on the case that led to what it is against, and the posts.
func (m *Moderation) OneAppeal(ctx context.Context, id model.ID) (Docket, error) {
	a, err := m.st.Appeal(ctx, id)
	if err != nil {
		return Docket{}, err
	}
	d, err := m.docket(ctx, a)
	if err != nil {
		return d, err
	}
	if d.Post != 0 {
		p, err := m.st.Post(ctx, d.Post)
		if err != nil {
			return d, err
		}
		d.Removed = &p
	}
	if d.Case == 0 {
		return d, nil
	}
	f, err := m.Case(ctx, d.Case)
	d.Reports, d.Evidence = f.Reports, f.Evidence
	return d, err
}

func (m *Moderation) docket(ctx context.Context, a model.Appeal) (Docket, error) {
	d := Docket{Due: a.CreatedAt.Add(model.AppealLife)}
	measure, err := measureNamed(ctx, m.st.Reads, a.Subject)
	if err != nil {
		return d, err
	}
	if d.Statement, err = m.statement(ctx, measure); err != nil {
		return d, err
	}
	d.Told.Appeal = &a
	if d.Answer, err = m.answer(ctx, a.Decision); err != nil {
		return d, err
	}
	d.Owner, err = m.st.Account(ctx, a.Account)
	return d, err
}
