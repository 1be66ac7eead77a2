package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

const (
	reportCols = `id, reporter, target, posts, category, comment, case_id, created_at`
	caseCols   = `id, account, state, reports, assignee, opened_at, resolved_at`
)

func scanReport(row scanner) (r model.Report, err error) {
	var posts string
	var created int64
	if err = row.Scan(&r.ID, &r.Reporter, &r.Target, &posts, &r.Category, &r.Comment, &r.Case, &created); err != nil {
		return r, err
	}
	r.CreatedAt = fromMillis(created)
	r.Posts, err = splitIDs(posts)
	return r, err
}

func scanCase(row scanner) (c model.Case, err error) {
	var opened, resolved int64
	err = row.Scan(&c.ID, &c.Account, &c.State, &c.Reports, &c.Assignee, &opened, &resolved)
	c.OpenedAt, c.ResolvedAt = fromMillis(opened), fromMillis(resolved)
	return c, err
}

// AddReport files a report on the open case of its target, opening one when there is none, and gives the report with
// its case.
func (tx *Tx) AddReport(ctx context.Context, r model.Report) (model.Report, error) {
	c, err := one(ctx, tx.q, scanCase, "case", `INSERT INTO cases (`+caseCols+`)
		VALUES ($1, $2, 'open', 1, 0, $3, 0)
		ON CONFLICT (account) WHERE state = 'open' DO UPDATE SET reports = cases.reports + 1
		RETURNING `+caseCols, tx.NextID(), r.Target, millis(r.CreatedAt))
	if err != nil {
		return model.Report{}, err
	}
	r.Case = c.ID
	_, err = tx.exec(ctx, `INSERT INTO reports (`+reportCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.ID, r.Reporter, r.Target, joinIDs(r.Posts), string(r.Category), r.Comment, r.Case, millis(r.CreatedAt))
	if err != nil {
		return model.Report{}, fmt.Errorf("filing a report: %w", err)
	}
	return r, nil
}

// ResolveCase closes a case; the next report on its account opens another.
func (tx *Tx) ResolveCase(ctx context.Context, id model.ID, now time.Time) error {
	n, err := tx.exec(ctx, `UPDATE cases SET state = 'resolved', resolved_at = $2 WHERE id = $1 AND state = 'open'`,
		id, millis(now))
	if err == nil && n == 0 {
		err = model.NotFound("open case")
	}
	return err
}

// Case reads a case.
func (r Reads) Case(ctx context.Context, id model.ID) (model.Case, error) {
	return one(ctx, r.q, scanCase, "case", `SELECT `+caseCols+` FROM cases WHERE id = $1`, id)
}

// OpenCase is the open case of an account.
func (r Reads) OpenCase(ctx context.Context, account model.ID) (model.Case, error) {
	return one(ctx, r.q, scanCase, "open case",
		`SELECT `+caseCols+` FROM cases WHERE account = $1 AND state = 'open'`, account)
}

// Cases are the cases in a state.
func (r Reads) Cases(ctx context.Context, state model.CaseState, g Range) ([]model.Case, error) {
	cases, err := collect(ctx, r.q, scanCase, `SELECT `+caseCols+` FROM cases WHERE state = $1`+g.sql("id", 2),
		append([]any{string(state)}, g.args()...)...)
	if err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	return cases, nil
}

// ReportsOn are the reports that a case was made from.
func (r Reads) ReportsOn(ctx context.Context, onCase model.ID, g Range) ([]model.Report, error) {
	reports, err := collect(ctx, r.q, scanReport, `SELECT `+reportCols+` FROM reports WHERE case_id = $1`+g.sql("id", 2),
		append([]any{onCase}, g.args()...)...)
	if err != nil {
		return nil, fmt.Errorf("reading reports: %w", err)
	}
	return reports, nil
}
