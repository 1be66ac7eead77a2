package owner

import (
	"context"
	"encoding/json"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

// Config is what owners are served with.
type Config struct {
	Store   *store.Store
	Guard   *guard.Guard
	Network *social.Network
	Now     func() time.Time
}

// Owner is the owners' side of the server. It is safe for concurrent use.
type Owner struct {
	st    *store.Store
	guard *guard.Guard
	net   *social.Network
	now   func() time.Time
}

// New makes the owners' side.
func New(cfg Config) *Owner {
	return &Owner{st: cfg.Store, guard: cfg.Guard, net: cfg.Network, now: cfg.Now}
}

// Liftable are the locks on an account that its owner's passkey lifts now; byPasskey is false when the account has no
// passkey that is older than the lock.
func (o *Owner) Liftable(ctx context.Context, account model.ID) (locks []model.Sanction, byPasskey bool, err error) {
	return o.guard.Liftable(ctx, account)
}

// LiftOptions hands out what an owner has to sign to lift a lock.
func (o *Owner) LiftOptions(ctx context.Context, account, sanction model.ID) (json.RawMessage, error) {
	return o.guard.LiftChallenge(ctx, account, sanction)
}

// Lift lifts a lock by what the owner's passkey signed.
func (o *Owner) Lift(ctx context.Context, account, sanction model.ID, response []byte) error {
	return o.guard.Lift(ctx, account, sanction, response)
}

// Asked is a request of the staff's about an owner's account, on which the owner can turn their key.
type Asked struct {
	Request   model.ID
	Words     string // what it will do
	ExpiresAt time.Time
}

// Asked lists what the staff ask for and the owner's passkey can agree to, the oldest first.
func (o *Owner) Asked(ctx context.Context, account model.ID) ([]Asked, error) {
	requests, err := o.guard.OwnersRequests(ctx, account)
	var all []Asked
	for _, q := range requests {
		all = append(all, Asked{Request: q.ID, Words: moderation.Words(q, o.guard.Settings().WaitDivisor), ExpiresAt: q.ExpiresAt})
	}
	return all, err
}

// KeyOptions hands out what an owner has to sign to turn their key on a request.
func (o *Owner) KeyOptions(ctx context.Context, account, request model.ID) (json.RawMessage, error) {
	return o.guard.OwnersChallenge(ctx, account, request)
}

// Turn turns the owner's key on a request, and says where the request is then.
func (o *Owner) Turn(ctx context.Context, account, request model.ID, response []byte) (model.RequestState, error) {
	out, err := o.guard.TurnAsOwner(ctx, account, request, response)
	return out.Request.State, err
}
