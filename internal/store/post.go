package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

const postCols = `id, account, text, spoiler, sensitive, visibility, language, in_reply_to, in_reply_to_owner, reblog_of,
	mentions, created_at, edited_at, deleted_at, replies, reblogs, favourites, app`

func scanPost(row scanner) (p model.Post, err error) {
	var mentions string
	var created, edited, deleted int64
	err = row.Scan(&p.ID, &p.Account, &p.Text, &p.Spoiler, &p.Sensitive, &p.Visibility, &p.Language, &p.InReplyTo,
		&p.InReplyToOwner, &p.ReblogOf, &mentions, &created, &edited, &deleted, &p.Replies, &p.Reblogs, &p.Favourites,
		&p.App)
	if err != nil {
		return p, err
	}
	p.CreatedAt, p.EditedAt, p.DeletedAt = fromMillis(created), fromMillis(edited), fromMillis(deleted)
	p.Mentions, err = splitIDs(mentions)
	return p, err
}

func scanID(row scanner) (id model.ID, err error) {
	err = row.Scan(&id)
	return id, err
}

// AddPost makes a post or boost and counts it: with its author, and with what it answers or boosts. idem is the hash
// of its Idempotency-Key, empty for none. When the account has posted with that key before, or boosted that post
// already, nothing changes and AddPost gives the ID of the post that is there.
func (tx *Tx) AddPost(ctx context.Context, p model.Post, idem []byte) (model.ID, error) {
	n, err := tx.exec(ctx, `INSERT INTO posts (`+postCols+`, idem)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0, $13, $14) ON CONFLICT DO NOTHING`,
		p.ID, p.Account, p.Text, p.Spoiler, p.Sensitive, string(p.Visibility), p.Language, p.InReplyTo, p.InReplyToOwner,
		p.ReblogOf, joinIDs(p.Mentions), millis(p.CreatedAt), p.App, notNil(idem))
	if err != nil {
		return 0, fmt.Errorf("making a post: %w", err)
	}
	if n == 0 {
		return tx.samePost(ctx, p, idem)
	}
	if err := tx.posted(ctx, p.Account, 1, p.CreatedAt); err != nil {
		return 0, err
	}
	if err := tx.countPost(ctx, p, 1); err != nil {
		return 0, err
	}
	tx.emit(Event{Kind: EventPosted, Account: p.Account, Subject: p.ID})
	return p.ID, nil
}

// samePost finds the post that stands in the way of p.
func (tx *Tx) samePost(ctx context.Context, p model.Post, idem []byte) (model.ID, error) {
	if p.ReblogOf != 0 {
		return tx.BoostBy(ctx, p.Account, p.ReblogOf)
	}
	return one(ctx, tx.q, scanID, "post", `SELECT id FROM posts WHERE account = $1 AND idem = $2 AND length(idem) > 0`,
		p.Account, notNil(idem))
}

// countPost adds by to the counters of what a post answers or boosts.
func (tx *Tx) countPost(ctx context.Context, p model.Post, by int) error {
	if p.InReplyTo != 0 {
		if err := tx.count(ctx, "replies", p.InReplyTo, by); err != nil {
			return err
		}
	}
	if p.ReblogOf != 0 {
		return tx.count(ctx, "reblogs", p.ReblogOf, by)
	}
	return nil
}

// count adds by to one counter of a post.
func (tx *Tx) count(ctx context.Context, column string, post model.ID, by int) error {
	_, err := tx.exec(ctx, `UPDATE posts SET `+column+` = `+column+` + $2 WHERE id = $1`, post, by)
	if err != nil {
		return fmt.Errorf("counting %s: %w", column, err)
	}
	tx.emit(Event{Kind: EventPost, Subject: post})
	return nil
}

// DeletePost marks a post or boost of an account as deleted and uncounts it; one that is deleted already, or that
// another account made, is not found. Boosts of it and answers to it stay as they are.
func (tx *Tx) DeletePost(ctx context.Context, account, id model.ID, now time.Time) error {
	p, err := one(ctx, tx.q, scanPost, "post", `UPDATE posts SET deleted_at = $3
		WHERE id = $1 AND account = $2 AND deleted_at = 0 RETURNING `+postCols, id, account, millis(now))
	if err != nil {
		return err
	}
	if err := tx.posted(ctx, account, -1, time.Time{}); err != nil {
		return err
	}
	if err := tx.countPost(ctx, p, -1); err != nil {
		return err
	}
	tx.emit(Event{Kind: EventUnposted, Account: account, Subject: id})
	return nil
}

// Post reads a post or boost, deleted or not.
func (r Reads) Post(ctx context.Context, id model.ID) (model.Post, error) {
	return one(ctx, r.q, scanPost, "post", `SELECT `+postCols+` FROM posts WHERE id = $1`, id)
}

// Posts reads those of up to MaxList posts that there are, deleted or not, in no order.
func (r Reads) Posts(ctx context.Context, ids []model.ID) ([]model.Post, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := list(ids, 1)
	return r.posts(ctx, `id IN (`+in+`)`, args...)
}

// PublicPosts are the posts for the public timeline: public, no boosts, no answers to others.
func (r Reads) PublicPosts(ctx context.Context, g Range) ([]model.Post, error) {
	return r.posts(ctx, `visibility = 'public' AND reblog_of = 0 AND deleted_at = 0
		AND (in_reply_to = 0 OR in_reply_to_owner = account)`+g.sql("id", 1), g.args()...)
}

// PostsOf are an account's posts and boosts.
func (r Reads) PostsOf(ctx context.Context, account model.ID, g Range) ([]model.Post, error) {
	return r.posts(ctx, `account = $1 AND deleted_at = 0`+g.sql("id", 2), append([]any{account}, g.args()...)...)
}

// PostIDsOf are the IDs of an account's posts and boosts.
func (r Reads) PostIDsOf(ctx context.Context, account model.ID, g Range) ([]model.ID, error) {
	ids, err := collect(ctx, r.q, scanID, `SELECT id FROM posts WHERE account = $1 AND deleted_at = 0`+g.sql("id", 2),
		append([]any{account}, g.args()...)...)
	if err != nil {
		return nil, fmt.Errorf("reading posts: %w", err)
	}
	return ids, nil
}

// RepliesTo are the answers to any of up to MaxList posts, the oldest first, at most limit.
func (r Reads) RepliesTo(ctx context.Context, ids []model.ID, limit int) ([]model.Post, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := list(ids, 2)
	return r.posts(ctx, `in_reply_to IN (`+in+`) AND in_reply_to <> 0 AND deleted_at = 0 ORDER BY id LIMIT $1`,
		append([]any{limit}, args...)...)
}

// BoostBy is an account's boost of a post.
func (r Reads) BoostBy(ctx context.Context, account, post model.ID) (model.ID, error) {
	return one(ctx, r.q, scanID, "boost",
		`SELECT id FROM posts WHERE account = $1 AND reblog_of = $2 AND reblog_of <> 0 AND deleted_at = 0`, account, post)
}

func (r Reads) posts(ctx context.Context, where string, args ...any) ([]model.Post, error) {
	posts, err := collect(ctx, r.q, scanPost, `SELECT `+postCols+` FROM posts WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading posts: %w", err)
	}
	return posts, nil
}
