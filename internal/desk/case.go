package desk

import (
	"context"
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/web"
)

// accountRef names an account.
type accountRef struct {
	ID     model.ID    `json:"id"`
	Handle string      `json:"handle"`
	Class  model.Class `json:"class"`
}

func refOf(a model.Account) accountRef { return accountRef{ID: a.ID, Handle: a.Handle, Class: a.Class} }

// caseEntity is a case in the API; Reports is there when it was read alone.
type caseEntity struct {
	ID           model.ID        `json:"id"`
	Account      accountRef      `json:"account"`
	State        model.CaseState `json:"state"`
	ReportsCount int64           `json:"reports_count"`
	OpenedAt     time.Time       `json:"opened_at"`
	ResolvedAt   time.Time       `json:"resolved_at,omitzero"`
	Reports      []reportEntity  `json:"reports,omitempty"`
}

type reportEntity struct {
	ID        model.ID             `json:"id"`
	Reporter  accountRef           `json:"reporter"`
	Category  model.ReportCategory `json:"category"`
	Comment   string               `json:"comment"`
	Posts     []model.ID           `json:"posts"`
	Reported  []postEntity         `json:"reported"`
	CreatedAt time.Time            `json:"created_at"`
}

// postEntity is a reported post, whether it is dark, deleted or neither.
type postEntity struct {
	ID        model.ID  `json:"id"`
	Text      string    `json:"text"`
	Spoiler   string    `json:"spoiler,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	DeletedAt time.Time `json:"deleted_at,omitzero"`
}

func caseOf(f moderation.File) caseEntity {
	e := caseEntity{ID: f.Case.ID, Account: refOf(f.Account), State: f.Case.State, ReportsCount: f.Case.Reports,
		OpenedAt: f.Case.OpenedAt, ResolvedAt: f.Case.ResolvedAt}
	for _, c := range f.Reports {
		report := reportEntity{ID: c.Report.ID, Reporter: refOf(c.Reporter), Category: c.Report.Category,
			Comment: c.Report.Comment, Posts: append([]model.ID{}, c.Report.Posts...), Reported: []postEntity{},
			CreatedAt: c.Report.CreatedAt}
		for _, p := range c.Posts {
			report.Reported = append(report.Reported, postEntity{ID: p.ID, Text: p.Text, Spoiler: p.Spoiler,
				CreatedAt: p.CreatedAt, DeletedAt: p.DeletedAt})
		}
		e.Reports = append(e.Reports, report)
	}
	return e
}

func (d *desk) cases(w http.ResponseWriter, r *http.Request, _ caller) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	all, err := d.listCases(r.Context(), l)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

func (d *desk) listCases(ctx context.Context, l list) ([]caseEntity, error) {
	if l.state == "" {
		l.state = string(model.CaseOpen)
	}
	files, err := d.Moderation.Cases(ctx, model.CaseState(l.state), l.before, l.limit)
	if err != nil {
		return nil, err
	}
	all := []caseEntity{}
	for _, f := range files {
		all = append(all, caseOf(f))
	}
	return all, nil
}

func (d *desk) oneCase(w http.ResponseWriter, r *http.Request, _ caller) error {
	return d.writeCase(w, r)
}

func (d *desk) writeCase(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	f, err := d.Moderation.Case(r.Context(), id)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, caseOf(f))
}

func (d *desk) resolveCase(w http.ResponseWriter, r *http.Request, who caller) error {
	return d.changeCase(w, r, who, d.Moderation.Resolve)
}

func (d *desk) reopenCase(w http.ResponseWriter, r *http.Request, who caller) error {
	return d.changeCase(w, r, who, d.Moderation.Reopen)
}

func (d *desk) changeCase(w http.ResponseWriter, r *http.Request, who caller, change func(context.Context, model.Person, model.ID) error) error {
	if err := readNothing(w, r); err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := change(r.Context(), who.person, id); err != nil {
		return err
	}
	return d.writeCase(w, r)
}
