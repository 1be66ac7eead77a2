package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"keyturn/internal/model"
)

const caseCols = `id, account, state, outcome, reports, full_weight, light_weight, legal_weight, violation_weight, spam_weight,
	class, followers, rank, assignee, opened_at, since, due_at, resolved_at`

func scanCase(row scanner) (c model.Case, err error) {
	var opened, since, due, resolved int64
	s := &c.Stakes
	err = row.Scan(&c.ID, &c.Account, &c.State, &c.Outcome, &c.Reports, &s.Full, &s.Light, &s.Legal, &s.Violation, &s.Spam,
		&s.Class, &s.Followers, &c.Rank, &c.Assignee, &opened, &since, &due, &resolved)
	c.OpenedAt, c.Since, c.DueAt, c.ResolvedAt = fromMillis(opened), fromMillis(since), fromMillis(due), fromMillis(resolved)
	return c, err
}

// RankCase keeps the order and the due time of an open case, and the class and the followers that they were made from.
func (tx *Tx) RankCase(ctx context.Context, c model.Case) error {
	_, err := tx.exec(ctx, `UPDATE cases SET class = $2, followers = $3, rank = $4, due_at = $5 WHERE id = $1 AND state = 'open'`,
		c.ID, string(c.Stakes.Class), c.Stakes.Followers, c.Rank, millis(c.DueAt))
	if err != nil {
		return fmt.Errorf("ranking a case: %w", err)
	}
	return nil
}

// ResolveCase closes a case; the next report on its account opens another.
func (tx *Tx) ResolveCase(ctx context.Context, id model.ID, outcome model.CaseOutcome, now time.Time) error {
	n, err := tx.exec(ctx, `UPDATE cases SET state = 'resolved', outcome = $2, resolved_at = $3 WHERE id = $1 AND state = 'open'`,
		id, string(outcome), millis(now))
	if err == nil && n == 0 {
		err = model.NotFound("open case")
	}
	return err
}

// ReopenCase opens a case that was resolved: it waits anew. A case that is open, and one whose account has another open
// case by now, is a conflict.
func (tx *Tx) ReopenCase(ctx context.Context, id model.ID, now time.Time) error {
	n, err := tx.exec(ctx, `UPDATE cases SET state = 'open', outcome = '', resolved_at = 0, since = $2, due_at = 0
		WHERE id = $1 AND state = 'resolved'
		AND NOT EXISTS (SELECT 1 FROM cases AS other WHERE other.account = cases.account AND other.state = 'open')`, id, millis(now))
	if err == nil && n == 0 {
		err = model.Errorf(model.KindConflict, "the case is open already, or its account has another open case")
	}
	return err
}

// AssignCase gives a case to a person, or to nobody.
func (tx *Tx) AssignCase(ctx context.Context, id, to model.ID) error {
	_, err := tx.exec(ctx, `UPDATE cases SET assignee = $2 WHERE id = $1`, id, to)
	if err != nil {
		return fmt.Errorf("assigning a case: %w", err)
	}
	return nil
}

// ReleaseCases takes up to limit open cases from a person and gives their IDs.
func (tx *Tx) ReleaseCases(ctx context.Context, person model.ID, limit int) ([]model.ID, error) {
	ids, err := collect(ctx, tx.q, scanID, `UPDATE cases SET assignee = 0 WHERE assignee = $1 AND state = 'open'
		AND id IN (SELECT id FROM cases WHERE assignee = $1 AND state = 'open' LIMIT $2) RETURNING id`, person, limit)
	if err != nil {
		return nil, fmt.Errorf("releasing cases: %w", err)
	}
	return ids, nil
}

// LockCase reads a case that this transaction will change: whatever else changes it waits until the end of it.
func (tx *Tx) LockCase(ctx context.Context, id model.ID) (model.Case, error) {
	return one(ctx, tx.q, scanCase, "case", `UPDATE cases SET state = state WHERE id = $1 RETURNING `+caseCols, id)
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

// CaseFilter says which cases are asked for. What is zero asks for nothing.
type CaseFilter struct {
	State     model.CaseState
	Account   model.ID
	Assignees []model.ID // cases of any of these, at most MaxList; the zero ID stands for nobody
	Overdue   *bool      // at Now
	Now       time.Time
	ByRank    bool     // in the order of their ranks, not the newest first
	Before    model.ID // a case: those behind it in the order
	Limit     int
}

// Cases are the cases that a filter lets through.
func (r Reads) Cases(ctx context.Context, f CaseFilter) ([]model.Case, error) {
	var where []string
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if f.State != "" {
		where = append(where, "state = "+arg(string(f.State)))
	}
	if f.Account != 0 {
		where = append(where, "account = "+arg(f.Account))
	}
	if len(f.Assignees) > 0 {
		in, ids := list(f.Assignees, len(args)+1)
		where = append(where, "assignee IN ("+in+")")
		args = append(args, ids...)
	}
	if f.Overdue != nil {
		late := "due_at > 0 AND due_at < CASE WHEN state = 'resolved' THEN resolved_at ELSE " + arg(millis(f.Now)) + " END"
		if !*f.Overdue {
			late = "NOT (" + late + ")"
		}
		where = append(where, late)
	}
	order := "id DESC"
	switch {
	case f.ByRank && f.Before != 0:
		where = append(where, "(rank, id) < (SELECT rank, id FROM cases WHERE id = "+arg(f.Before)+")")
	case f.Before != 0:
		where = append(where, "id < "+arg(f.Before))
	}
	if f.ByRank {
		order = "rank DESC, id DESC"
	}
	text := `SELECT ` + caseCols + ` FROM cases`
	if len(where) > 0 {
		text += ` WHERE ` + strings.Join(where, " AND ")
	}
	cases, err := collect(ctx, r.q, scanCase, text+` ORDER BY `+order+` LIMIT `+arg(f.Limit), args...)
	if err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	return cases, nil
}

// CasesToRank are open cases whose accounts have another class than when they were ranked.
func (r Reads) CasesToRank(ctx context.Context, limit int) ([]model.ID, error) {
	ids, err := collect(ctx, r.q, scanID, `SELECT k.id FROM cases AS k LEFT JOIN account_classes AS c ON c.account = k.account
		WHERE k.state = 'open' AND k.class <> COALESCE(c.class, 'standard') ORDER BY k.id LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	return ids, nil
}

// Assignees are the people who have open cases.
func (r Reads) Assignees(ctx context.Context) ([]model.ID, error) {
	ids, err := collect(ctx, r.q, scanID, `SELECT DISTINCT assignee FROM cases WHERE assignee <> 0 AND state = 'open'`)
	if err != nil {
		return nil, fmt.Errorf("reading who has cases: %w", err)
	}
	return ids, nil
}

const noteCols = `id, case_id, kind, person, other, outcome, text, at`

func scanNote(row scanner) (n model.CaseNote, err error) {
	var at int64
	err = row.Scan(&n.ID, &n.Case, &n.Kind, &n.Person, &n.To, &n.Outcome, &n.Text, &at)
	n.At = fromMillis(at)
	return n, err
}

// AddNote adds a line to the history of a case.
func (tx *Tx) AddNote(ctx context.Context, n model.CaseNote) error {
	_, err := tx.exec(ctx, `INSERT INTO case_notes (`+noteCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		n.ID, n.Case, string(n.Kind), n.Person, n.To, string(n.Outcome), n.Text, millis(n.At))
	if err != nil {
		return fmt.Errorf("writing a note: %w", err)
	}
	return nil
}

// NotesOn are the lines of a case's history.
func (r Reads) NotesOn(ctx context.Context, onCase model.ID, g Range) ([]model.CaseNote, error) {
	notes, err := collect(ctx, r.q, scanNote, `SELECT `+noteCols+` FROM case_notes WHERE case_id = $1`+g.sql("id", 2),
		append([]any{onCase}, g.args()...)...)
	if err != nil {
		return nil, fmt.Errorf("reading notes: %w", err)
	}
	return notes, nil
}

// Acted reports whether anything was done on a case: whether a sanction or a strike names it.
func (r Reads) Acted(ctx context.Context, c model.Case) (done bool, err error) {
	_, err = r.row(ctx, []any{&done}, `SELECT EXISTS (SELECT 1 FROM sanctions WHERE account = $1 AND case_id = $2)
		OR EXISTS (SELECT 1 FROM strikes WHERE account = $1 AND case_id = $2)`, c.Account, c.ID)
	return done, err
}

// CountNotes is how many notes of a kind a case has.
func (r Reads) CountNotes(ctx context.Context, onCase model.ID, kind model.NoteKind) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM case_notes WHERE case_id = $1 AND kind = $2`, onCase, string(kind))
	return n, err
}
