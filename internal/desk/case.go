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

// caseEntity is a case in the API; Reports, Evidence and Notes are there when it was read alone.
type caseEntity struct {
	ID           model.ID          `json:"id"`
	Account      accountRef        `json:"account"`
	State        model.CaseState   `json:"state"`
	Outcome      model.CaseOutcome `json:"outcome,omitempty"`
	ReportsCount int64             `json:"reports_count"`
	Priority     int64             `json:"priority"`
	Reasons      []reasonEntity    `json:"reasons"`
	Assignee     *personRef        `json:"assignee,omitempty"`
	OpenedAt     time.Time         `json:"opened_at"`
	DueAt        time.Time         `json:"due_at,omitzero"`
	Overdue      bool              `json:"overdue"`
	ResolvedAt   time.Time         `json:"resolved_at,omitzero"`
	Reports      []reportEntity    `json:"reports,omitempty"`
	Evidence     []exhibitEntity   `json:"evidence,omitempty"`
	Notes        []noteEntity      `json:"notes,omitempty"`
}

// reasonEntity is one part of a case's priority.
type reasonEntity struct {
	What   string `json:"what"`
	Points int64  `json:"points"`
}

type reportEntity struct {
	ID        model.ID             `json:"id"`
	Reporter  accountRef           `json:"reporter"`
	Category  model.ReportCategory `json:"category"`
	Comment   string               `json:"comment"`
	Posts     []model.ID           `json:"posts"`
	Filed     int64                `json:"filed"`
	Weight    int64                `json:"weight"`
	Doubts    string               `json:"doubts,omitempty"`
	CreatedAt time.Time            `json:"created_at"`
}

// exhibitEntity is a reported post as it was when it was reported, and what became of it since.
type exhibitEntity struct {
	ID           model.ID         `json:"id"`
	Post         model.ID         `json:"post"`
	Author       accountRef       `json:"author"`
	Text         string           `json:"text"`
	Spoiler      string           `json:"spoiler,omitempty"`
	Sensitive    bool             `json:"sensitive"`
	Visibility   model.Visibility `json:"visibility"`
	Language     string           `json:"language,omitempty"`
	CreatedAt    time.Time        `json:"created_at"`
	EditedAt     time.Time        `json:"edited_at,omitzero"`
	KeptAt       time.Time        `json:"kept_at"`
	Named        int64            `json:"named"`
	DeletedSince time.Time        `json:"deleted_since,omitzero"`
	EditedSince  time.Time        `json:"edited_since,omitzero"`
	Erased       bool             `json:"erased"`
}

// noteEntity is one line in the history of a case. Without By nobody did it: an assignee left.
type noteEntity struct {
	ID      model.ID          `json:"id"`
	Kind    model.NoteKind    `json:"kind"`
	By      *personRef        `json:"by,omitempty"`
	To      *personRef        `json:"to,omitempty"`
	Outcome model.CaseOutcome `json:"outcome,omitempty"`
	Text    string            `json:"text,omitempty"`
	At      time.Time         `json:"at"`
}

func (all roster) caseOf(f moderation.File) caseEntity {
	c := f.Case
	return caseEntity{ID: c.ID, Account: refOf(f.Account), State: c.State, Outcome: c.Outcome, ReportsCount: c.Reports,
		Priority: f.Priority, Reasons: eachOf(f.Reasons, func(r moderation.Reason) reasonEntity { return reasonEntity(r) }),
		Assignee: all.optional(c.Assignee), OpenedAt: c.OpenedAt, DueAt: c.DueAt, Overdue: f.Overdue, ResolvedAt: c.ResolvedAt,
		Reports: eachOf(f.Reports, reportOf), Evidence: eachOf(f.Evidence, exhibitOf), Notes: eachOf(f.Notes, all.noteOf)}
}

// optional names a person, or nobody where there is none.
func (all roster) optional(id model.ID) *personRef {
	if id == 0 {
		return nil
	}
	return new(all.ref(id))
}

// eachOf makes entities, a list that is never null in JSON.
func eachOf[T, E any](items []T, entity func(T) E) []E {
	all := []E{}
	for _, item := range items {
		all = append(all, entity(item))
	}
	return all
}

func reportOf(c moderation.Complaint) reportEntity {
	r := c.Report
	return reportEntity{ID: r.ID, Reporter: refOf(c.Reporter), Category: r.Category, Comment: r.Comment, Filed: r.Filed,
		Posts: append([]model.ID{}, r.Posts...), Weight: r.Weight, Doubts: r.Doubts, CreatedAt: r.CreatedAt}
}

func exhibitOf(e moderation.Exhibit) exhibitEntity {
	return exhibitEntity{ID: e.ID, Post: e.Post, Author: refOf(e.Author), Text: e.Text, Spoiler: e.Spoiler, Sensitive: e.Sensitive,
		Visibility: e.Visibility, Language: e.Language, CreatedAt: e.CreatedAt, EditedAt: e.EditedAt, KeptAt: e.KeptAt,
		Named: e.Named, DeletedSince: e.DeletedAt, EditedSince: e.ChangedAt, Erased: e.Erased}
}

func (all roster) noteOf(n model.CaseNote) noteEntity {
	return noteEntity{ID: n.ID, Kind: n.Kind, By: all.optional(n.Person), To: all.optional(n.To), Outcome: n.Outcome, Text: n.Text, At: n.At}
}

// readCases reads the query of a list of cases.
func (d *desk) readCases(r *http.Request, who caller, q *moderation.Query) error {
	var l list
	f := l.fields()
	f["state"] = func(v string) error {
		if q.State = model.CaseState(v); v == "all" {
			q.State = ""
		} else if v == "" {
			q.State = model.CaseOpen
		}
		return nil
	}
	f["account"] = func(v string) error {
		if v == "" {
			return nil
		}
		account, err := d.accountCalled(r.Context(), "account", v)
		q.Account = account.ID
		return err
	}
	f["assignee"] = func(v string) (err error) {
		switch v {
		case "":
		case "me":
			q.Assignee = who.Person
		case "nobody":
			q.Unassigned = true
		default:
			q.Assignee, err = d.personCalled(r.Context(), "assignee", v)
		}
		return err
	}
	f["overdue"] = func(v string) error {
		switch v {
		case "":
		case "true", "false":
			q.Overdue = new(v == "true")
		default:
			return model.Invalid("overdue", "must be true or false")
		}
		return nil
	}
	f["order"] = func(v string) error {
		if v != "priority" && v != "newest" {
			return model.Invalid("order", "must be priority or newest")
		}
		q.ByPriority = v == "priority"
		return nil
	}
	err := f.read(r)
	q.Before, q.Limit = l.before, l.limit
	return err
}

// maxLogin is how many characters of a login are looked for.
const maxLogin = 64

// personCalled finds a person by a login in the input called field.
func (d *desk) personCalled(ctx context.Context, field, login string) (model.ID, error) {
	if err := model.CheckText(field, login, maxLogin); err != nil {
		return 0, err
	}
	l, err := d.Store.LoginNamed(ctx, login)
	return l.Person, err
}

func (d *desk) cases(w http.ResponseWriter, r *http.Request, who caller) error {
	q := moderation.Query{State: model.CaseOpen}
	if err := d.readCases(r, who, &q); err != nil {
		return err
	}
	all, err := d.listCases(r.Context(), q)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

func (d *desk) listCases(ctx context.Context, q moderation.Query) ([]caseEntity, error) {
	files, err := d.Moderation.Cases(ctx, q)
	if err != nil {
		return nil, err
	}
	people, err := d.roster(ctx)
	if err != nil {
		return nil, err
	}
	return eachOf(files, people.caseOf), nil
}

func (d *desk) oneCase(w http.ResponseWriter, r *http.Request, _ caller) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return d.writeCase(w, r, id)
}

func (d *desk) writeCase(w http.ResponseWriter, r *http.Request, id model.ID) error {
	e, err := d.caseCalled(r.Context(), id)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, e)
}

func (d *desk) caseCalled(ctx context.Context, id model.ID) (caseEntity, error) {
	f, err := d.Moderation.Case(ctx, id)
	if err != nil {
		return caseEntity{}, err
	}
	people, err := d.roster(ctx)
	if err != nil {
		return caseEntity{}, err
	}
	return people.caseOf(f), nil
}
