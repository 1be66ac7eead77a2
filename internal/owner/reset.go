package owner

import (
	"context"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// noLink is what a link that leads nowhere says, whatever the reason.
func noLink() error { return model.NotFound("link") }

// ResetFor is the account whose password a link sets; a link that was used, is too old or never was is not found.
func (o *Owner) ResetFor(ctx context.Context, token string) (model.Account, error) {
	r, err := o.st.Reset(ctx, guard.ResetHash(token))
	if err == nil && !o.now().Before(r.ExpiresAt) {
		err = noLink()
	}
	if err != nil {
		return model.Account{}, err
	}
	return o.st.Account(ctx, r.Account)
}

// Reset sets the password of the account that a link is for, and uses the link up. In a freeze that covers the account no
// link works.
func (o *Owner) Reset(ctx context.Context, token, password string) error {
	account, err := o.ResetFor(ctx, token)
	if err != nil {
		return err
	}
	if err := o.guard.MayReset(ctx, account.ID); err != nil {
		return err
	}
	hash, err := o.net.NewHash(ctx, "new_password", password)
	if err != nil {
		return err
	}
	return o.st.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.TakeReset(ctx, guard.ResetHash(token))
		if err != nil {
			return err
		}
		if !o.now().Before(r.ExpiresAt) {
			return noLink()
		}
		return tx.SetPassword(ctx, r.Account, hash)
	})
}
