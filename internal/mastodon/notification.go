package mastodon

import (
	"context"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// notificationEntity is https://docs.joinmastodon.org/entities/Notification/.
type notificationEntity struct {
	ID        model.ID               `json:"id"`
	Type      model.NotificationKind `json:"type"`
	CreatedAt moment                 `json:"created_at"`
	Account   accountEntity          `json:"account"`
	Status    *statusEntity          `json:"status,omitempty"`
	Warning   *warningEntity         `json:"moderation_warning,omitempty"`
}

// shownNotifications are notifications with what each is about.
func (c *call) shownNotifications(ctx context.Context, list []social.Notification) ([]notificationEntity, error) {
	all := entities(list, c.notification)
	for i, n := range list {
		if n.Kind != model.NotifyWarning {
			continue
		}
		var err error
		if all[i].Warning, err = c.warning(ctx, n); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (c *call) notification(n social.Notification) notificationEntity {
	e := notificationEntity{
		ID:        n.ID,
		Type:      n.Kind,
		CreatedAt: moment(n.CreatedAt),
		Account:   c.api.account(n.Account),
	}
	if n.Post != nil {
		s := c.status(*n.Post)
		e.Status = &s
	}
	return e
}

// maxTypes is how many types a filter may name: Mastodon has about a dozen.
const maxTypes = 40

func notifications(ctx context.Context, c *call) (any, error) {
	p := c.page(social.MaxPosts)
	wanted := c.Texts("types", maxTypes)
	f := social.NotificationFilter{
		Kinds:   notificationKinds(wanted),
		Exclude: notificationKinds(c.Texts("exclude_types", maxTypes)),
		From:    c.ID("account_id"),
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if len(wanted) > 0 && len(f.Kinds) == 0 {
		return none{}, nil // only of types that do not happen here
	}
	l, err := c.view.Notifications(ctx, f, p)
	if err != nil {
		return nil, err
	}
	c.link(len(l.Items), l.First, l.Last, l.More)
	return c.shownNotifications(ctx, l.Items)
}

// notificationKinds are those of the types that happen here. Apps name others too (polls, edits, other servers').
func notificationKinds(types []string) []model.NotificationKind {
	known := []model.NotificationKind{model.NotifyMention, model.NotifyReblog, model.NotifyFavourite, model.NotifyFollow,
		model.NotifyFollowRequest, model.NotifyWarning}
	return slices.DeleteFunc(known, func(k model.NotificationKind) bool { return !slices.Contains(types, string(k)) })
}

func notification(ctx context.Context, c *call) (any, error) {
	id, err := c.path("notification")
	if err != nil {
		return nil, err
	}
	n, err := c.view.Notification(ctx, id)
	if err != nil {
		return nil, err
	}
	shown, err := c.shownNotifications(ctx, []social.Notification{n})
	if err != nil {
		return nil, err
	}
	return shown[0], nil
}

func unreadCount(ctx context.Context, c *call) (any, error) {
	count, err := c.view.Unread(ctx)
	if err != nil {
		return nil, err
	}
	return struct {
		Count int `json:"count"`
	}{count}, nil
}

func clearNotifications(ctx context.Context, c *call) (any, error) {
	return struct{}{}, c.api.net.ClearNotifications(ctx, c.actor())
}

func dismissNotification(ctx context.Context, c *call) (any, error) {
	id, err := c.path("notification")
	if err != nil {
		return nil, err
	}
	return struct{}{}, c.api.net.Dismiss(ctx, c.actor(), id)
}
