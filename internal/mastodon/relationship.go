package mastodon

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// relationshipEntity is https://docs.joinmastodon.org/entities/Relationship/.
type relationshipEntity struct {
	ID                  model.ID `json:"id"`
	Following           bool     `json:"following"`
	ShowingReblogs      bool     `json:"showing_reblogs"`
	Notifying           bool     `json:"notifying"`
	Languages           *none    `json:"languages"`
	FollowedBy          bool     `json:"followed_by"`
	Blocking            bool     `json:"blocking"`
	BlockedBy           bool     `json:"blocked_by"`
	Muting              bool     `json:"muting"`
	MutingNotifications bool     `json:"muting_notifications"`
	Requested           bool     `json:"requested"`
	DomainBlocking      bool     `json:"domain_blocking"`
	Endorsed            bool     `json:"endorsed"`
	Note                string   `json:"note"`
}

func relationship(r model.Relation) relationshipEntity {
	return relationshipEntity{
		ID:                  r.Account,
		Following:           r.Following,
		ShowingReblogs:      r.ShowingBoosts,
		FollowedBy:          r.FollowedBy,
		Blocking:            r.Blocking,
		BlockedBy:           r.BlockedBy,
		Muting:              r.Muting,
		MutingNotifications: r.Muting,
		Requested:           r.Requested,
	}
}

func relationships(ctx context.Context, c *call) (any, error) {
	ids := c.IDs("id", social.MaxAccounts)
	if err := c.Err(); err != nil {
		return nil, err
	}
	relations, err := c.view.Relations(ctx, ids)
	if err != nil {
		return nil, err
	}
	return entities(relations, relationship), nil
}

// change is a call that changes what the caller and the account in the path are to each other.
func change(do func(ctx context.Context, actor, target model.ID) error) func(context.Context, *call) (any, error) {
	return func(ctx context.Context, c *call) (any, error) {
		id, err := c.path("account")
		if err != nil {
			return nil, err
		}
		if err := do(ctx, c.actor(), id); err != nil {
			return nil, err
		}
		return c.relation(ctx, id)
	}
}

// relation is what the caller and an account are to each other after a change.
func (c *call) relation(ctx context.Context, id model.ID) (any, error) {
	if err := c.look(ctx); err != nil {
		return nil, err
	}
	r, err := c.view.Relation(ctx, id)
	if err != nil {
		return nil, err
	}
	return relationship(r), nil
}

func follow(ctx context.Context, c *call) (any, error) {
	reblogs := c.Bool("reblogs", true)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return change(func(ctx context.Context, actor, target model.ID) error {
		return c.api.net.Follow(ctx, actor, target, reblogs)
	})(ctx, c)
}

// mute mutes without end: a mute that was to end would not.
func mute(ctx context.Context, c *call) (any, error) {
	if c.Int("duration", 0, 0, 1<<31-1); c.Err() != nil {
		return nil, c.Err()
	}
	if c.Int("duration", 0, 0, 1<<31-1) != 0 {
		return nil, model.Invalid("duration", "cannot be set: mutes have no end here")
	}
	return change(c.api.net.Mute)(ctx, c)
}

func followers(ctx context.Context, c *call) (any, error) {
	return accountsOf(ctx, c, c.view.Followers)
}

func following(ctx context.Context, c *call) (any, error) {
	return accountsOf(ctx, c, c.view.Following)
}

func favouritedBy(ctx context.Context, c *call) (any, error) {
	return accountsOf(ctx, c, c.view.FavouritedBy)
}

func rebloggedBy(ctx context.Context, c *call) (any, error) {
	return accountsOf(ctx, c, c.view.RebloggedBy)
}

// accountsOf answers with a page of a list that belongs to the account or post in the path.
func accountsOf(ctx context.Context, c *call,
	read func(context.Context, model.ID, social.Page) (social.List[social.Account], error)) (any, error) {
	id, err := c.path("account")
	if err != nil {
		return nil, err
	}
	p := c.page(social.MaxAccounts)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return c.accounts(read(ctx, id, p))
}

func followRequests(ctx context.Context, c *call) (any, error) {
	return ownAccounts(ctx, c, c.view.FollowRequests)
}

func blocks(ctx context.Context, c *call) (any, error) { return ownAccounts(ctx, c, c.view.Blocks) }

func mutes(ctx context.Context, c *call) (any, error) { return ownAccounts(ctx, c, c.view.Mutes) }

// ownAccounts answers with a page of a list that is the caller's.
func ownAccounts(ctx context.Context, c *call,
	read func(context.Context, social.Page) (social.List[social.Account], error)) (any, error) {
	p := c.page(social.MaxAccounts)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return c.accounts(read(ctx, p))
}
