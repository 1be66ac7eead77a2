package mastodon

import (
	"context"

	"keyturn/internal/social"
)

func home(ctx context.Context, c *call) (any, error) {
	p := c.page(social.MaxPosts)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return c.statuses(c.view.Home(ctx, p))
}

// public is everyone's posts. Everyone is local, and no post has media.
func public(ctx context.Context, c *call) (any, error) {
	p := c.page(social.MaxPosts)
	none := c.Bool("remote", false) || c.Bool("only_media", false)
	if c.Bool("local", false); c.Err() != nil {
		return nil, c.Err()
	}
	if none {
		return c.statuses(social.List[social.Post]{}, nil)
	}
	return c.statuses(c.view.Public(ctx, p))
}

func favourites(ctx context.Context, c *call) (any, error) {
	p := c.page(social.MaxPosts)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return c.statuses(c.view.Favourites(ctx, p))
}
