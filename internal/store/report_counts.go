package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// CasesBetween counts the cases that were opened, and those that were resolved, at from or later and before to, with
// the median time that the latter took.
func (r Reads) CasesBetween(ctx context.Context, from, to time.Time) (opened, resolved int64, took time.Duration, err error) {
	const within = ` WHERE resolved_at >= $1 AND resolved_at < $2`
	_, err = r.row(ctx, []any{&opened}, `SELECT COUNT(*) FROM cases WHERE opened_at >= $1 AND opened_at < $2`, millis(from), millis(to))
	if err != nil {
		return 0, 0, 0, fmt.Errorf("counting cases: %w", err)
	}
	resolved, took, err = r.median(ctx, `resolved_at - opened_at`, `cases`+within, millis(from), millis(to))
	return opened, resolved, took, err
}

// AppealsBetween counts the appeals that were made, and those that were closed by state, at from or later and before to,
// with the median time that the latter took.
func (r Reads) AppealsBetween(ctx context.Context, from, to time.Time) (made int64, closed map[model.AppealState]int64, took time.Duration, err error) {
	_, err = r.row(ctx, []any{&made}, `SELECT COUNT(*) FROM appeals WHERE created_at >= $1 AND created_at < $2`, millis(from), millis(to))
	if err != nil {
		return 0, nil, 0, fmt.Errorf("counting appeals: %w", err)
	}
	const within = ` WHERE closed_at >= $1 AND closed_at < $2`
	closed = map[model.AppealState]int64{}
	_, err = collect(ctx, r.q, func(row scanner) (struct{}, error) {
		var state model.AppealState
		var n int64
		err := row.Scan(&state, &n)
		closed[state] = n
		return struct{}{}, err
	}, `SELECT COALESCE(d.decision, 'settled') AS state, COUNT(*) FROM appeals AS a LEFT JOIN appeal_decisions AS d ON d.id = a.id`+within+
		` GROUP BY COALESCE(d.decision, 'settled')`, millis(from), millis(to))
	if err != nil {
		return 0, nil, 0, fmt.Errorf("counting appeals: %w", err)
	}
	_, took, err = r.median(ctx, `closed_at - created_at`, `appeals`+within, millis(from), millis(to))
	return made, closed, took, err
}

// median is the median of a number of milliseconds over rows, and how many rows there are.
func (r Reads) median(ctx context.Context, ms, rows string, args ...any) (n int64, took time.Duration, err error) {
	if _, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM `+rows, args...); err != nil || n == 0 {
		return n, 0, err
	}
	middle := append(args, 2-n%2, (n-1)/2) // of an even number, the two in the middle
	values, err := collect(ctx, r.q, func(row scanner) (v int64, err error) {
		err = row.Scan(&v)
		return v, err
	}, `SELECT `+ms+` FROM `+rows+fmt.Sprintf(` ORDER BY %s LIMIT $%d OFFSET $%d`, ms, len(args)+1, len(args)+2), middle...)
	if err != nil || len(values) == 0 {
		return n, 0, err
	}
	return n, time.Duration(values[0]+values[len(values)-1]) * time.Millisecond / 2, nil
}

// CountSanctions counts the sanctions that SanctionsBetween gives.
func (r Reads) CountSanctions(ctx context.Context, from, to time.Time) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM sanctions WHERE start_at >= $1 AND start_at < $2`, millis(from), millis(to))
	return n, err
}
