package social

import (
	"context"

	"keyturn/internal/model"
)

// A View is what one viewer may see at one moment. Make one for each request; it is not safe for concurrent use.
type View struct {
	n      *Network
	viewer model.ID
}

// View makes a view for an account, or for the public when viewer is 0. It is forbidden when the account is dark
// itself, unavailable when this node may not know of a darkening elsewhere (law 8).
func (n *Network) View(ctx context.Context, viewer model.ID) (*View, error) {
	return nil, errSkeleton
}

// Viewer is whom the view is for, 0 for the public.
func (v *View) Viewer() model.ID { return v.viewer }
