package deskclient

import (
	"context"
	"net/url"
	"time"

	"keyturn/internal/model"
)

// Case is a case as the desk shows it; Reports, Evidence and Notes are there when it was read alone.
type Case struct {
	ID           model.ID          `json:"id"`
	Account      Who               `json:"account"`
	State        model.CaseState   `json:"state"`
	Outcome      model.CaseOutcome `json:"outcome,omitempty"`
	ReportsCount int64             `json:"reports_count"`
	Priority     int64             `json:"priority"`
	Reasons      []Reason          `json:"reasons"`
	Assignee     *Who              `json:"assignee,omitempty"`
	OpenedAt     time.Time         `json:"opened_at"`
	DueAt        time.Time         `json:"due_at,omitzero"`
	Overdue      bool              `json:"overdue"`
	ResolvedAt   time.Time         `json:"resolved_at,omitzero"`
	Reports      []Report          `json:"reports,omitempty"`
	Evidence     []Exhibit         `json:"evidence,omitempty"`
	Notes        []Note            `json:"notes,omitempty"`
}

// Reason is one part of a case's priority.
type Reason struct {
	What   string `json:"what"`
	Points int64  `json:"points"`
}

// Report is one member's report.
type Report struct {
	ID       model.ID   `json:"id"`
	Reporter Who        `json:"reporter"`
	Category string     `json:"category"`
	Comment  string     `json:"comment"`
	Posts    []model.ID `json:"posts"`
	Filed    int64      `json:"filed"`
	Weight   int64      `json:"weight"`
	Doubts   string     `json:"doubts,omitempty"`
}

// Exhibit is a reported post as it was when it was reported.
type Exhibit struct {
	Post         model.ID  `json:"post"`
	Author       Who       `json:"author"`
	Text         string    `json:"text"`
	Spoiler      string    `json:"spoiler,omitempty"`
	Visibility   string    `json:"visibility"`
	CreatedAt    time.Time `json:"created_at"`
	Named        int64     `json:"named"`
	DeletedSince time.Time `json:"deleted_since,omitzero"`
	EditedSince  time.Time `json:"edited_since,omitzero"`
	Erased       bool      `json:"erased"`
}

// Note is one line in the history of a case.
type Note struct {
	Kind    model.NoteKind    `json:"kind"`
	By      *Who              `json:"by,omitempty"`
	To      *Who              `json:"to,omitempty"`
	Outcome model.CaseOutcome `json:"outcome,omitempty"`
	Text    string            `json:"text"`
	At      time.Time         `json:"at"`
}

// Cases lists cases by the parameters of GET /api/v1/cases.
func (c *Client) Cases(ctx context.Context, query url.Values) ([]Case, error) {
	var list []Case
	err := c.Get(ctx, "/api/v1/cases?"+query.Encode(), &list)
	return list, err
}

// Case reads a case.
func (c *Client) Case(ctx context.Context, id string) (Case, error) {
	var v Case
	err := c.Get(ctx, "/api/v1/cases/"+url.PathEscape(id), &v)
	return v, err
}

// OnCase does something on a case: claim, assign, release, notes, resolve or reopen, with what that takes.
func (c *Client) OnCase(ctx context.Context, id, how string, in map[string]string) (Case, error) {
	var v Case
	err := c.Post(ctx, "/api/v1/cases/"+url.PathEscape(id)+"/"+how, in, &v)
	return v, err
}
