package moderation

import (
	"context"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// File is a case with the account that it is about.
type File struct {
	Case    model.Case
	Account model.Account
	Reports []Complaint // the newest maxReports of them, when the case was read alone
}

// Complaint is one report of a case, with who made it and the posts that it is about. A post that its author deleted
// since is there too: the desk keeps it as evidence.
type Complaint struct {
	Report   model.Report
	Reporter model.Account
	Posts    []model.Post
}

// maxReports is how many reports of a case are read with it; there may be any number.
const maxReports = 100

// Cases are the cases in a state with an ID below before (0: no bound), the newest first.
func (m *Moderation) Cases(ctx context.Context, state model.CaseState, before model.ID, limit int) ([]File, error) {
	if state != model.CaseOpen && state != model.CaseResolved {
		return nil, model.Invalid("state", "must be open or resolved")
	}
	cases, err := m.st.Cases(ctx, state, store.Range{Before: before, Limit: limit})
	if err != nil {
		return nil, err
	}
	var ids []model.ID
	for _, c := range cases {
		ids = append(ids, c.Account)
	}
	accounts, err := m.accounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, c := range cases {
		files = append(files, File{Case: c, Account: accounts[c.Account]})
	}
	return files, nil
}

// Case reads a case with its newest reports and the posts that they name.
func (m *Moderation) Case(ctx context.Context, id model.ID) (File, error) {
	c, err := m.st.Case(ctx, id)
	if err != nil {
		return File{}, err
	}
	f := File{Case: c}
	if f.Account, err = m.st.Account(ctx, c.Account); err != nil {
		return File{}, err
	}
	reports, err := m.st.ReportsOn(ctx, id, store.Range{Limit: maxReports})
	if err != nil {
		return File{}, err
	}
	f.Reports, err = m.complaints(ctx, reports)
	return f, err
}

func (m *Moderation) complaints(ctx context.Context, reports []model.Report) ([]Complaint, error) {
	var reporters, posts []model.ID
	for _, r := range reports {
		reporters = append(reporters, r.Reporter)
		posts = append(posts, r.Posts...)
	}
	accounts, err := m.accounts(ctx, reporters)
	if err != nil {
		return nil, err
	}
	byID, err := m.posts(ctx, posts)
	if err != nil {
		return nil, err
	}
	var all []Complaint
	for _, r := range reports {
		c := Complaint{Report: r, Reporter: accounts[r.Reporter]}
		for _, id := range r.Posts {
			if p, ok := byID[id]; ok {
				c.Posts = append(c.Posts, p)
			}
		}
		all = append(all, c)
	}
	return all, nil
}

func (m *Moderation) accounts(ctx context.Context, ids []model.ID) (map[model.ID]model.Account, error) {
	byID := map[model.ID]model.Account{}
	for chunk := range slices.Chunk(distinct(ids), store.MaxList) {
		accounts, err := m.st.Accounts(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			byID[a.ID] = a
		}
	}
	return byID, nil
}

func (m *Moderation) posts(ctx context.Context, ids []model.ID) (map[model.ID]model.Post, error) {
	byID := map[model.ID]model.Post{}
	for chunk := range slices.Chunk(distinct(ids), store.MaxList) {
		posts, err := m.st.Posts(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for _, p := range posts {
			byID[p.ID] = p
		}
	}
	return byID, nil
}

func distinct(ids []model.ID) []model.ID {
	ids = slices.Sorted(slices.Values(ids))
	return slices.Compact(ids)
}

// Resolve closes a case; the next report on its account opens another.
func (m *Moderation) Resolve(ctx context.Context, by model.Person, id model.ID) error {
	if err := works(by, m.now()); err != nil {
		return err
	}
	return m.st.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		if c.State == model.CaseResolved {
			return model.Errorf(model.KindConflict, "the case is resolved already")
		}
		return tx.ResolveCase(ctx, id, m.now())
	})
}

// Reopen opens a case that was resolved, unless its account has another open one by now.
func (m *Moderation) Reopen(ctx context.Context, by model.Person, id model.ID) error {
	if err := works(by, m.now()); err != nil {
		return err
	}
	return m.st.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Case(ctx, id); err != nil {
			return err
		}
		return tx.ReopenCase(ctx, id)
	})
}
