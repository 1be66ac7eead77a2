package social

import (
	"context"
	"slices"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Proof says that somebody has just proved to be the owner of an account. What is handed out for it (codes, tokens,
// sessions) is refused when the ways into the account have changed meanwhile.
type Proof struct {
	Account model.ID
	Epoch   int64 // the account's, from before the proof was checked
}

// SignIn checks a password for an account named by its handle or email address: the one way to do so. It takes as long
// for a name that nobody has as for a wrong password, and gives the same error (unauthenticated). It succeeds for
// accounts that are dark: their owners still reach the sign-in page and the export, and View refuses them everything
// else.
func (n *Network) SignIn(ctx context.Context, name, password string) (Proof, error) {
	name = strings.TrimSpace(name)
	find := n.store.CredentialsByEmail
	if !strings.Contains(strings.TrimPrefix(name, "@"), "@") {
		find, name = n.store.CredentialsByAccountHandle, strings.TrimPrefix(name, "@")
	}
	c, err := find(ctx, name)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return Proof{}, err
	}
	return n.prove(ctx, c.Account, password)
}

// Confirm checks the password of an owner who is signed in and wants to do what a stolen session must not suffice for.
// A wrong one is unauthenticated.
func (n *Network) Confirm(ctx context.Context, account model.ID, password string) (Proof, error) {
	return n.prove(ctx, account, password)
}

// prove checks the password of an account; account 0 has none. The password is read after the epoch: it cannot be one
// that was taken from the account before.
func (n *Network) prove(ctx context.Context, account model.ID, password string) (Proof, error) {
	epoch, err := n.store.Epoch(ctx, account)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return Proof{}, err
	}
	c, err := n.store.Credentials(ctx, account)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return Proof{}, err
	}
	ok, err := n.checkPassword(ctx, c.PasswordHash, password)
	if err != nil {
		return Proof{}, err
	}
	if !ok {
		return Proof{}, model.Errorf(model.KindUnauthenticated, "Wrong name or password")
	}
	return Proof{Account: account, Epoch: epoch}, nil
}

// ChangePassword has an owner who knows the present password set another. Every other sign-in on the web ends; apps
// stay, until they are ended one by one. A wrong password is unauthenticated.
func (n *Network) ChangePassword(ctx context.Context, me Session, password, next string) error {
	if err := checkNewPassword("new_password", next); err != nil {
		return err
	}
	by, err := n.Confirm(ctx, me.Account, password)
	if err != nil {
		return err
	}
	hash, err := n.NewHash(ctx, "new_password", next)
	if err != nil {
		return err
	}
	return n.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.HoldEpoch(ctx, by.Account, by.Epoch); err != nil {
			return err
		}
		if err := tx.SetPassword(ctx, me.Account, hash); err != nil {
			return err
		}
		return tx.EndAccountSessions(ctx, me.Account, me.ID)
	})
}

// Dark reports whether the account is dark now: for the sign-in page, which tells its owner so.
func (n *Network) Dark(account model.ID) bool { return n.visibility.at(n.cfg.Now(), account, 0).dark() }

// Standing is what is on an account now, for its owner: the sanctions in force, the oldest first.
func (n *Network) Standing(ctx context.Context, account model.ID) ([]model.Sanction, error) {
	if err := n.fresh(); err != nil {
		return nil, err
	}
	all, err := n.store.UnliftedSanctions(ctx, account)
	return slices.DeleteFunc(all, func(s model.Sanction) bool { return !s.Active(n.cfg.Now()) }), err
}

// Email is the address that an owner signs in with.
func (n *Network) Email(ctx context.Context, account model.ID) (string, error) {
	c, err := n.store.Credentials(ctx, account)
	return c.Email, err
}
