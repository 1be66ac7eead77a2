package store

import (
	"context"
	"fmt"

	"keyturn/internal/model"
)

const followCols = `id, follower, followee, pending, reblogs, created_at`

func scanFollow(row scanner) (f model.Follow, err error) {
	var created int64
	err = row.Scan(&f.ID, &f.Follower, &f.Followee, &f.Pending, &f.Reblogs, &created)
	f.CreatedAt = fromMillis(created)
	return f, err
}

// PutFollow makes a follow, or a request for one when it is pending, and counts it. Where there is one already it
// changes only whether boosts are shown, and added is false.
func (tx *Tx) PutFollow(ctx context.Context, f model.Follow) (added bool, err error) {
	n, err := tx.exec(ctx, `INSERT INTO follows (`+followCols+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (follower, followee) DO NOTHING`,
		f.ID, f.Follower, f.Followee, f.Pending, f.Reblogs, millis(f.CreatedAt))
	if err != nil {
		return false, fmt.Errorf("following: %w", err)
	}
	if n == 0 {
		_, err = tx.exec(ctx, `UPDATE follows SET reblogs = $3 WHERE follower = $1 AND followee = $2`,
			f.Follower, f.Followee, f.Reblogs)
		if err != nil {
			return false, fmt.Errorf("following: %w", err)
		}
		tx.emit(Event{Kind: EventRelation, Account: f.Follower, Subject: f.Followee})
		return false, nil
	}
	return true, tx.countFollow(ctx, f, 1)
}

// AcceptFollow turns a follow request into a follow; without one it is not found.
func (tx *Tx) AcceptFollow(ctx context.Context, follower, followee model.ID) error {
	f, err := one(ctx, tx.q, scanFollow, "follow request", `UPDATE follows SET pending = FALSE
		WHERE follower = $1 AND followee = $2 AND pending = TRUE RETURNING `+followCols, follower, followee)
	if err != nil {
		return err
	}
	return tx.countFollow(ctx, f, 1)
}

// RemoveFollow ends a follow or the request for one; removed is false when there was none.
func (tx *Tx) RemoveFollow(ctx context.Context, follower, followee model.ID) (removed bool, err error) {
	gone, err := collect(ctx, tx.q, scanFollow,
		`DELETE FROM follows WHERE follower = $1 AND followee = $2 RETURNING `+followCols, follower, followee)
	if err != nil {
		return false, fmt.Errorf("ending a follow: %w", err)
	}
	for _, f := range gone {
		if err := tx.countFollow(ctx, f, -1); err != nil {
			return false, err
		}
	}
	return len(gone) > 0, nil
}

// countFollow counts a follow with both accounts; a request is not counted.
func (tx *Tx) countFollow(ctx context.Context, f model.Follow, by int) error {
	tx.emit(Event{Kind: EventRelation, Account: f.Follower, Subject: f.Followee})
	if f.Pending {
		return nil
	}
	_, err := tx.exec(ctx, `UPDATE accounts SET following = following + CASE WHEN id = $1 THEN $3 ELSE 0 END,
		followers = followers + CASE WHEN id = $2 THEN $3 ELSE 0 END WHERE id IN ($1, $2)`, f.Follower, f.Followee, by)
	if err != nil {
		return fmt.Errorf("counting a follow: %w", err)
	}
	tx.emit(Event{Kind: EventAccount, Account: f.Follower})
	tx.emit(Event{Kind: EventAccount, Account: f.Followee})
	return nil
}

// Follow reads a follow or the request for one.
func (r Reads) Follow(ctx context.Context, follower, followee model.ID) (model.Follow, error) {
	return one(ctx, r.q, scanFollow, "follow",
		`SELECT `+followCols+` FROM follows WHERE follower = $1 AND followee = $2`, follower, followee)
}

// AllFollowing are all follows of an account and its requests for follows, in no order.
func (r Reads) AllFollowing(ctx context.Context, account model.ID) ([]model.Follow, error) {
	follows, err := collect(ctx, r.q, scanFollow, `SELECT `+followCols+` FROM follows WHERE follower = $1`, account)
	if err != nil {
		return nil, fmt.Errorf("reading follows: %w", err)
	}
	return follows, nil
}

// FollowersAmong says which of up to MaxList accounts follow an account.
func (r Reads) FollowersAmong(ctx context.Context, account model.ID, ids []model.ID) ([]model.ID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := list(ids, 2)
	followers, err := collect(ctx, r.q, scanID, `SELECT follower FROM follows
		WHERE followee = $1 AND pending = FALSE AND follower IN (`+in+`)`, append([]any{account}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("reading followers: %w", err)
	}
	return followers, nil
}

// Followers are the accounts that follow an account.
func (r Reads) Followers(ctx context.Context, account model.ID, g Range) ([]Link, error) {
	return r.links(ctx, `SELECT id, follower FROM follows WHERE followee = $1 AND pending = FALSE`, g, account)
}

// Following are the accounts that an account follows.
func (r Reads) Following(ctx context.Context, account model.ID, g Range) ([]Link, error) {
	return r.links(ctx, `SELECT id, followee FROM follows WHERE follower = $1 AND pending = FALSE`, g, account)
}

// FollowRequests are the accounts that wait for an account's consent to follow it.
func (r Reads) FollowRequests(ctx context.Context, account model.ID, g Range) ([]Link, error) {
	return r.links(ctx, `SELECT id, follower FROM follows WHERE followee = $1 AND pending = TRUE`, g, account)
}
