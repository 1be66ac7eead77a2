package mastodon

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// post publishes a status. What this server cannot publish (media, polls, posts for later) is refused, not left out.
func post(ctx context.Context, c *call) (any, error) {
	for _, field := range []string{"media_ids", "poll", "scheduled_at"} {
		if c.HasValue(field) {
			return nil, model.Invalid(field, "cannot be sent to this server")
		}
	}
	key := c.r.Header.Get("Idempotency-Key")
	if len(key) > social.MaxIdempotencyKey {
		return nil, model.Invalid("Idempotency-Key", "must have at most %d bytes", social.MaxIdempotencyKey)
	}
	p := social.NewPost{
		Text:      c.Text("status"),
		Spoiler:   c.Text("spoiler_text"),
		Sensitive: c.Bool("sensitive", false),
		Language:  c.Text("language"),
		InReplyTo: c.ID("in_reply_to_id"),
		App:       c.token.App.Name,
		Key:       key,
	}
	if v := c.Text("visibility"); v != "" {
		var err error
		if p.Visibility, err = model.ParseVisibility("visibility", v); err != nil {
			c.Fail(err)
		}
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	id, err := c.api.net.Post(ctx, c.actor(), p)
	if err != nil {
		return nil, renamed(err, map[string]string{
			"text": "status", "spoiler": "spoiler_text", "in_reply_to": "in_reply_to_id"})
	}
	return c.shown(ctx, id)
}

// shown is a post after a change.
func (c *call) shown(ctx context.Context, id model.ID) (any, error) {
	if err := c.look(ctx); err != nil {
		return nil, err
	}
	p, err := c.view.Post(ctx, id)
	if err != nil {
		return nil, err
	}
	return c.status(p), nil
}

// inPath is the post that the path names.
func (c *call) inPath(ctx context.Context) (social.Post, error) {
	id, err := c.path("status")
	if err != nil {
		return social.Post{}, err
	}
	return c.view.Post(ctx, id)
}

func status(ctx context.Context, c *call) (any, error) {
	p, err := c.inPath(ctx)
	if err != nil {
		return nil, err
	}
	return c.status(p), nil
}

// deleteStatus deletes the caller's post and gives it once more, with its text, so that it can be written anew.
func deleteStatus(ctx context.Context, c *call) (any, error) {
	p, err := c.inPath(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.api.net.Delete(ctx, c.actor(), p.ID); err != nil {
		return nil, err
	}
	e := c.status(p)
	e.Text = &p.Text
	return e, nil
}

func statusSource(ctx context.Context, c *call) (any, error) {
	p, err := c.inPath(ctx)
	if err != nil {
		return nil, err
	}
	if p.Author.ID != c.actor() {
		return nil, model.NotFound("status")
	}
	return sourceEntity{ID: p.ID, Text: p.Text, SpoilerText: p.Spoiler}, nil
}

// thread is https://docs.joinmastodon.org/entities/Context/.
func thread(ctx context.Context, c *call) (any, error) {
	id, err := c.path("status")
	if err != nil {
		return nil, err
	}
	t, err := c.view.Thread(ctx, id)
	if err != nil {
		return nil, err
	}
	return struct {
		Ancestors   []statusEntity `json:"ancestors"`
		Descendants []statusEntity `json:"descendants"`
	}{entities(t.Ancestors, c.status), entities(t.Descendants, c.status)}, nil
}

// mark is a call that does something with the post in the path, or with what it boosts, and answers with the post.
func mark(do func(ctx context.Context, actor, post model.ID) error) func(context.Context, *call) (any, error) {
	return func(ctx context.Context, c *call) (any, error) {
		p, err := c.inPath(ctx)
		if err != nil {
			return nil, err
		}
		if p.Boosted != nil {
			p = *p.Boosted
		}
		if err := do(ctx, c.actor(), p.ID); err != nil {
			return nil, err
		}
		return c.shown(ctx, p.ID)
	}
}

// reblog answers with the boost, which holds the post.
func reblog(ctx context.Context, c *call) (any, error) {
	p, err := c.inPath(ctx)
	if err != nil {
		return nil, err
	}
	if p.Boosted != nil {
		p = *p.Boosted
	}
	id, err := c.api.net.Boost(ctx, c.actor(), p.ID)
	if err != nil {
		return nil, err
	}
	return c.shown(ctx, id)
}
