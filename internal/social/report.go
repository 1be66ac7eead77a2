package social

import (
	"context"

	"keyturn/internal/model"
)

// NewReport is a member's complaint.
type NewReport struct {
	Target   model.ID
	Posts    []model.ID // the target's, at most MaxReportPosts
	Category model.ReportCategory
	Comment  string // at most model.MaxReportComment characters
}

// MaxReportPosts is the most posts that a report may name.
const MaxReportPosts = 50

// Report files a report and attaches it to the account's open case, or opens one.
func (n *Network) Report(ctx context.Context, actor model.ID, r NewReport) (model.Report, error) {
	return model.Report{}, errSkeleton
}
