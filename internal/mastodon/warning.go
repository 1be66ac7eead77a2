package mastodon

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/social"
)

// warningEntity is https://docs.joinmastodon.org/entities/AccountWarning/. It names nobody of the staff.
type warningEntity struct {
	ID            model.ID      `json:"id"`
	Action        string        `json:"action"`
	Text          string        `json:"text"`
	StatusIDs     []model.ID    `json:"status_ids"`
	TargetAccount accountEntity `json:"target_account"`
	Appeal        *appealEntity `json:"appeal"`
	CreatedAt     moment        `json:"created_at"`
}

// appealEntity is https://docs.joinmastodon.org/entities/Appeal/.
type appealEntity struct {
	Text  string `json:"text"`
	State string `json:"state"`
}

// warning is what a notification of a sanction or strike is about.
func (c *call) warning(ctx context.Context, n social.Notification) (*warningEntity, error) {
	told, err := c.api.cfg.Moderation.Measure(ctx, c.view.Viewer(), n.ID)
	if err != nil {
		return nil, err
	}
	w := &warningEntity{ID: told.ID, Action: warningAction(told.Kind), Text: warningText(told), StatusIDs: []model.ID{},
		TargetAccount: c.api.account(n.Account), CreatedAt: moment(told.Start)}
	if told.Post != 0 {
		w.StatusIDs = append(w.StatusIDs, told.Post)
	}
	if told.Appeal != nil {
		w.Appeal = &appealEntity{Text: told.Appeal.Text, State: appealState(told.Appeal.State())}
	}
	return w, nil
}

// warningAction is the entity's word for a command.
func warningAction(kind model.CommandKind) string {
	switch kind {
	case model.CmdLock:
		return "disable"
	case model.CmdSensitive:
		return "sensitive"
	case model.CmdLimit:
		return "silence"
	case model.CmdRemovePost:
		return "delete_statuses"
	case model.CmdDeactivate, model.CmdSuspend, model.CmdBan, model.CmdPurge:
		return "suspend"
	}
	return "none"
}

// warningText is what staff wrote to the owner, or else the ground: apps show nothing more of a statement of reasons.
func warningText(t moderation.Told) string {
	if t.Message != "" {
		return t.Message
	}
	return t.Ground + ": " + moderation.CategoryWords(t.Category)
}

// appealState is the entity's word for where an appeal stands. What was restored before anybody decided was approved, to
// its owner.
func appealState(s model.AppealState) string {
	switch s {
	case model.AppealRejected:
		return "rejected"
	case model.AppealGranted, model.AppealSettled:
		return "approved"
	}
	return "pending"
}
