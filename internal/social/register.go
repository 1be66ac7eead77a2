package social

import (
	"context"
	"unicode/utf8"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Registration is what a new member gives.
type Registration struct {
	Handle   string
	Email    string
	Password string
}

// Limits of a password: at least so many characters, at most so many bytes.
const (
	MinPassword = 8
	MaxPassword = 1000
)

// Register makes an account. A handle or email address that is taken is a conflict, one that is not allowed invalid.
func (n *Network) Register(ctx context.Context, r Registration) (model.ID, error) {
	handle, err := model.ParseHandle("handle", r.Handle)
	if err != nil {
		return 0, err
	}
	if model.Reserved(handle) {
		return 0, model.Invalid("handle", "is reserved")
	}
	email, err := model.ParseEmail("email", r.Email)
	if err != nil {
		return 0, err
	}
	if err := checkNewPassword("password", r.Password); err != nil {
		return 0, err
	}
	if _, err := n.store.AccountByHandle(ctx, handle); err == nil { // before the costly hash; the insert checks again
		return 0, &model.Error{Kind: model.KindConflict, Field: "handle", Message: "has already been taken"}
	}
	hash, err := n.NewHash(ctx, "password", r.Password)
	if err != nil {
		return 0, err
	}
	id := n.store.IDs().Next()
	return id, n.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddAccount(ctx, model.Account{ID: id, Handle: handle, CreatedAt: n.cfg.Now()}); err != nil {
			return err
		}
		return tx.AddCredentials(ctx, model.Credentials{Account: id, Email: email, PasswordHash: hash})
	})
}

// checkNewPassword refuses what is too short to be a password, or too long to be hashed.
func checkNewPassword(field, password string) error {
	if utf8.RuneCountInString(password) < MinPassword || len(password) > MaxPassword {
		return model.Invalid(field, "must have at least %d characters and at most %d bytes", MinPassword, MaxPassword)
	}
	return nil
}
