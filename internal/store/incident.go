package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"keyturn/internal/model"
)

const incidentCols = `id, rule, subject, what, details, opened_at, entry, acknowledged_by, acknowledged_at, note, over_at,
	closed_at`

func scanIncident(row scanner) (i model.Incident, err error) {
	var details string
	var opened, acknowledged, over, closed int64
	err = row.Scan(&i.ID, &i.Rule, &i.Subject, &i.What, &details, &opened, &i.Entry, &i.AcknowledgedBy, &acknowledged, &i.Note,
		&over, &closed)
	if err != nil {
		return i, err
	}
	i.OpenedAt, i.AcknowledgedAt = fromMillis(opened), fromMillis(acknowledged)
	i.OverAt, i.ClosedAt = fromMillis(over), fromMillis(closed)
	if err := json.Unmarshal([]byte(details), &i.Details); err != nil {
		return i, fmt.Errorf("incident %d: %w", i.ID, err)
	}
	return i, nil
}

// AddIncident opens an incident. added is false when one of its rule and subject is open already.
func (tx *Tx) AddIncident(ctx context.Context, i model.Incident) (added bool, err error) {
	details, err := json.Marshal(i.Details)
	if err != nil {
		return false, fmt.Errorf("writing incident %d: %w", i.ID, err)
	}
	n, err := tx.exec(ctx, `INSERT INTO incidents (`+incidentCols+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
		i.ID, string(i.Rule), i.Subject, i.What, string(details), millis(i.OpenedAt), i.Entry, i.AcknowledgedBy,
		millis(i.AcknowledgedAt), i.Note, millis(i.OverAt), millis(i.ClosedAt))
	return n > 0, err
}

// SetIncident writes what of an incident may change. It is model.KindNotFound when the row is not there any more.
func (tx *Tx) SetIncident(ctx context.Context, i model.Incident) error {
	details, err := json.Marshal(i.Details)
	if err != nil {
		return fmt.Errorf("writing incident %d: %w", i.ID, err)
	}
	n, err := tx.exec(ctx, `UPDATE incidents SET what = $2, details = $3, acknowledged_by = $4, acknowledged_at = $5, note = $6,
		over_at = $7, closed_at = $8 WHERE id = $1`, i.ID, i.What, string(details), i.AcknowledgedBy, millis(i.AcknowledgedAt),
		i.Note, millis(i.OverAt), millis(i.ClosedAt))
	if err == nil && n == 0 {
		err = model.NotFound("incident")
	}
	return err
}

// Incident reads an incident.
func (r Reads) Incident(ctx context.Context, id model.ID) (model.Incident, error) {
	return one(ctx, r.q, scanIncident, "incident", `SELECT `+incidentCols+` FROM incidents WHERE id = $1`, id)
}

// Incidents lists incidents in a state ("" for any) with an ID below before (0 for no bound), the newest first.
func (r Reads) Incidents(ctx context.Context, state string, before model.ID, limit int) ([]model.Incident, error) {
	where := map[string]string{
		"":                         "",
		model.IncidentOpen:         "closed_at = 0 AND acknowledged_by = 0 AND ",
		model.IncidentAcknowledged: "closed_at = 0 AND acknowledged_by <> 0 AND ",
		model.IncidentClosed:       "closed_at <> 0 AND ",
	}
	condition, known := where[state]
	if !known {
		return nil, model.Invalid("state", "must be open, acknowledged or closed")
	}
	if before == 0 {
		before = math.MaxInt64
	}
	return r.incidents(ctx, condition+`id < $1 ORDER BY id DESC LIMIT $2`, before, limit)
}

// HadIncident reports whether there ever was an incident of a rule on a subject.
func (r Reads) HadIncident(ctx context.Context, rule model.IncidentRule, subject string) (bool, error) {
	var n int64
	_, err := r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM incidents WHERE rule = $1 AND subject = $2`, string(rule), subject)
	return n > 0, err
}

// OpenIncidents are the newest incidents that are not closed, at most limit of them, the oldest of them first.
func (r Reads) OpenIncidents(ctx context.Context, limit int) ([]model.Incident, error) {
	return r.incidents(ctx, `id IN (SELECT id FROM incidents WHERE closed_at = 0 ORDER BY id DESC LIMIT $1) ORDER BY id`, limit)
}

func (r Reads) incidents(ctx context.Context, where string, args ...any) ([]model.Incident, error) {
	list, err := collect(ctx, r.q, scanIncident, `SELECT `+incidentCols+` FROM incidents WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading incidents: %w", err)
	}
	return list, nil
}
