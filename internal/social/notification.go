package social

import (
	"context"

	"keyturn/internal/model"
)

// Notification is a notification as its owner sees it.
type Notification struct {
	model.Notification
	Account Account // who did it (hides the model's field of that name: the owner is the viewer)
	Post    *Post   // what it is about; nil for follows
}

// NotificationFilter says which notifications are wanted; the zero filter wants all.
type NotificationFilter struct {
	Kinds   []model.NotificationKind // only these, when there are any
	Exclude []model.NotificationKind
	From    model.ID // only from this account
}

// Notifications are what happened to the viewer.
func (v *View) Notifications(ctx context.Context, f NotificationFilter, p Page) (List[Notification], error) {
	return List[Notification]{}, errSkeleton
}

// Notification is one of the viewer's notifications.
func (v *View) Notification(ctx context.Context, id model.ID) (Notification, error) {
	return Notification{}, errSkeleton
}

// Unread counts the viewer's notifications newer than the one last marked as read, up to MaxUnread.
func (v *View) Unread(ctx context.Context) (int, error) { return 0, errSkeleton }

// MaxUnread is where counting of unread notifications ends.
const MaxUnread = 100

// LastRead is the newest notification that the viewer marked as read, 0 for none.
func (v *View) LastRead(ctx context.Context) (model.ID, error) { return 0, errSkeleton }

// MarkRead marks the notifications up to an ID as read.
func (n *Network) MarkRead(ctx context.Context, actor, upTo model.ID) error { return errSkeleton }

// Dismiss deletes one of the actor's notifications.
func (n *Network) Dismiss(ctx context.Context, actor, notification model.ID) error {
	return errSkeleton
}

// ClearNotifications deletes all of the actor's notifications.
func (n *Network) ClearNotifications(ctx context.Context, actor model.ID) error { return errSkeleton }
