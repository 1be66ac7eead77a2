package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

const reportCols = `id, reporter, target, posts, category, comment, case_id, filed, weight, doubts, created_at`

func scanReport(row scanner) (r model.Report, err error) {
	var posts string
	var created int64
	err = row.Scan(&r.ID, &r.Reporter, &r.Target, &posts, &r.Category, &r.Comment, &r.Case, &r.Filed, &r.Weight, &r.Doubts, &created)
	if err != nil {
		return r, err
	}
	r.CreatedAt = fromMillis(created)
	r.Posts, err = splitIDs(posts)
	return r, err
}

// AddReport files a report on the open case of its target, opening one when there is none, and keeps the posts that it
// names as evidence. What a member files on a case where a report of theirs is already is added to that report
// (model.Report.Join) and weighs nothing more. AddReport gives the report as it is then, with its case. The case is to
// be ranked anew after it.
func (tx *Tx) AddReport(ctx context.Context, r model.Report) (model.Report, error) {
	// The case's row is written first: whoever else reports the account waits for it.
	c, err := one(ctx, tx.q, scanID, "case", `INSERT INTO cases (id, account, state, reports, assignee, opened_at, resolved_at, rank, since)
		VALUES ($1, $2, 'open', 0, 0, $3, 0, $4, $3)
		ON CONFLICT (account) WHERE state = 'open' DO UPDATE SET state = cases.state
		RETURNING id`, tx.NextID(), r.Target, millis(r.CreatedAt), -millis(r.CreatedAt))
	if err != nil {
		return model.Report{}, err
	}
	r.Case = c
	old, err := one(ctx, tx.q, scanReport, "report", `SELECT `+reportCols+` FROM reports WHERE case_id = $1 AND reporter = $2
		ORDER BY id LIMIT 1`, c, r.Reporter)
	switch {
	case err == nil:
		return tx.joinReport(ctx, old, r)
	case model.KindOf(err) != model.KindNotFound:
		return model.Report{}, err
	}
	first := r
	first.Posts, first.Comment, first.Filed = nil, "", 0
	if r, err = first.Join(r); err != nil {
		return model.Report{}, err
	}
	if err := tx.keepEvidence(ctx, c, r.Posts, nil, r.CreatedAt); err != nil {
		return model.Report{}, err
	}
	if err := tx.weigh(ctx, c, 1, r.Category, r.Weight); err != nil {
		return model.Report{}, err
	}
	_, err = tx.exec(ctx, `INSERT INTO reports (`+reportCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		r.ID, r.Reporter, r.Target, joinIDs(r.Posts), string(r.Category), r.Comment, r.Case, r.Filed, r.Weight, r.Doubts, millis(r.CreatedAt))
	if err != nil {
		return model.Report{}, fmt.Errorf("filing a report: %w", err)
	}
	return r, nil
}

// joinReport adds to a report what its reporter files again.
func (tx *Tx) joinReport(ctx context.Context, old, more model.Report) (model.Report, error) {
	r, err := old.Join(more)
	if err != nil {
		return r, err
	}
	if err := tx.keepEvidence(ctx, r.Case, more.Posts, old.Posts, more.CreatedAt); err != nil {
		return r, err
	}
	if r.Category != old.Category { // its weight goes over to the other category
		if err := tx.weigh(ctx, r.Case, 0, old.Category, -r.Weight); err != nil {
			return r, err
		}
		if err := tx.weigh(ctx, r.Case, 0, r.Category, r.Weight); err != nil {
			return r, err
		}
	}
	_, err = tx.exec(ctx, `UPDATE reports SET posts = $2, category = $3, comment = $4, filed = $5 WHERE id = $1`,
		r.ID, joinIDs(r.Posts), string(r.Category), r.Comment, r.Filed)
	if err != nil {
		return r, fmt.Errorf("adding to a report: %w", err)
	}
	return r, nil
}

// weigh adds a report's weight to its case.
func (tx *Tx) weigh(ctx context.Context, onCase model.ID, reports int64, category model.ReportCategory, weight int64) error {
	column := "full_weight"
	if max(weight, -weight) < model.LightWeight {
		column = "light_weight"
	}
	set := `UPDATE cases SET reports = reports + $2, ` + column + ` = ` + column + ` + $3`
	switch category {
	case model.ReportLegal:
		set += `, legal_weight = legal_weight + $3`
	case model.ReportViolation:
		set += `, violation_weight = violation_weight + $3`
	case model.ReportSpam:
		set += `, spam_weight = spam_weight + $3`
	}
	if _, err := tx.exec(ctx, set+` WHERE id = $1`, onCase, reports, weight); err != nil {
		return fmt.Errorf("weighing a report: %w", err)
	}
	return nil
}

// Record is what became of the reports that a member filed.
type Record struct {
	Held    int64 // their cases were acted on
	NotHeld int64 // their cases were resolved without action
	Recent  int64 // they were filed since a moment, whatever became of them
}

// ReporterRecord looks at the newest reports of a member, at most the given number of them.
func (r Reads) ReporterRecord(ctx context.Context, reporter model.ID, since time.Time, most int) (Record, error) {
	return one(ctx, r.q, func(row scanner) (m Record, err error) {
		err = row.Scan(&m.Held, &m.NotHeld, &m.Recent)
		return m, err
	}, "reports", `SELECT COUNT(*) FILTER (WHERE c.outcome = 'acted'), COUNT(*) FILTER (WHERE c.outcome = 'no_action'),
			COUNT(*) FILTER (WHERE r.created_at > $2)
		FROM (SELECT case_id, created_at FROM reports WHERE reporter = $1 ORDER BY id DESC LIMIT $3) AS r
		JOIN cases AS c ON c.id = r.case_id`, reporter, millis(since), most)
}

// ReportsBefore counts the reports on a case by category, as it was at a time.
func (r Reads) ReportsBefore(ctx context.Context, onCase model.ID, at time.Time) (map[model.ReportCategory]int64, error) {
	return r.counted(ctx, `SELECT category, COUNT(*) FROM reports WHERE case_id = $1 AND created_at <= $2 GROUP BY category`,
		onCase, millis(at))
}

// ReportsBetween counts the reports by category that were made at from or later and before to.
func (r Reads) ReportsBetween(ctx context.Context, from, to time.Time) (map[model.ReportCategory]int64, error) {
	return r.counted(ctx, `SELECT category, COUNT(*) FROM reports WHERE created_at >= $1 AND created_at < $2 GROUP BY category`,
		millis(from), millis(to))
}

func (r Reads) counted(ctx context.Context, text string, args ...any) (map[model.ReportCategory]int64, error) {
	n := map[model.ReportCategory]int64{}
	_, err := collect(ctx, r.q, func(row scanner) (struct{}, error) {
		var category model.ReportCategory
		var count int64
		err := row.Scan(&category, &count)
		n[category] = count
		return struct{}{}, err
	}, text, args...)
	if err != nil {
		return nil, fmt.Errorf("counting reports: %w", err)
	}
	return n, nil
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
