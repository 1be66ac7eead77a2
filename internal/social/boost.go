package social

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Boost shows a post to the actor's followers and gives the boost's ID; a second boost is the first one. A post that
// not everyone may see can be boosted by its author only.
func (n *Network) Boost(ctx context.Context, actor, post model.ID) (model.ID, error) {
	v, err := n.act(ctx, actor)
	if err != nil {
		return 0, err
	}
	of, err := v.original(ctx, post)
	if err != nil {
		return 0, err
	}
	seen := model.Public
	switch of.Visibility {
	case model.Private:
		if of.Account != actor {
			return 0, model.Errorf(model.KindForbidden, "Only its author can boost a private post")
		}
		seen = model.Private
	case model.Direct:
		return 0, model.Errorf(model.KindForbidden, "A direct post cannot be boosted")
	}
	boost := model.Post{ID: n.store.IDs().Next(), Account: actor, Visibility: seen, ReblogOf: of.ID, CreatedAt: v.now}
	var id model.ID
	err = n.store.Write(ctx, func(tx *store.Tx) error {
		if id, err = tx.AddPost(ctx, boost, nil); err != nil || id != boost.ID {
			return err
		}
		return n.notify(ctx, tx, of.Account, actor, model.NotifyReblog, of.ID)
	})
	return id, err
}

// Unboost takes the actor's boost of a post back; without one it does nothing.
func (n *Network) Unboost(ctx context.Context, actor, post model.ID) error {
	v, err := n.act(ctx, actor)
	if err != nil {
		return err
	}
	of, err := v.original(ctx, post)
	if err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error {
		boost, err := tx.BoostBy(ctx, actor, of.ID)
		if model.KindOf(err) == model.KindNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.DeletePost(ctx, actor, boost, v.now); err != nil {
			return err
		}
		return n.unnotify(ctx, tx, of.Account, actor, model.NotifyReblog, of.ID)
	})
}

// Favourite marks a post as a favourite of the actor.
func (n *Network) Favourite(ctx context.Context, actor, post model.ID) error {
	v, err := n.act(ctx, actor)
	if err != nil {
		return err
	}
	of, err := v.original(ctx, post)
	if err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error {
		added, err := tx.AddFavourite(ctx, actor, of.ID, v.now)
		if err != nil || !added {
			return err
		}
		return n.notify(ctx, tx, of.Account, actor, model.NotifyFavourite, of.ID)
	})
}

// Unfavourite takes the mark back.
func (n *Network) Unfavourite(ctx context.Context, actor, post model.ID) error {
	v, err := n.act(ctx, actor)
	if err != nil {
		return err
	}
	of, err := v.original(ctx, post)
	if err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.RemoveFavourite(ctx, actor, of.ID); err != nil {
			return err
		}
		return n.unnotify(ctx, tx, of.Account, actor, model.NotifyFavourite, of.ID)
	})
}

// FavouritedBy are the accounts that favourited a post.
func (v *View) FavouritedBy(ctx context.Context, post model.ID, p Page) (List[Account], error) {
	of, err := v.original(ctx, post)
	if err != nil {
		return List[Account]{}, err
	}
	return v.accountList(ctx, v.n.store.FavouritedBy, of.ID, p, v.linked)
}

// RebloggedBy are the accounts that boosted a post.
func (v *View) RebloggedBy(ctx context.Context, post model.ID, p Page) (List[Account], error) {
	of, err := v.original(ctx, post)
	if err != nil {
		return List[Account]{}, err
	}
	return v.accountList(ctx, v.n.store.RebloggedBy, of.ID, p, func(l store.Link) bool {
		return v.listed(l.To) && !v.at(l.To, l.ID).removed // a boost can be dark by itself
	})
}
