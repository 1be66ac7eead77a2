package social

import (
	"context"
	"net/mail"
	"slices"
	"strings"
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

// maxEmail is the longest email address (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const maxEmail = 254

// reserved lists the handles that nobody can register, since they would look like the server speaking or stand in the
// way of an address of it.
func reserved() []string {
	return []string{"abuse", "account", "accounts", "admin", "administrator", "api", "auth", "desk", "everyone", "help",
		"hostmaster", "keyturn", "moderator", "oauth", "postmaster", "root", "security", "staff", "support", "system",
		"webmaster"}
}

// Register makes an account. A handle or email address that is taken is a conflict, one that is not allowed invalid.
func (n *Network) Register(ctx context.Context, r Registration) (model.ID, error) {
	handle, err := model.ParseHandle("handle", r.Handle)
	if err != nil {
		return 0, err
	}
	if slices.Contains(reserved(), model.FoldHandle(handle)) {
		return 0, model.Invalid("handle", "is reserved")
	}
	email, err := parseEmail(r.Email)
	if err != nil {
		return 0, err
	}
	if err := checkNewPassword("password", r.Password); err != nil {
		return 0, err
	}
	if _, err := n.store.AccountByHandle(ctx, handle); err == nil { // before the costly hash; the insert checks again
		return 0, &model.Error{Kind: model.KindConflict, Field: "handle", Message: "has already been taken"}
	}
	hash, err := n.hashPassword(ctx, r.Password)
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

// parseEmail checks that a text is one bare email address.
func parseEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > maxEmail || strings.ContainsRune(s, 0) {
		return "", model.Invalid("email", "is not an email address")
	}
	return s, nil
}
