package social

import (
	"context"
	"slices"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Notification is a notification as its owner sees it.
type Notification struct {
	ID        model.ID
	Kind      model.NotificationKind
	CreatedAt time.Time
	Account   Account // who did it
	Post      *Post   // what it is about; nil for follows
}

// NotificationFilter says which notifications are wanted; the zero filter wants all.
type NotificationFilter struct {
	Kinds   []model.NotificationKind // only these, when there are any
	Exclude []model.NotificationKind
	From    model.ID // only from this account
}

func (f NotificationFilter) wants(n model.Notification) bool {
	return (len(f.Kinds) == 0 || slices.Contains(f.Kinds, n.Kind)) && !slices.Contains(f.Exclude, n.Kind) &&
		(f.From == 0 || f.From == n.From)
}

// notify tells an account of something, unless it did that itself.
func (n *Network) notify(ctx context.Context, tx *store.Tx, to, from model.ID, kind model.NotificationKind, post model.ID) error {
	if to == from {
		return nil
	}
	return tx.AddNotification(ctx, model.Notification{ID: tx.NextID(), Account: to, From: from, Kind: kind, Post: post,
		CreatedAt: n.cfg.Now()})
}

// unnotify takes back what an account was told.
func (n *Network) unnotify(ctx context.Context, tx *store.Tx, to, from model.ID, kind model.NotificationKind, post model.ID) error {
	return tx.TakeBackNotification(ctx, model.Notification{Account: to, From: from, Kind: kind, Post: post})
}

// Notifications are what happened to the viewer.
func (v *View) Notifications(ctx context.Context, f NotificationFilter, p Page) (List[Notification], error) {
	l, err := fill(p, DefaultAccounts, MaxAccounts, func(g store.Range) (piece[model.Notification], error) {
		return v.notices(ctx, f, g)
	})
	if err != nil {
		return List[Notification]{}, err
	}
	rows := make([]model.Notification, len(l.Items))
	for i, it := range l.Items {
		rows[i] = it.value
	}
	shown, err := v.showNotices(ctx, rows)
	return listOf(l, shown), err
}

// notices reads a piece of the viewer's notifications: those from accounts that are there and not muted, about posts
// that the viewer may see.
func (v *View) notices(ctx context.Context, f NotificationFilter, g store.Range) (part piece[model.Notification], err error) {
	rows, err := v.n.store.Notifications(ctx, v.viewer, g)
	if err != nil {
		return part, err
	}
	var about []model.ID
	for _, n := range rows {
		about = append(about, n.Post)
	}
	posts, err := v.n.postRows(ctx, about)
	if err != nil {
		return part, err
	}
	part.read = len(rows)
	for _, n := range rows {
		part.last = n.ID
		p, ok := posts[n.Post]
		if f.wants(n) && v.listed(n.From) && !v.ties.muting.has(n.From) && (n.Post == 0 || ok && v.sees(p)) {
			part.items = append(part.items, item[model.Notification]{n.ID, n})
		}
	}
	return part, nil
}

func (v *View) showNotices(ctx context.Context, rows []model.Notification) ([]Notification, error) {
	var people, about []model.ID
	for _, n := range rows {
		people, about = append(people, n.From), append(about, n.Post)
	}
	accounts, err := v.n.accountRows(ctx, people)
	if err != nil {
		return nil, err
	}
	posts, err := v.n.postRows(ctx, about)
	if err != nil {
		return nil, err
	}
	var list []model.Post
	for _, n := range rows {
		if n.Post != 0 {
			list = append(list, posts[n.Post])
		}
	}
	shown, err := v.show(ctx, list)
	if err != nil {
		return nil, err
	}
	out := make([]Notification, len(rows))
	for i, n := range rows {
		out[i] = Notification{ID: n.ID, Kind: n.Kind, CreatedAt: n.CreatedAt, Account: v.account(accounts[n.From])}
		if n.Post != 0 {
			out[i].Post, shown = &shown[0], shown[1:]
		}
	}
	return out, nil
}

// Notification is one of the viewer's notifications.
func (v *View) Notification(ctx context.Context, id model.ID) (Notification, error) {
	part, err := v.notices(ctx, NotificationFilter{}, store.Range{Before: id + 1, After: id - 1, Limit: 1})
	if err != nil {
		return Notification{}, err
	}
	if len(part.items) == 0 {
		return Notification{}, model.NotFound("notification")
	}
	shown, err := v.showNotices(ctx, []model.Notification{part.items[0].value})
	if err != nil {
		return Notification{}, err
	}
	return shown[0], nil
}

// MaxUnread is where counting of unread notifications ends.
const MaxUnread = 100

// Unread counts the viewer's notifications newer than the one last marked as read, up to MaxUnread.
func (v *View) Unread(ctx context.Context) (int, error) {
	last, err := v.LastRead(ctx)
	if err != nil {
		return 0, err
	}
	l, err := fill(Page{SinceID: last}, MaxUnread, MaxUnread, func(g store.Range) (piece[model.Notification], error) {
		return v.notices(ctx, NotificationFilter{}, g)
	})
	return len(l.Items), err
}

// LastRead is the newest notification that the viewer marked as read, 0 for none.
func (v *View) LastRead(ctx context.Context) (model.ID, error) {
	return v.n.store.NotificationMark(ctx, v.viewer)
}

// MarkRead marks the notifications up to an ID as read. Like Dismiss and ClearNotifications it changes only what its
// actor alone sees, so that a lock does not stop it.
func (n *Network) MarkRead(ctx context.Context, actor, upTo model.ID) error {
	if _, err := n.View(ctx, actor); err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.MarkNotifications(ctx, actor, upTo) })
}

// Dismiss deletes one of the actor's notifications.
func (n *Network) Dismiss(ctx context.Context, actor, notification model.ID) error {
	v, err := n.View(ctx, actor)
	if err != nil {
		return err
	}
	if _, err := v.Notification(ctx, notification); err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.RemoveNotification(ctx, actor, notification) })
}

// ClearNotifications deletes all of the actor's notifications: also those from accounts that are dark now, since they
// would be gone if the accounts were not.
func (n *Network) ClearNotifications(ctx context.Context, actor model.ID) error {
	if _, err := n.View(ctx, actor); err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.ClearNotifications(ctx, actor) })
}
