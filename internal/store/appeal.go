package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

var appealDecisionTable = table("appeal_decisions", "id", "account", "subject", "request", "decision", "at")

// appealsFrom reads appeals with their decisions: those that nobody has decided have none.
const appealsFrom = `SELECT a.id, a.account, a.subject, a.text, a.created_at, a.closed_at,
	COALESCE(d.id, 0), COALESCE(d.account, 0), COALESCE(d.subject, 0), COALESCE(d.request, 0), COALESCE(d.decision, ''),
	COALESCE(d.at, 0), COALESCE(d.leaf, 0) FROM appeals AS a LEFT JOIN appeal_decisions AS d ON d.id = a.id `

func scanAppeal(row scanner) (a model.Appeal, err error) {
	var created, closed, at int64
	d := &a.Decision
	err = row.Scan(&a.ID, &a.Account, &a.Subject, &a.Text, &created, &closed,
		&d.Appeal, &d.Account, &d.Subject, &d.Request, &d.State, &at, &d.Leaf)
	a.CreatedAt, a.ClosedAt, d.At = fromMillis(created), fromMillis(closed), fromMillis(at)
	return a, err
}

// AddAppeal files an appeal. A second one against the same sanction or strike breaks a unique index: IsConflict.
func (tx *Tx) AddAppeal(ctx context.Context, a model.Appeal) error {
	_, err := tx.exec(ctx, `INSERT INTO appeals (id, account, subject, text, created_at, closed_at) VALUES ($1, $2, $3, $4, $5, 0)`,
		a.ID, a.Account, a.Subject, a.Text, millis(a.CreatedAt))
	if err != nil {
		return fmt.Errorf("filing an appeal: %w", err)
	}
	return nil
}

// CloseAppeal takes the appeal against a sanction or strike, if there is one that is open, from what the desk has to do.
func (p *PrivTx) CloseAppeal(ctx context.Context, subject model.ID) error {
	_, err := p.exec(ctx, `UPDATE appeals SET closed_at = $2 WHERE subject = $1 AND closed_at = 0`, subject, millis(p.Now()))
	if err != nil {
		return fmt.Errorf("closing an appeal: %w", err)
	}
	return nil
}

// PutAppealDecision writes how an appeal was decided.
func (p *PrivTx) PutAppealDecision(ctx context.Context, d model.AppealDecision) error {
	return p.put(ctx, appealDecisionTable, d.Appeal, d.Account, d.Subject, d.Request, string(d.State), millis(d.At))
}

// Appeal reads an appeal with its decision.
func (r Reads) Appeal(ctx context.Context, id model.ID) (model.Appeal, error) {
	return one(ctx, r.q, scanAppeal, "appeal", appealsFrom+`WHERE a.id = $1`, id)
}

// AppealsOf are an account's appeals, the oldest first.
func (r Reads) AppealsOf(ctx context.Context, account model.ID) ([]model.Appeal, error) {
	return r.appeals(ctx, `WHERE a.account = $1 ORDER BY a.id`, account)
}

// Appeals are the appeals in a state.
func (r Reads) Appeals(ctx context.Context, state model.AppealState, g Range) ([]model.Appeal, error) {
	switch state {
	case model.AppealOpen:
		return r.appeals(ctx, `WHERE a.closed_at = 0`+g.sql("a.id", 1), g.args()...)
	case model.AppealSettled:
		return r.appeals(ctx, `WHERE a.closed_at <> 0 AND d.id IS NULL`+g.sql("a.id", 1), g.args()...)
	}
	return r.appeals(ctx, `WHERE d.decision = $1`+g.sql("a.id", 2), append([]any{string(state)}, g.args()...)...)
}

func (r Reads) appeals(ctx context.Context, where string, args ...any) ([]model.Appeal, error) {
	list, err := collect(ctx, r.q, scanAppeal, appealsFrom+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading appeals: %w", err)
	}
	return list, nil
}

// AppealsMade counts an account's appeals: those that are open, and those that it has made since a time.
func (r Reads) AppealsMade(ctx context.Context, account model.ID, since time.Time) (open, made int64, err error) {
	_, err = r.row(ctx, []any{&open, &made}, `SELECT COUNT(CASE WHEN closed_at = 0 THEN 1 END), COUNT(CASE WHEN created_at > $2 THEN 1 END)
		FROM appeals WHERE account = $1`, account, millis(since))
	return open, made, err
}
