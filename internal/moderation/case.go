package moderation

import (
	"context"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// File is a case with the account that it is about, and how urgent it is.
type File struct {
	Case     model.Case // of an open case the assignee is zero also when whoever has it works on cases no more
	Account  model.Account
	Priority int64
	Reasons  []Reason // what Priority is the sum of
	Overdue  bool

	// What was read with a case alone: the newest of each.
	Reports  []Complaint
	Evidence []Exhibit
	Notes    []model.CaseNote
}

// Complaint is one report of a case, with who made it.
type Complaint struct {
	Report   model.Report
	Reporter model.Account
}

// Exhibit is a post that was kept as evidence, with who wrote it.
type Exhibit struct {
	model.Evidence
	Author model.Account
}

// pieces is how many reports, posts and notes are read with a case; there may be any number of the first two.
const pieces = 100

// Query says which cases are asked for, at most Limit of them. What is zero asks for nothing.
type Query struct {
	State      model.CaseState
	Account    model.ID
	Assignee   model.ID
	Unassigned bool // only cases that nobody works on
	Overdue    *bool
	ByPriority bool     // the most urgent first, of open cases only; otherwise the newest first
	Before     model.ID // a case: those behind it in the order
	Limit      int
}

// Cases are the cases that a query asks for.
func (m *Moderation) Cases(ctx context.Context, q Query) ([]File, error) {
	switch {
	case q.State != "" && q.State != model.CaseOpen && q.State != model.CaseResolved:
		return nil, model.Invalid("state", "must be open or resolved")
	case q.ByPriority && q.State != model.CaseOpen:
		return nil, model.Invalid("order", "by priority is for open cases: what is resolved is not urgent")
	}
	workers, err := m.workers(ctx)
	if err != nil {
		return nil, err
	}
	f := store.CaseFilter{State: q.State, Account: q.Account, Overdue: q.Overdue, Now: m.now(), ByRank: q.ByPriority,
		Before: q.Before, Limit: q.Limit}
	switch {
	case q.Unassigned:
		if f.Assignees, err = m.gone(ctx, workers); err != nil {
			return nil, err
		}
		f.Assignees = append(f.Assignees, 0)
	case q.Assignee != 0 && !workers[q.Assignee] && q.State == model.CaseOpen:
		return nil, nil // whoever works on no case has none
	case q.Assignee != 0:
		f.Assignees = []model.ID{q.Assignee}
	}
	cases, err := m.st.Cases(ctx, f)
	if err != nil {
		return nil, err
	}
	return m.files(ctx, cases, workers)
}

// gone are the people who have open cases but work on cases no more. Tend takes the cases from them soon, so there are
// few; past store.MaxList the rest wait for it.
func (m *Moderation) gone(ctx context.Context, workers map[model.ID]bool) ([]model.ID, error) {
	assignees, err := m.st.Assignees(ctx)
	if err != nil {
		return nil, err
	}
	assignees = slices.DeleteFunc(assignees, func(id model.ID) bool { return workers[id] })
	return assignees[:min(len(assignees), store.MaxList-1)], nil
}

func (m *Moderation) files(ctx context.Context, cases []model.Case, workers map[model.ID]bool) ([]File, error) {
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
		f := File{Case: c, Account: accounts[c.Account], Overdue: c.Overdue(m.now())}
		f.Priority, f.Reasons = Priority(c, m.now())
		if c.State == model.CaseOpen && !workers[c.Assignee] {
			f.Case.Assignee = 0
		}
		files = append(files, f)
	}
	return files, nil
}

// Case reads a case with its newest reports, evidence and notes.
func (m *Moderation) Case(ctx context.Context, id model.ID) (File, error) {
	c, err := m.st.Case(ctx, id)
	if err != nil {
		return File{}, err
	}
	workers, err := m.workers(ctx)
	if err != nil {
		return File{}, err
	}
	all, err := m.files(ctx, []model.Case{c}, workers)
	if err != nil {
		return File{}, err
	}
	f, newest := all[0], store.Range{Limit: pieces}
	if f.Reports, err = m.Reports(ctx, id, newest); err != nil {
		return File{}, err
	}
	if f.Evidence, err = m.Evidence(ctx, id, newest); err != nil {
		return File{}, err
	}
	f.Notes, err = m.Notes(ctx, id, newest)
	return f, err
}

// Reports are some of the reports that a case was made from.
func (m *Moderation) Reports(ctx context.Context, id model.ID, g store.Range) ([]Complaint, error) {
	reports, err := m.st.ReportsOn(ctx, id, g)
	if err != nil {
		return nil, err
	}
	var reporters []model.ID
	for _, r := range reports {
		reporters = append(reporters, r.Reporter)
	}
	accounts, err := m.accounts(ctx, reporters)
	if err != nil {
		return nil, err
	}
	var all []Complaint
	for _, r := range reports {
		all = append(all, Complaint{Report: r, Reporter: accounts[r.Reporter]})
	}
	return all, nil
}

// Evidence is some of the evidence on a case.
func (m *Moderation) Evidence(ctx context.Context, id model.ID, g store.Range) ([]Exhibit, error) {
	kept, err := m.st.Evidence(ctx, id, g)
	if err != nil {
		return nil, err
	}
	var authors []model.ID
	for _, e := range kept {
		authors = append(authors, e.Author)
	}
	accounts, err := m.accounts(ctx, authors)
	if err != nil {
		return nil, err
	}
	var all []Exhibit
	for _, e := range kept {
		all = append(all, Exhibit{Evidence: e, Author: accounts[e.Author]})
	}
	return all, nil
}

// Notes are some of the lines in a case's history.
func (m *Moderation) Notes(ctx context.Context, id model.ID, g store.Range) ([]model.CaseNote, error) {
	return m.st.NotesOn(ctx, id, g)
}

func (m *Moderation) accounts(ctx context.Context, ids []model.ID) (map[model.ID]model.Account, error) {
	byID := map[model.ID]model.Account{}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for chunk := range slices.Chunk(ids, store.MaxList) {
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

// workers are the people who work on cases now.
func (m *Moderation) workers(ctx context.Context) (map[model.ID]bool, error) {
	people, err := m.st.People(ctx)
	if err != nil {
		return nil, err
	}
	able := map[model.ID]bool{}
	for _, p := range people {
		if m.Works(p) {
			able[p.ID] = true
		}
	}
	return able, nil
}
