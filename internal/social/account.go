package social

import (
	"context"

	"keyturn/internal/model"
)

// Account is an account as a viewer sees it.
type Account struct {
	model.Account
	Suspended bool // an emptied shell: only ID, Handle and CreatedAt are set
	Limited   bool // out of public timelines and search for those who do not follow it
}

// Self is the viewer's own account; the public has none (unauthenticated).
func (v *View) Self(ctx context.Context) (Account, error) { return Account{}, errSkeleton }

// Account is the account with an ID: not found when it is deactivated, a shell when it is suspended.
func (v *View) Account(ctx context.Context, id model.ID) (Account, error) {
	return Account{}, errSkeleton
}

// AccountByHandle is the account with a handle, with or without a leading @, without regard to case.
func (v *View) AccountByHandle(ctx context.Context, handle string) (Account, error) {
	return Account{}, errSkeleton
}

// Accounts are those of the accounts that the viewer can see, in the order asked; suspended ones are left out.
func (v *View) Accounts(ctx context.Context, ids []model.ID) ([]Account, error) {
	return nil, errSkeleton
}

// SearchAccounts finds accounts whose handle or display name begins with text. limit 0 is DefaultAccounts; offset is
// at most MaxSearchOffset.
func (v *View) SearchAccounts(ctx context.Context, text string, limit, offset int) ([]Account, error) {
	return nil, errSkeleton
}

// MaxSearchOffset is how far into the results of a search one can page.
const MaxSearchOffset = 400

// Registration is what a new member gives.
type Registration struct {
	Handle   string
	Email    string
	Password string
}

// Limits of a password, in bytes.
const (
	MinPassword = 8
	MaxPassword = 1000
)

// Register makes an account. A handle or email address that is taken is a conflict, one that is not allowed invalid.
func (n *Network) Register(ctx context.Context, r Registration) (model.ID, error) {
	return 0, errSkeleton
}

// SignIn checks a password for an account named by its handle or email address. It takes as long for a name that
// nobody has as for a wrong password, and gives the same error (unauthenticated). It succeeds for accounts that are
// dark: their owners still reach the sign-in page and the export, and View refuses them everything else.
func (n *Network) SignIn(ctx context.Context, name, password string) (model.ID, error) {
	return 0, errSkeleton
}

// Dark reports whether the account is dark now: for the sign-in page, which tells its owner so.
func (n *Network) Dark(account model.ID) bool { return false }

// Profile is a change of a profile; what is nil stays as it is.
type Profile struct {
	DisplayName *string
	Note        *string
	Locked      *bool
	Bot         *bool
}

// UpdateProfile changes the actor's own profile.
func (n *Network) UpdateProfile(ctx context.Context, actor model.ID, p Profile) error {
	return errSkeleton
}
