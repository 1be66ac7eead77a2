package mastodon

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// reportEntity is https://docs.joinmastodon.org/entities/Report/.
type reportEntity struct {
	ID            model.ID             `json:"id"`
	ActionTaken   bool                 `json:"action_taken"`
	ActionTakenAt moment               `json:"action_taken_at"`
	Category      model.ReportCategory `json:"category"`
	Comment       string               `json:"comment"`
	Forwarded     bool                 `json:"forwarded"`
	CreatedAt     moment               `json:"created_at"`
	StatusIDs     []model.ID           `json:"status_ids"`
	RuleIDs       none                 `json:"rule_ids"`
	TargetAccount accountEntity        `json:"target_account"`
}

// report files a report. What happens to it is the desk's matter and is not told here.
func report(ctx context.Context, c *call) (any, error) {
	r := social.NewReport{
		Target:  c.ID("account_id"),
		Posts:   c.IDs("status_ids", model.MaxReportPosts),
		Comment: c.Text("comment"),
	}
	category, err := model.ParseReportCategory("category", c.Text("category"))
	if err != nil {
		c.Fail(err)
	}
	r.Category = category
	if c.Required("account_id"); c.Err() != nil {
		return nil, c.Err()
	}
	if len(c.Texts("rule_ids", maxTypes)) > 0 {
		return nil, model.Invalid("rule_ids", "must be empty: this server has no numbered rules")
	}
	target, err := c.view.Account(ctx, r.Target)
	if err != nil {
		return nil, err
	}
	filed, err := c.api.net.Report(ctx, c.actor(), r)
	if err != nil {
		return nil, renamed(err, map[string]string{"target": "account_id", "posts": "status_ids"})
	}
	return reportEntity{
		ID:            filed.ID,
		Category:      filed.Category,
		Comment:       filed.Comment,
		CreatedAt:     moment(filed.CreatedAt),
		StatusIDs:     append([]model.ID{}, filed.Posts...),
		TargetAccount: c.api.account(target),
	}, nil
}
