package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"keyturn/internal/model"
)

// seedRows is how many rows one statement of a seed writes.
const seedRows = 100

// SeedAccounts makes many accounts at once, with the counters at 0. Seeding tells no events: it is for a store that
// nothing is in memory of yet.
func (tx *Tx) SeedAccounts(ctx context.Context, accounts []model.Account) error {
	return seed(ctx, tx, `INSERT INTO accounts (id, handle, handle_key, display_name, name_key, note, locked, bot,
		created_at, followers, following, posts, last_post_at)`, accounts, func(a model.Account) []any {
		return []any{a.ID, a.Handle, handleKey(a.Handle), a.DisplayName, nameKey(a.DisplayName), a.Note, a.Locked, a.Bot,
			millis(a.CreatedAt), 0, 0, 0, 0}
	})
}

// SeedFollows makes many follows at once and then counts the follows of every account anew.
func (tx *Tx) SeedFollows(ctx context.Context, follows []model.Follow) error {
	err := seed(ctx, tx, `INSERT INTO follows (`+followCols+`)`, follows, func(f model.Follow) []any {
		return []any{f.ID, f.Follower, f.Followee, f.Pending, f.Reblogs, millis(f.CreatedAt)}
	})
	if err != nil {
		return err
	}
	return tx.recount(ctx, `UPDATE accounts SET
		followers = (SELECT COUNT(*) FROM follows WHERE followee = accounts.id AND pending = FALSE),
		following = (SELECT COUNT(*) FROM follows WHERE follower = accounts.id AND pending = FALSE)`)
}

// SeedPosts makes many posts and boosts at once, with the favourites at 0, and then counts posts, answers and boosts
// anew.
func (tx *Tx) SeedPosts(ctx context.Context, posts []model.Post) error {
	err := seed(ctx, tx, `INSERT INTO posts (`+postCols+`, idem)`, posts, func(p model.Post) []any {
		return []any{p.ID, p.Account, p.Text, p.Spoiler, p.Sensitive, string(p.Visibility), p.Language, p.InReplyTo,
			p.InReplyToOwner, p.ReblogOf, joinIDs(p.Mentions), millis(p.CreatedAt), millis(p.EditedAt),
			millis(p.DeletedAt), 0, 0, 0, p.App, []byte{}}
	})
	if err != nil {
		return err
	}
	if err := tx.recount(ctx, `UPDATE accounts SET
		posts = (SELECT COUNT(*) FROM posts WHERE account = accounts.id AND deleted_at = 0),
		last_post_at = COALESCE((SELECT MAX(created_at) FROM posts WHERE account = accounts.id AND deleted_at = 0), 0)`,
	); err != nil {
		return err
	}
	return tx.recount(ctx, `UPDATE posts SET
		replies = (SELECT COUNT(*) FROM posts AS r WHERE r.in_reply_to = posts.id AND r.in_reply_to <> 0 AND r.deleted_at = 0),
		reblogs = (SELECT COUNT(*) FROM posts AS r WHERE r.reblog_of = posts.id AND r.reblog_of <> 0 AND r.deleted_at = 0)`)
}

func (tx *Tx) recount(ctx context.Context, text string) error {
	if _, err := tx.exec(ctx, text); err != nil {
		return fmt.Errorf("counting what was seeded: %w", err)
	}
	return nil
}

// seed writes one row for each item, many rows a statement; into is an INSERT up to its columns.
func seed[T any](ctx context.Context, tx *Tx, into string, items []T, values func(T) []any) error {
	for len(items) > 0 {
		n := min(seedRows, len(items))
		var args []any
		for _, item := range items[:n] {
			args = append(args, values(item)...)
		}
		if _, err := tx.exec(ctx, into+valuesList(n, len(args)/n), args...); err != nil {
			return fmt.Errorf("seeding: %w", err)
		}
		items = items[n:]
	}
	return nil
}

// valuesList is a VALUES clause with placeholders for so many rows and columns.
func valuesList(rows, cols int) string {
	var b strings.Builder
	b.WriteString(" VALUES ")
	for i := range rows * cols {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%cols == 0:
			b.WriteString("),(")
		default:
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}
