package mastodon

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// self is the caller's own account.
func self(ctx context.Context, c *call) (any, error) {
	a, err := c.view.Self(ctx)
	if err != nil {
		return nil, err
	}
	waiting, err := c.view.FollowRequests(ctx, social.Page{Limit: social.MaxAccounts})
	if err != nil {
		return nil, err
	}
	role, err := c.ownRole(ctx)
	if err != nil {
		return nil, err
	}
	return credentialEntity{c.api.account(a), source{
		Note:           a.Note,
		Privacy:        model.Public,
		FollowRequests: len(waiting.Items),
	}, role}, nil
}

// updateSelf changes the caller's profile. What cannot be kept here is refused rather than dropped.
func updateSelf(ctx context.Context, c *call) (any, error) {
	for _, field := range []string{"avatar", "header", "fields_attributes"} {
		if c.HasValue(field) {
			return nil, model.Invalid(field, "cannot be set on this server")
		}
	}
	p := social.Profile{
		DisplayName: c.OptionalText("display_name"),
		Note:        c.OptionalText("note"),
		Locked:      c.OptionalBool("locked"),
		Bot:         c.OptionalBool("bot"),
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if err := c.api.net.UpdateProfile(ctx, c.actor(), p); err != nil {
		return nil, err
	}
	if err := c.look(ctx); err != nil {
		return nil, err
	}
	return self(ctx, c)
}

func account(ctx context.Context, c *call) (any, error) {
	id, err := c.path("account")
	if err != nil {
		return nil, err
	}
	a, err := c.view.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	return c.api.account(a), nil
}

func accountStatuses(ctx context.Context, c *call) (any, error) {
	id, err := c.path("account")
	if err != nil {
		return nil, err
	}
	p := c.page(social.MaxPosts)
	f := social.PostFilter{
		ExcludeReplies: c.Bool("exclude_replies", false),
		ExcludeReblogs: c.Bool("exclude_reblogs", false),
	}
	// No post has media, a pin or a tag here.
	none := c.Bool("only_media", false) || c.Bool("pinned", false) || c.HasValue("tagged")
	if err := c.Err(); err != nil {
		return nil, err
	}
	if none {
		_, err := c.view.Account(ctx, id)
		return c.statuses(social.List[social.Post]{}, err)
	}
	return c.statuses(c.view.PostsOf(ctx, id, f, p))
}
