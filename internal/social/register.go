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
	if utf8.RuneCountInString(r.Password) < MinPassword || len(r.Password) > MaxPassword {
		return 0, model.Invalid("password", "must have at least %d characters and at most %d bytes", MinPassword, MaxPassword)
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

// parseEmail checks that a text is one bare email address.
func parseEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > maxEmail || strings.ContainsRune(s, 0) {
		return "", model.Invalid("email", "is not an email address")
	}
	return s, nil
}

// SignIn checks a password for an account named by its handle or email address. It takes as long for a name that
// nobody has as for a wrong password, and gives the same error (unauthenticated). It succeeds for accounts that are
// dark: their owners still reach the sign-in page and the export, and View refuses them everything else.
func (n *Network) SignIn(ctx context.Context, name, password string) (model.ID, error) {
	name = strings.TrimSpace(name)
	find := n.store.CredentialsByEmail
	if !strings.Contains(strings.TrimPrefix(name, "@"), "@") {
		find, name = n.store.CredentialsByAccountHandle, strings.TrimPrefix(name, "@")
	}
	c, err := find(ctx, name)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return 0, err
	}
	ok, err := n.checkPassword(ctx, c.PasswordHash, password)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, model.Errorf(model.KindUnauthenticated, "Wrong name or password")
	}
	return c.Account, nil
}

// Dark reports whether the account is dark now: for the sign-in page, which tells its owner so.
func (n *Network) Dark(account model.ID) bool { return n.visibility.at(n.cfg.Now(), account, 0).dark() }
