package social

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Config is what a Network is made of.
type Config struct {
	Store *store.Store
	Feed  *store.Feed      // needed on a shared database, made before the Network; nil on the embedded one
	Now   func() time.Time // the clock
	Log   *slog.Logger

	// HighProfileAt is the number of followers, as it is now, at which Raise is called for an account that is standard or
	// verified; nil for never. Raise is called after the follow is committed, again at the next follow when it failed.
	HighProfileAt func() int64
	Raise         func(ctx context.Context, account model.ID) error
}

// Network is the members' side of the server. It is safe for concurrent use.
type Network struct {
	cfg     Config
	store   *store.Store
	hashing chan struct{} // as many password hashes at a time as there are processors: each takes 19 MiB

	visibility visibility
	accounts   *cache[model.Account]
	posts      *cache[model.Post]
	recents    *cache[recent]
	ties       *cache[ties]
	blocks     *cache[blocks]
}

// How many rows are kept in memory, at most: a post takes about 1 kB, the recents of an author 1.6 kB, the ties of a
// reader 8 bytes for each account followed.
const (
	cachedAccounts = 1 << 16
	cachedPosts    = 1 << 16
	cachedRecents  = 1 << 16
	cachedReaders  = 1 << 14
)

// New loads the sanctions in force and follows the store's events from then on.
func New(ctx context.Context, cfg Config) (*Network, error) {
	if cfg.Store.Shared() && cfg.Feed == nil {
		return nil, fmt.Errorf("a network on a shared database must follow its feed")
	}
	n := &Network{cfg: cfg, store: cfg.Store, hashing: make(chan struct{}, runtime.GOMAXPROCS(0)),
		accounts: newCache[model.Account](cachedAccounts), posts: newCache[model.Post](cachedPosts),
		recents: newCache[recent](cachedRecents), ties: newCache[ties](cachedReaders),
		blocks: newCache[blocks](cachedReaders)}
	cfg.Store.Subscribe(n.learn)
	return n, n.visibility.load(ctx, cfg.Store)
}

// learn keeps the memory in step with the store.
func (n *Network) learn(e store.Event) {
	switch e.Kind {
	case store.EventSanctions:
		n.visibility.apply(e)
	case store.EventAccount, store.EventClass, store.EventHandle:
		n.accounts.drop(e.Account)
	case store.EventPost:
		n.posts.drop(e.Subject)
	case store.EventPosted:
		n.recents.update(e.Account, func(r recent) recent { return r.with(e.Subject) })
	case store.EventUnposted:
		n.posts.drop(e.Subject)
		n.recents.update(e.Account, func(r recent) recent { return r.without(e.Subject) })
	case store.EventRelation:
		n.ties.drop(e.Account)
	case store.EventBlock:
		n.blocks.drop(e.Account)
		n.blocks.drop(e.Subject)
	}
}

// fresh refuses to answer when this node may not know of a darkening elsewhere (law 8).
func (n *Network) fresh() error {
	if n.store.Shared() && n.cfg.Feed.Age() > time.Second {
		return model.Unavailable(nil, "this node has lost touch with the others; try again")
	}
	return nil
}
