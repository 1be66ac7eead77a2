package mastodon

import (
	"context"
	"slices"

	"keyturn/internal/model"
)

// markerEntity is https://docs.joinmastodon.org/entities/Marker/. It is not kept when a marker was set, so that the
// time is that of what it points to.
type markerEntity struct {
	LastReadID model.ID `json:"last_read_id"`
	Version    int      `json:"version"`
	UpdatedAt  moment   `json:"updated_at"`
}

type markersEntity struct {
	Notifications *markerEntity `json:"notifications,omitempty"`
}

// markers tells how far the caller has read. Only notifications have a marker here.
func markers(ctx context.Context, c *call) (any, error) {
	timelines := c.Texts("timeline", maxTypes)
	if err := c.Err(); err != nil {
		return nil, err
	}
	if !slices.Contains(timelines, "notifications") {
		return markersEntity{}, nil
	}
	return c.marker(ctx)
}

func (c *call) marker(ctx context.Context) (any, error) {
	last, err := c.view.LastRead(ctx)
	if err != nil || last == 0 {
		return markersEntity{}, err
	}
	return markersEntity{&markerEntity{LastReadID: last, UpdatedAt: moment(last.Time())}}, nil
}

func setMarkers(ctx context.Context, c *call) (any, error) {
	upTo := c.ID("notifications[last_read_id]")
	if err := c.Err(); err != nil {
		return nil, err
	}
	if upTo == 0 {
		return markersEntity{}, nil
	}
	if err := c.api.net.MarkRead(ctx, c.actor(), upTo); err != nil {
		return nil, err
	}
	if err := c.look(ctx); err != nil {
		return nil, err
	}
	return c.marker(ctx)
}
