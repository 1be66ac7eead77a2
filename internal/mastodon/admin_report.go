package mastodon

import (
	"context"
	"slices"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/social"
)

// adminReportEntity is https://docs.joinmastodon.org/entities/Admin_Report/. What is done to a report is done to its case
// with all its reports.
type adminReportEntity struct {
	ID            model.ID             `json:"id"`
	ActionTaken   bool                 `json:"action_taken"`
	ActionTakenAt moment               `json:"action_taken_at"`
	Category      model.ReportCategory `json:"category"`
	Comment       string               `json:"comment"`
	Forwarded     bool                 `json:"forwarded"`
	CreatedAt     moment               `json:"created_at"`
	UpdatedAt     moment               `json:"updated_at"`
	Account       adminAccountEntity   `json:"account"`
	Target        adminAccountEntity   `json:"target_account"`
	Assigned      *adminAccountEntity  `json:"assigned_account"`
	ActionTakenBy *adminAccountEntity  `json:"action_taken_by_account"`
	Statuses      []statusEntity       `json:"statuses"`
	Rules         none                 `json:"rules"`
}

func (c *call) adminReport(f moderation.Filed) adminReportEntity {
	e := adminReportEntity{
		ID:            f.Report.ID,
		ActionTaken:   f.Case.State == model.CaseResolved,
		ActionTakenAt: moment(f.Case.ResolvedAt),
		Category:      f.Category,
		Comment:       f.Comment,
		CreatedAt:     moment(f.CreatedAt),
		UpdatedAt:     moment(latest(f.CreatedAt, f.Case.ResolvedAt)),
		Account:       c.adminAccount(f.Reporter),
		Target:        c.adminAccount(f.Target),
		Statuses:      entities(f.Posts, c.evidence),
	}
	e.Assigned, e.ActionTakenBy = c.adminAccountOrNull(f.Assignee), c.adminAccountOrNull(f.ResolvedBy)
	return e
}

func (c *call) adminAccountOrNull(m *moderation.Member) *adminAccountEntity {
	if m == nil {
		return nil
	}
	e := c.adminAccount(*m)
	return &e
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// evidence is a reported post as the desk sees it.
func (c *call) evidence(e moderation.Evidence) statusEntity {
	p := social.Post{Post: e.Post, Author: social.Account{Account: e.Author.Account, Suspended: e.Author.Under(suspended...)}}
	for _, a := range e.Mentions {
		p.Mentioned = append(p.Mentioned, social.Mention{Account: a.ID, Handle: a.Handle})
	}
	return c.status(p)
}

func adminReports(ctx context.Context, c *call) (any, error) {
	f := moderation.ReportFilter{Reporter: c.ID("account_id"), Target: c.ID("target_account_id"), State: model.CaseOpen}
	if c.Bool("resolved", false) {
		f.State = model.CaseResolved
	}
	p := c.deskPage()
	if err := c.Err(); err != nil {
		return nil, err
	}
	all, err := c.api.cfg.Moderation.FiledReports(ctx, f, p)
	if err != nil {
		return nil, err
	}
	if p.Up {
		slices.Reverse(all)
	}
	if n := len(all); n > 0 {
		c.link(n, all[0].Report.ID, all[n-1].Report.ID, n == p.Limit)
	}
	return entities(all, c.adminReport), nil
}

func adminReport(ctx context.Context, c *call) (any, error) {
	f, err := c.reportInPath(ctx)
	if err != nil {
		return nil, err
	}
	return c.adminReport(f), nil
}

func (c *call) reportInPath(ctx context.Context) (moderation.Filed, error) {
	id, err := c.path("report")
	if err != nil {
		return moderation.Filed{}, err
	}
	return c.api.cfg.Moderation.FiledReport(ctx, id)
}

// updateReport files a report under another category.
func updateReport(ctx context.Context, c *call) (any, error) {
	if len(c.Texts("rule_ids", maxTypes)) > 0 {
		c.Fail(model.Invalid("rule_ids", "must be empty: this server has no numbered rules"))
	}
	var category model.ReportCategory
	if c.HasValue("category") {
		var err error
		if category, err = model.ParseReportCategory("category", c.Text("category")); err != nil {
			c.Fail(err)
		}
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	f, err := c.reportInPath(ctx)
	if err != nil {
		return nil, err
	}
	if category != "" && category != f.Category {
		if err := c.api.cfg.Moderation.Classify(ctx, c.staff.ID, f.Report.ID, category); err != nil {
			return nil, err
		}
	}
	return adminReport(ctx, c)
}

// onCase does something to the case of the report in the path, unless it is so already, and answers with the report.
func onCase(isSo func(*call, moderation.Filed) bool, do func(ctx context.Context, c *call, id model.ID) error) func(context.Context, *call) (any, error) {
	return func(ctx context.Context, c *call) (any, error) {
		f, err := c.reportInPath(ctx)
		if err != nil {
			return nil, err
		}
		if !isSo(c, f) {
			if err := do(ctx, c, f.Report.Case); err != nil {
				return nil, err
			}
		}
		return adminReport(ctx, c)
	}
}

func claimed(c *call, f moderation.Filed) bool { return f.Case.Assignee == c.staff.ID }

func free(_ *call, f moderation.Filed) bool { return f.Case.Assignee == 0 }

func resolved(_ *call, f moderation.Filed) bool { return f.Case.State == model.CaseResolved }

func open(_ *call, f moderation.Filed) bool { return f.Case.State == model.CaseOpen }

func claim(ctx context.Context, c *call, id model.ID) error {
	return c.api.cfg.Moderation.Claim(ctx, c.staff.ID, id)
}

func release(ctx context.Context, c *call, id model.ID) error {
	return c.api.cfg.Moderation.Release(ctx, c.staff.ID, id)
}

func resolve(ctx context.Context, c *call, id model.ID) error {
	return c.api.cfg.Moderation.Resolve(ctx, c.staff.ID, id, model.OutcomeNone, "")
}

func reopen(ctx context.Context, c *call, id model.ID) error {
	return c.api.cfg.Moderation.Reopen(ctx, c.staff.ID, id, "")
}
