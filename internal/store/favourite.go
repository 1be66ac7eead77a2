package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// AddFavourite marks a post as an account's favourite; added is false when it was one.
func (tx *Tx) AddFavourite(ctx context.Context, account, post model.ID, now time.Time) (added bool, err error) {
	n, err := tx.exec(ctx, `INSERT INTO favourites (id, account, post, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, post) DO NOTHING`, tx.NextID(), account, post, millis(now))
	if err != nil {
		return false, fmt.Errorf("marking a favourite: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	return true, tx.count(ctx, "favourites", post, 1)
}

// RemoveFavourite takes the mark back.
func (tx *Tx) RemoveFavourite(ctx context.Context, account, post model.ID) error {
	n, err := tx.exec(ctx, `DELETE FROM favourites WHERE account = $1 AND post = $2`, account, post)
	if err != nil {
		return fmt.Errorf("unmarking a favourite: %w", err)
	}
	if n == 0 {
		return nil
	}
	return tx.count(ctx, "favourites", post, -1)
}

// A Link is one item of a list that refers to something else: ID orders the list, To is what the item refers to.
type Link struct {
	ID model.ID
	To model.ID
}

func (r Reads) links(ctx context.Context, text string, g Range, arg model.ID) ([]Link, error) {
	links, err := collect(ctx, r.q, func(row scanner) (l Link, err error) {
		err = row.Scan(&l.ID, &l.To)
		return l, err
	}, text+g.sql("id", 2), append([]any{arg}, g.args()...)...)
	if err != nil {
		return nil, fmt.Errorf("reading a list: %w", err)
	}
	return links, nil
}

// FavouritedBy are the accounts that favourited a post.
func (r Reads) FavouritedBy(ctx context.Context, post model.ID, g Range) ([]Link, error) {
	return r.links(ctx, `SELECT id, account FROM favourites WHERE post = $1`, g, post)
}

// FavouritesOf are the posts that an account favourited.
func (r Reads) FavouritesOf(ctx context.Context, account model.ID, g Range) ([]Link, error) {
	return r.links(ctx, `SELECT id, post FROM favourites WHERE account = $1`, g, account)
}

// RebloggedBy are the accounts that boosted a post.
func (r Reads) RebloggedBy(ctx context.Context, post model.ID, g Range) ([]Link, error) {
	return r.links(ctx, `SELECT id, account FROM posts WHERE reblog_of = $1 AND reblog_of <> 0 AND deleted_at = 0`, g, post)
}

// Marks says which of up to MaxList posts an account has favourited, and which it has boosted.
func (r Reads) Marks(ctx context.Context, account model.ID, posts []model.ID) (favourited, boosted []model.ID, err error) {
	if len(posts) == 0 {
		return nil, nil, nil
	}
	in, args := list(posts, 2)
	args = append([]any{account}, args...)
	_, err = collect(ctx, r.q, func(row scanner) (struct{}, error) {
		var boost int
		var id model.ID
		err := row.Scan(&boost, &id)
		if boost == 1 {
			boosted = append(boosted, id)
		} else {
			favourited = append(favourited, id)
		}
		return struct{}{}, err
	}, `SELECT 0, post FROM favourites WHERE account = $1 AND post IN (`+in+`) UNION ALL
		SELECT 1, reblog_of FROM posts WHERE account = $1 AND reblog_of IN (`+in+`) AND reblog_of <> 0 AND deleted_at = 0`,
		args...)
	if err != nil {
		return nil, nil, fmt.Errorf("reading marks: %w", err)
	}
	return favourited, boosted, nil
}
