package social

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/store"
)

// NewReport is a member's complaint.
type NewReport struct {
	Target   model.ID
	Posts    []model.ID // the target's, at most model.MaxReportPosts
	Category model.ReportCategory
	Comment  string // at most model.MaxReportComment characters
}

// Report files a report and attaches it to the account's open case, or opens one. Who has blocked the account may
// still report it. What a member files on a case that they reported on already is added to that report, whose ID it
// gets; the rest of what is given is what was filed now.
func (n *Network) Report(ctx context.Context, actor model.ID, r NewReport) (model.Report, error) {
	v, _, err := n.actOn(ctx, actor, r.Target)
	if err != nil {
		return model.Report{}, err
	}
	category, err := model.ParseReportCategory("category", string(r.Category))
	if err != nil {
		return model.Report{}, err
	}
	if err := model.CheckProse("comment", r.Comment, model.MaxReportComment); err != nil {
		return model.Report{}, err
	}
	if len(r.Posts) > model.MaxReportPosts {
		return model.Report{}, model.Invalid("posts", "must be at most %d", model.MaxReportPosts)
	}
	rows, err := n.postRows(ctx, r.Posts)
	if err != nil {
		return model.Report{}, err
	}
	for _, id := range r.Posts {
		if p, ok := rows[id]; !ok || p.Account != r.Target || !v.lit(p) || !v.admitted(p) {
			return model.Report{}, model.Invalid("posts", "%d is not a post of the account", id)
		}
	}
	report := model.Report{ID: n.store.IDs().Next(), Reporter: actor, Target: r.Target, Posts: r.Posts,
		Category: category, Comment: r.Comment, CreatedAt: v.now}
	var filed model.Report
	err = n.store.Write(ctx, func(tx *store.Tx) (err error) {
		filed, err = moderation.TakeReport(ctx, tx, report)
		return err
	})
	report.ID, report.Case = filed.ID, filed.Case
	return report, err
}
