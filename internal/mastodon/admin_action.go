package mastodon

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
)

// noText is the reason of a command for which the app sent none.
const noText = "(asked for in an app, without words)"

// adminAction does to an account what Mastodon's word stands for
// (https://docs.joinmastodon.org/methods/admin/accounts/#action).
func adminAction(ctx context.Context, c *call) (any, error) {
	cmd := model.Command{Reason: c.text(), Params: map[string]string{}}
	if c.HasValue("text") {
		cmd.Params["message"] = c.Text("text") // to the owner
	}
	switch kind := c.Required("type"); kind {
	case "none":
		cmd.Kind = model.CmdWarn
	case "sensitive":
		cmd.Kind = model.CmdSensitive
	case "disable":
		cmd.Kind, cmd.Params["for"] = model.CmdLock, "unlimited"
	case "silence":
		cmd.Kind = model.CmdLimit
	case "suspend":
		cmd.Kind = model.CmdSuspend
	default:
		c.Fail(model.Invalid("type", "must be none, sensitive, disable, silence or suspend"))
	}
	c.Bool("send_email_notification", true) // no e-mail is sent: the owner is told here
	report := c.ID("report_id")
	if c.HasValue("warning_preset_id") {
		c.Fail(model.Invalid("warning_preset_id", "must be empty: this server has no presets"))
	}
	if len(c.Texts("rule_ids", maxTypes)) > 0 {
		c.Fail(model.Invalid("rule_ids", "must be empty: this server has no numbered rules"))
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	m, err := c.memberInPath(ctx)
	if err != nil {
		return nil, err
	}
	cmd.Account = m.ID
	if report != 0 {
		filed, err := c.api.cfg.Moderation.FiledReport(ctx, report)
		if err != nil {
			return nil, err
		}
		if filed.Target.ID != m.ID {
			return nil, model.NotFound("report on this account")
		}
		cmd.Case = filed.Report.Case
	}
	if err := c.submit(ctx, cmd); err != nil {
		return nil, err
	}
	if report != 0 || cmd.Kind != model.CmdWarn {
		c.resolveOpen(ctx, m.ID)
	}
	return struct{}{}, nil
}

// text is why, in the words that the app sent.
func (c *call) text() string {
	if c.HasValue("text") {
		return c.Text("text")
	}
	return noText
}

// resolveOpen resolves the open case of an account on which something was done, as Mastodon does. What was done stays
// done when it cannot be resolved: the case is there for whoever looks at it next.
func (c *call) resolveOpen(ctx context.Context, account model.ID) {
	work := c.api.cfg.Moderation
	open, err := work.OpenCase(ctx, account)
	if err == nil && open != 0 {
		err = work.Resolve(ctx, c.staff.ID, open, model.OutcomeActed, "")
	}
	if err != nil {
		c.api.cfg.Log.WarnContext(ctx, "the case of an account that was acted on stays open", "case", open, "err", err)
	}
}

// adminRestore lifts what a word of Mastodon's stands for, and answers with the account. Where there is nothing to lift
// it has been done, but for what strict words say.
func adminRestore(strict bool, kinds []model.SanctionKind) func(context.Context, *call) (any, error) {
	return func(ctx context.Context, c *call) (any, error) {
		reason := c.text()
		if err := c.Err(); err != nil {
			return nil, err
		}
		m, err := c.memberInPath(ctx)
		if err != nil {
			return nil, err
		}
		if strict && !m.Under(kinds...) {
			return nil, notNow("the account is not suspended")
		}
		for _, s := range m.Sanctions {
			if !(moderation.Member{Sanctions: []model.Sanction{s}}).Under(kinds...) {
				continue
			}
			err := c.submit(ctx, model.Command{Kind: model.CmdRestore, Account: m.ID, Case: s.Case, Reason: reason,
				Params: map[string]string{"sanction": s.ID.String()}})
			if err != nil {
				return nil, err
			}
		}
		return adminAccount(ctx, c)
	}
}

// adminDecide is about accounts that wait to be let in, of which there are none here.
func adminDecide(ctx context.Context, c *call) (any, error) {
	if _, err := c.memberInPath(ctx); err != nil {
		return nil, err
	}
	return nil, notNow("the account is not waiting to be approved: whoever registers here is a member")
}

// adminDelete asks for everything of an account to be erased.
func adminDelete(ctx context.Context, c *call) (any, error) {
	reason := c.text()
	if err := c.Err(); err != nil {
		return nil, err
	}
	m, err := c.memberInPath(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.submit(ctx, model.Command{Kind: model.CmdPurge, Account: m.ID, Reason: reason}); err != nil {
		return nil, err
	}
	return c.adminAccount(m), nil
}

// notNow refuses what an account is not in the state for.
func notNow(why string) error {
	return model.Errorf(model.KindForbidden, "This action is not allowed: %s", why)
}
