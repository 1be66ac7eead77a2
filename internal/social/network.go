package social

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Config is what a Network is made of.
type Config struct {
	Store *store.Store
	Feed  *store.Feed      // needed on a shared database; nil on the embedded one
	Now   func() time.Time // the clock
	Log   *slog.Logger

	// HighProfileAt is the number of followers at which Raise is called for an account that is standard or verified;
	// 0 for never. Raise is called after the follow is committed, again at the next follow when it failed.
	HighProfileAt int64
	Raise         func(ctx context.Context, account model.ID) error
}

// Network is the members' side of the server. It is safe for concurrent use.
type Network struct {
	cfg Config
}

// New loads the sanctions in force and follows the store's events from then on.
func New(ctx context.Context, cfg Config) (*Network, error) { return &Network{cfg: cfg}, nil }

var errSkeleton = errors.New("to come")
