package desk

import (
	"context"
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/web"
)

// appealEntity is an appeal in the API and on its page; what it rests on is there when it was
// read alone.
type appealEntity struct {
	ID        model.ID          `json:"id"`
	Account   accountRef        `json:"account"`
	State     model.AppealState `json:"state"`
	Text      string            `json:"text"`
	CreatedAt time.Time         `json:"created_at"`
	DueAt     time.Time         `json:"due_at"`
	Overdue   bool              `json:"overdue"`
	ClosedAt  time.Time         `json:"closed_at,omitzero"`
	Decision  *decisionEntity   `json:"decision,omitempty"`
	Statement statementEntity   `json:"statement"`
	Reports   []reportEntity    `json:"reports,omitempty"`
	Evidence  []exhibitEntity   `json:"evidence,omitempty"`
	Post      *postEntity       `json:"post,omitempty"` // that was removed, as it is now
}

// postEntity is a post, whether it is dark, deleted or neither.
type postEntity struct {
	ID        model.ID  `json:"id"`
	Text      string    `json:"text"`
	Spoiler   string    `json:"spoiler,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	DeletedAt time.Time `json:"deleted_at,omitzero"`
}

// decisionEntity is how people decided an appeal.
type decisionEntity struct {
	Request model.ID  `json:"request"`
	At      time.Time `json:"at"`
	Message string    `json:"message,omitempty"`
}

// statementEntity is the statement of reasons of a sanction or strike, as its owner has it, with the request and case
// behind it.
type statementEntity struct {
	ID       model.ID          `json:"id"` // of the sanction or strike
	Kind     model.CommandKind `json:"kind"`
	Post     model.ID          `json:"post,omitzero"`
	Request  model.ID          `json:"request"`
	Case     model.ID          `json:"case,omitzero"`
	Legal    bool              `json:"legal"`
	Ground   string            `json:"ground"`
	Category model.Category    `json:"category"`
	Facts    string            `json:"facts"`
	Message  string            `json:"message,omitempty"`
	Start    time.Time         `json:"start"`
	End      time.Time         `json:"end,omitzero"`
	LiftedAt time.Time         `json:"lifted_at,omitzero"`
	Active   bool              `json:"active"`
}

func (d *desk) appealOf(a moderation.Docket) appealEntity {
	s := a.Statement
	e := appealEntity{ID: a.Appeal.ID, Account: refOf(a.Owner), State: a.Appeal.State(), Text: a.Appeal.Text, CreatedAt: a.Appeal.CreatedAt,
		DueAt: a.Due, Overdue: a.Overdue(d.Now()), ClosedAt: a.Appeal.ClosedAt,
		Statement: statementEntity{ID: s.ID, Kind: s.Kind, Post: s.Post, Request: s.Request, Case: s.Case, Legal: s.Legal, Ground: s.Ground,
			Category: s.Category, Facts: s.Facts, Message: s.Message, Start: s.Start, End: s.End, LiftedAt: s.LiftedAt, Active: s.Active(d.Now())}}
	if decided := a.Appeal.Decision; decided.Request != 0 {
		e.Decision = &decisionEntity{Request: decided.Request, At: decided.At, Message: a.Answer}
	}
	e.Reports, e.Evidence = eachOf(a.Reports, reportOf), eachOf(a.Evidence, exhibitOf)
	if p := a.Removed; p != nil {
		e.Post = &postEntity{ID: p.ID, Text: p.Text, Spoiler: p.Spoiler, CreatedAt: p.CreatedAt, DeletedAt: p.DeletedAt}
	}
	return e
}

// readQueue reads the query of a list that can also be read from the oldest up: after bounds it there.
func readQueue(r *http.Request) (l list, after model.ID, err error) {
	f := l.fields()
	f["state"] = into(&l.state)
	f["after"] = func(v string) (err error) {
		after, err = model.ParseID("after", v)
		return err
	}
	return l, after, f.read(r)
}

func (d *desk) appeals(w http.ResponseWriter, r *http.Request, _ caller) error {
	l, after, err := readQueue(r)
	if err != nil {
		return err
	}
	all, err := d.listAppeals(r.Context(), l, after)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

func (d *desk) listAppeals(ctx context.Context, l list, after model.ID) ([]appealEntity, error) {
	if l.state == "" {
		l.state = string(model.AppealOpen)
	}
	list, err := d.Moderation.Appeals(ctx, model.AppealState(l.state), l.before, after, l.limit)
	if err != nil {
		return nil, err
	}
	all := []appealEntity{}
	for _, a := range list {
		all = append(all, d.appealOf(a))
	}
	return all, nil
}

func (d *desk) appeal(w http.ResponseWriter, r *http.Request, _ caller) error {
	e, err := d.readAppeal(r)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, e)
}

func (d *desk) readAppeal(r *http.Request) (appealEntity, error) {
	id, err := pathID(r)
	if err != nil {
		return appealEntity{}, err
	}
	a, err := d.Moderation.OneAppeal(r.Context(), id)
	if err != nil {
		return appealEntity{}, err
	}
	return d.appealOf(a), nil
}

// appealsPage lists the open appeals, the one that is due first on top, and the last that were decided.
func (d *desk) appealsPage(w http.ResponseWriter, r *http.Request, who caller) error {
	l, after, err := readQueue(r)
	if err != nil {
		return err
	}
	open, err := d.listAppeals(r.Context(), list{state: string(model.AppealOpen), limit: l.limit}, after)
	if err != nil {
		return err
	}
	var closed []appealEntity
	for _, state := range []model.AppealState{model.AppealGranted, model.AppealRejected, model.AppealSettled} {
		some, err := d.listAppeals(r.Context(), list{state: string(state), limit: recentAppeals}, 0)
		if err != nil {
			return err
		}
		closed = append(closed, some...)
	}
	return d.show(w, r, http.StatusOK, "appeals", view{Title: "Appeals", Path: "/appeals", Person: who.person.Name,
		Data: map[string]any{"Open": open, "Closed": closed, "Later": older(open, l, func(a appealEntity) model.ID { return a.ID })}})
}

// recentAppeals is how many appeals of each end are listed below those that are open.
const recentAppeals = 10

// appealView is one appeal as its page shows it.
type appealView struct {
	appealEntity
	CategoryWords string
	Auditor       bool   // the viewer changes nothing
	AtOnce        bool   // the viewer's rejection takes effect at once
	WhyNot        string // why the viewer may not decide it; empty when they may, as far as can be told
}

// appealPage shows one appeal: what it is against and why that was decided, what the owner says, the evidence, and what
// decides it.
func (d *desk) appealPage(w http.ResponseWriter, r *http.Request, who caller) error {
	e, err := d.readAppeal(r)
	if err != nil {
		return err
	}
	v := appealView{appealEntity: e, CategoryWords: moderation.CategoryWords(e.Statement.Category),
		Auditor: onlyAudits(who)}
	if e.State == model.AppealOpen && !v.Auditor {
		x, err := d.Guard.Explain(r.Context(), who.Person, model.Command{Kind: model.CmdDecideAppeal, Account: e.Account.ID,
			Case: e.Statement.Case, Params: map[string]string{"appeal": e.ID.String(), "decision": "reject"}})
		if err != nil {
			return err
		}
		if v.AtOnce = x.Allowed; x.Refusal != nil {
			v.WhyNot = x.Refusal.Message
		}
	}
	return d.show(w, r, http.StatusOK, "appeal", view{Title: "Appeal of @" + e.Account.Handle, Path: "/appeals", Person: who.person.Name, Data: v})
}
