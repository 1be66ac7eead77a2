package social

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Followers are the accounts that follow an account.
func (v *View) Followers(ctx context.Context, account model.ID, p Page) (List[Account], error) {
	if ok, err := v.open(ctx, account); !ok {
		return List[Account]{}, err
	}
	return v.accountList(ctx, v.n.store.Followers, account, p, v.linked)
}

// Following are the accounts that an account follows.
func (v *View) Following(ctx context.Context, account model.ID, p Page) (List[Account], error) {
	if ok, err := v.open(ctx, account); !ok {
		return List[Account]{}, err
	}
	return v.accountList(ctx, v.n.store.Following, account, p, v.linked)
}

// ShowsBoosts reports whether the boosts of an account that the viewer follows are wanted.
func (v *View) ShowsBoosts(followee model.ID) bool { return !v.ties.quiet.has(followee) }

// FollowRequests are the accounts that wait for the viewer's consent to follow.
func (v *View) FollowRequests(ctx context.Context, p Page) (List[Account], error) {
	return v.accountList(ctx, v.n.store.FollowRequests, v.viewer, p, v.linked)
}

// Relation is what the viewer and an account are to each other.
func (v *View) Relation(ctx context.Context, account model.ID) (model.Relation, error) {
	list, err := v.Relations(ctx, []model.ID{account})
	if err != nil {
		return model.Relation{}, err
	}
	if len(list) == 0 {
		return model.Relation{}, model.NotFound("account")
	}
	return list[0], nil
}

// Relations are the relations to several accounts, in the order asked; dark ones are left out.
func (v *View) Relations(ctx context.Context, accounts []model.ID) ([]model.Relation, error) {
	if len(accounts) > MaxAccounts {
		return nil, model.Invalid("id", "must be at most %d", MaxAccounts)
	}
	rows, err := v.n.accountRows(ctx, accounts)
	if err != nil {
		return nil, err
	}
	followers, err := v.n.store.FollowersAmong(ctx, v.viewer, accounts)
	if err != nil {
		return nil, err
	}
	followedBy := newIDSet(followers)
	list := make([]model.Relation, 0, len(accounts))
	for _, id := range accounts {
		if _, ok := rows[id]; !ok || v.state(id).dark() {
			continue
		}
		following := v.ties.following.has(id)
		list = append(list, model.Relation{Account: id, Following: following,
			ShowingBoosts: following && v.ShowsBoosts(id), FollowedBy: followedBy.has(id),
			Requested: v.ties.requested.has(id), Blocking: v.blocks.blocking.has(id),
			BlockedBy: v.blocks.blockedBy.has(id), Muting: v.ties.muting.has(id)})
	}
	return list, nil
}

// Follow follows an account, or asks to when its owner wants to be asked. Following again changes whether boosts are
// shown.
func (n *Network) Follow(ctx context.Context, actor, target model.ID, reblogs bool) error {
	v, to, err := n.actOn(ctx, actor, target)
	if err != nil {
		return err
	}
	if v.blocks.between(target) {
		return model.Errorf(model.KindForbidden, "This account cannot be followed")
	}
	kind := model.NotifyFollow
	if to.Locked {
		kind = model.NotifyFollowRequest
	}
	f := model.Follow{ID: n.store.IDs().Next(), Follower: actor, Followee: target, Pending: to.Locked, Reblogs: reblogs,
		CreatedAt: v.now}
	err = n.store.Write(ctx, func(tx *store.Tx) error {
		added, err := tx.PutFollow(ctx, f)
		if err != nil || !added {
			return err
		}
		return n.notify(ctx, tx, target, actor, kind, 0)
	})
	if err == nil {
		n.raise(ctx, target)
	}
	return err
}

// raise asks for a higher class for an account that has reached so many followers. That it fails is no failure of the
// follow, and the next follow asks again.
func (n *Network) raise(ctx context.Context, account model.ID) {
	if n.cfg.HighProfileAt == nil || n.cfg.Raise == nil {
		return
	}
	rows, err := n.accountRows(ctx, []model.ID{account})
	a := rows[account]
	if err == nil && a.Followers >= n.cfg.HighProfileAt() && a.Class.Rank() < model.ClassHighProfile.Rank() {
		err = n.cfg.Raise(ctx, account)
	}
	if err != nil {
		n.cfg.Log.ErrorContext(ctx, "an account with many followers was not raised", "account", account, "err", err)
	}
}

// Unfollow ends a follow or takes back the request for one.
func (n *Network) Unfollow(ctx context.Context, actor, target model.ID) error {
	if _, _, err := n.actOn(ctx, actor, target); err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error {
		removed, err := tx.RemoveFollow(ctx, actor, target)
		if err != nil || !removed {
			return err
		}
		if err := n.unnotify(ctx, tx, target, actor, model.NotifyFollowRequest, 0); err != nil {
			return err
		}
		return n.unnotify(ctx, tx, target, actor, model.NotifyFollow, 0)
	})
}

// Authorize consents to a follow request; without one it is not found.
func (n *Network) Authorize(ctx context.Context, actor, follower model.ID) error {
	if _, _, err := n.actOn(ctx, actor, follower); err != nil {
		return err
	}
	err := n.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AcceptFollow(ctx, follower, actor); err != nil {
			return err
		}
		return n.unnotify(ctx, tx, actor, follower, model.NotifyFollowRequest, 0)
	})
	if err == nil {
		n.raise(ctx, actor)
	}
	return err
}

// Reject refuses a follow request; without one it is not found.
func (n *Network) Reject(ctx context.Context, actor, follower model.ID) error {
	if _, _, err := n.actOn(ctx, actor, follower); err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.Follow(ctx, follower, actor)
		if err != nil || !f.Pending {
			return model.NotFound("follow request")
		}
		if _, err := tx.RemoveFollow(ctx, follower, actor); err != nil {
			return err
		}
		return n.unnotify(ctx, tx, actor, follower, model.NotifyFollowRequest, 0)
	})
}

// actOn is the view of someone who is about to do something with another account that they can see.
func (n *Network) actOn(ctx context.Context, actor, target model.ID) (*View, model.Account, error) {
	v, err := n.act(ctx, actor)
	if err != nil {
		return nil, model.Account{}, err
	}
	a, err := v.other(ctx, target)
	return v, a, err
}
