package store

import (
	"context"
	"fmt"
	"strconv"

	"keyturn/internal/model"
)

// ReportFilter says which reports are wanted; what is zero leaves none out.
type ReportFilter struct {
	Reporter model.ID
	Target   model.ID
	State    model.CaseState // of the report's case
}

// ReportList lists reports by ID.
func (r Reads) ReportList(ctx context.Context, f ReportFilter, g Range) ([]model.Report, error) {
	var args []any
	text := `SELECT ` + reportCols + ` FROM reports WHERE id > 0`
	add := func(condition string, value any) {
		args = append(args, value)
		text += " AND " + condition + strconv.Itoa(len(args))
	}
	if f.Reporter != 0 {
		add("reporter = $", f.Reporter)
	}
	if f.Target != 0 {
		add("target = $", f.Target)
	}
	if f.State != "" {
		args = append(args, string(f.State))
		text += " AND EXISTS (SELECT 1 FROM cases WHERE cases.id = reports.case_id AND cases.state = $" + strconv.Itoa(len(args)) + ")"
	}
	reports, err := collect(ctx, r.q, scanReport, text+g.sql("id", len(args)+1), append(args, g.args()...)...)
	if err != nil {
		return nil, fmt.Errorf("listing reports: %w", err)
	}
	return reports, nil
}

// Report reads a report.
func (r Reads) Report(ctx context.Context, id model.ID) (model.Report, error) {
	return one(ctx, r.q, scanReport, "report", `SELECT `+reportCols+` FROM reports WHERE id = $1`, id)
}

// SetReportCategory files a report under another category, to which its weight goes over. What the reporter wrote stays.
func (tx *Tx) SetReportCategory(ctx context.Context, r model.Report, c model.ReportCategory) error {
	if _, err := tx.exec(ctx, `UPDATE reports SET category = $2 WHERE id = $1`, r.ID, string(c)); err != nil {
		return fmt.Errorf("filing a report elsewhere: %w", err)
	}
	if err := tx.weigh(ctx, r.Case, 0, r.Category, -r.Weight); err != nil {
		return err
	}
	return tx.weigh(ctx, r.Case, 0, c, r.Weight)
}

// CasesByID reads those of up to MaxList cases that there are, in no order.
func (r Reads) CasesByID(ctx context.Context, ids []model.ID) ([]model.Case, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := list(ids, 1)
	return collect(ctx, r.q, scanCase, `SELECT `+caseCols+` FROM cases WHERE id IN (`+in+`)`, args...)
}

// Resolvers are who resolved up to MaxList cases the last time, by case.
func (r Reads) Resolvers(ctx context.Context, ids []model.ID) (map[model.ID]model.ID, error) {
	by := map[model.ID]model.ID{}
	if len(ids) == 0 {
		return by, nil
	}
	in, args := list(ids, 1)
	_, err := collect(ctx, r.q, func(row scanner) (none struct{}, err error) {
		var onCase, person model.ID
		err = row.Scan(&onCase, &person)
		by[onCase] = person
		return none, err
	}, `SELECT case_id, person FROM case_notes WHERE case_id IN (`+in+`) AND kind = 'resolved' ORDER BY id`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading who resolved cases: %w", err)
	}
	return by, nil
}
