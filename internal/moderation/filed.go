package moderation

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Filed is a report with all that it is about, as the desk sees it.
type Filed struct {
	model.Report
	Case       model.Case
	Reporter   Member
	Target     Member
	Assignee   *Member // an account of the person who works on the case, when there is one
	ResolvedBy *Member // of who resolved the case, when it is
	Posts      []Evidence
}

// Evidence is a reported post: dark or not, and deleted or not.
type Evidence struct {
	model.Post
	Author   Member
	Mentions []model.Account
}

// ReportFilter says which reports are wanted; what is zero leaves none out.
type ReportFilter = store.ReportFilter

// FiledReport reads a report.
func (m *Moderation) FiledReport(ctx context.Context, id model.ID) (Filed, error) {
	r, err := m.st.Report(ctx, id)
	if err != nil {
		return Filed{}, err
	}
	all, err := m.filed(ctx, []model.Report{r})
	if err != nil {
		return Filed{}, err
	}
	return all[0], nil
}

// FiledReports lists reports.
func (m *Moderation) FiledReports(ctx context.Context, f ReportFilter, p Page) ([]Filed, error) {
	reports, err := m.st.ReportList(ctx, f, p)
	if err != nil {
		return nil, err
	}
	return m.filed(ctx, reports)
}

// Classify files a report under another category, and says so in the history of its case.
func (m *Moderation) Classify(ctx context.Context, by, id model.ID, c model.ReportCategory) error {
	r, err := m.st.Report(ctx, id)
	if err != nil {
		return err
	}
	return m.decide(ctx, by, r.Case, func(tx *store.Tx, _ model.Person, _ model.Case) (model.CaseNote, error) {
		r, err := tx.Report(ctx, id)
		if err != nil || r.Category == c {
			return model.CaseNote{}, err
		}
		if err := tx.SetReportCategory(ctx, r, c); err != nil {
			return model.CaseNote{}, err
		}
		return model.CaseNote{Kind: model.NoteText, Text: fmt.Sprintf("Report %s is filed under %s, no longer under %s.", id, c, r.Category)},
			rank(ctx, tx, r.Case, m.now())
	})
}

// filed reads what reports are about.
func (m *Moderation) filed(ctx context.Context, reports []model.Report) ([]Filed, error) {
	on, err := m.subjects(ctx, reports)
	if err != nil {
		return nil, err
	}
	staff, err := m.staff(ctx)
	if err != nil {
		return nil, err
	}
	accountOf := map[model.ID]model.ID{} // a person's
	for _, account := range slices.Backward(slices.Sorted(maps.Keys(staff))) {
		p := staff[account]
		accountOf[p.ID] = account
	}
	var ids []model.ID
	for _, r := range reports {
		ids = append(ids, r.Reporter, r.Target, accountOf[on.cases[r.Case].Assignee], accountOf[on.resolvers[r.Case]])
	}
	for _, p := range on.posts {
		ids = append(append(ids, p.Account), p.Mentions...)
	}
	people, err := m.memberMap(ctx, ids)
	if err != nil {
		return nil, err
	}
	who := func(person model.ID) *Member {
		a, ok := people[accountOf[person]]
		if !ok {
			return nil
		}
		return &a
	}
	all := []Filed{}
	for _, r := range reports {
		f := Filed{Report: r, Case: on.cases[r.Case], Reporter: people[r.Reporter], Target: people[r.Target]}
		if f.Assignee = who(f.Case.Assignee); f.Case.State == model.CaseResolved {
			f.ResolvedBy = who(on.resolvers[r.Case])
		}
		for _, id := range r.Posts {
			if p, ok := on.posts[id]; ok {
				f.Posts = append(f.Posts, evidence(p, people))
			}
		}
		all = append(all, f)
	}
	return all, nil
}

func evidence(p model.Post, people map[model.ID]Member) Evidence {
	e := Evidence{Post: p, Author: people[p.Account]}
	for _, id := range p.Mentions {
		if a, ok := people[id]; ok {
			e.Mentions = append(e.Mentions, a.Account)
		}
	}
	return e
}

// subjects are what reports are about, by ID, and who resolved their cases.
type subjects struct {
	cases     map[model.ID]model.Case
	resolvers map[model.ID]model.ID
	posts     map[model.ID]model.Post
}

// subjects reads what reports are about. Of an open case the assignee is zero also when whoever has it works on cases no
// more.
func (m *Moderation) subjects(ctx context.Context, reports []model.Report) (subjects, error) {
	on := subjects{map[model.ID]model.Case{}, map[model.ID]model.ID{}, map[model.ID]model.Post{}}
	workers, err := m.workers(ctx)
	if err != nil {
		return on, err
	}
	var cases, posts []model.ID
	for _, r := range reports {
		cases = append(cases, r.Case)
		posts = append(posts, r.Posts...)
	}
	for some := range slices.Chunk(cases, store.MaxList) {
		list, err := m.st.CasesByID(ctx, some)
		if err != nil {
			return on, err
		}
		for _, c := range list {
			if c.State == model.CaseOpen && !workers[c.Assignee] {
				c.Assignee = 0
			}
			on.cases[c.ID] = c
		}
		by, err := m.st.Resolvers(ctx, some)
		if err != nil {
			return on, err
		}
		maps.Copy(on.resolvers, by)
	}
	for some := range slices.Chunk(posts, store.MaxList) {
		list, err := m.st.Posts(ctx, some)
		if err != nil {
			return on, err
		}
		for _, p := range list {
			on.posts[p.ID] = p
		}
	}
	return on, nil
}

// memberMap reads those of the accounts that there are.
func (m *Moderation) memberMap(ctx context.Context, ids []model.ID) (map[model.ID]Member, error) {
	accounts, err := m.accounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	all, err := m.members(ctx, slices.Collect(maps.Values(accounts)))
	if err != nil {
		return nil, err
	}
	byID := map[model.ID]Member{}
	for _, a := range all {
		byID[a.ID] = a
	}
	return byID, nil
}
