package store

import (
	"context"
	"errors"
	"fmt"
	"math"

	"keyturn/internal/model"
)

const notificationCols = `id, account, from_account, kind, post, created_at`

func scanNotification(row scanner) (n model.Notification, err error) {
	var created int64
	err = row.Scan(&n.ID, &n.Account, &n.From, &n.Kind, &n.Post, &created)
	n.CreatedAt = fromMillis(created)
	return n, err
}

// AddNotification tells an account of something.
func (tx *Tx) AddNotification(ctx context.Context, n model.Notification) error {
	_, err := tx.exec(ctx, `INSERT INTO notifications (`+notificationCols+`) VALUES ($1, $2, $3, $4, $5, $6)`,
		n.ID, n.Account, n.From, string(n.Kind), n.Post, millis(n.CreatedAt))
	if err != nil {
		return fmt.Errorf("notifying: %w", err)
	}
	tx.emit(Event{Kind: EventNotified, Account: n.Account, Subject: n.ID})
	return nil
}

// RemoveNotification deletes one of an account's notifications, or puts a warning away; another's is not found.
func (tx *Tx) RemoveNotification(ctx context.Context, account, id model.ID) error {
	n, err := tx.exec(ctx, `DELETE FROM notifications WHERE id = $1 AND account = $2`, id, account)
	if err == nil && n == 0 {
		n, err = tx.dismiss(ctx, account, id-1, id+1)
	}
	if err == nil && n == 0 {
		err = model.NotFound("notification")
	}
	return err
}

// TakeBackNotification deletes what told an account of something that the other one has taken back.
func (tx *Tx) TakeBackNotification(ctx context.Context, n model.Notification) error {
	_, err := tx.exec(ctx, `DELETE FROM notifications
		WHERE account = $1 AND from_account = $2 AND kind = $3 AND post = $4`, n.Account, n.From, string(n.Kind), n.Post)
	if err != nil {
		return fmt.Errorf("taking a notification back: %w", err)
	}
	return nil
}

// ClearNotifications deletes all notifications of an account.
func (tx *Tx) ClearNotifications(ctx context.Context, account model.ID) error {
	_, err1 := tx.exec(ctx, `DELETE FROM notifications WHERE account = $1`, account)
	_, err2 := tx.dismiss(ctx, account, 0, math.MaxInt64)
	return errors.Join(err1, err2)
}

// An account's sanctions and strikes notify it from their own rows, so that staff who act write nothing else (law 7): their
// IDs are the notifications'. These are the warnings of an account ($1) that it has not put away.
const (
	sanctionWarnings = `SELECT id, account, account AS from_account, 'moderation_warning', 0, start_at FROM sanctions
		WHERE account = $1 AND NOT EXISTS (SELECT 1 FROM dismissed_warnings AS d WHERE d.id = sanctions.id)`
	strikeWarnings = `SELECT id, account, account AS from_account, 'moderation_warning', 0, at FROM strikes
		WHERE account = $1 AND NOT EXISTS (SELECT 1 FROM dismissed_warnings AS d WHERE d.id = strikes.id)`
)

// dismiss puts away the warnings of an account with an ID above after and below before.
func (tx *Tx) dismiss(ctx context.Context, account, after, before model.ID) (int64, error) {
	const within = ` AND id > $2 AND id < $3`
	return tx.exec(ctx, `INSERT INTO dismissed_warnings (id, account) SELECT id, account FROM (`+
		sanctionWarnings+within+` UNION ALL `+strikeWarnings+within+`) AS warnings`, account, after, before)
}

// Notification reads one notification.
func (r Reads) Notification(ctx context.Context, id model.ID) (model.Notification, error) {
	return one(ctx, r.q, scanNotification, "notification",
		`SELECT `+notificationCols+` FROM notifications WHERE id = $1`, id)
}

// Notifications are an account's notifications.
func (r Reads) Notifications(ctx context.Context, account model.ID, g Range) ([]model.Notification, error) {
	const within = ` AND id < $2 AND id > $3`
	list, err := collect(ctx, r.q, scanNotification, `SELECT `+notificationCols+` FROM notifications WHERE account = $1`+within+
		` UNION ALL `+sanctionWarnings+within+` UNION ALL `+strikeWarnings+g.sql("id", 2), append([]any{account}, g.args()...)...)
	if err != nil {
		return nil, fmt.Errorf("reading notifications: %w", err)
	}
	return list, nil
}

// MarkNotifications notes up to which notification an account has read; it never goes back.
func (tx *Tx) MarkNotifications(ctx context.Context, account, upTo model.ID) error {
	_, err := tx.exec(ctx, `INSERT INTO notification_marks (account, last_read) VALUES ($1, $2)
		ON CONFLICT (account) DO UPDATE SET last_read = excluded.last_read
		WHERE notification_marks.last_read < excluded.last_read`, account, upTo)
	if err != nil {
		return fmt.Errorf("marking notifications as read: %w", err)
	}
	return nil
}

// NotificationMark is up to which notification an account has read, 0 for none.
func (r Reads) NotificationMark(ctx context.Context, account model.ID) (id model.ID, err error) {
	_, err = r.row(ctx, []any{&id}, `SELECT last_read FROM notification_marks WHERE account = $1`, account)
	return id, err
}
