package store

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"keyturn/internal/model"
)

const accountCols = `a.id, a.handle, a.display_name, a.note, a.locked, a.bot, a.created_at, a.followers, a.following,
	a.posts, a.last_post_at, COALESCE(c.class, 'standard'), COALESCE(c.verified, FALSE)`

const fromAccounts = ` FROM accounts a LEFT JOIN account_classes c ON c.account = a.id `

func scanAccount(row scanner) (a model.Account, err error) {
	var created, last int64
	err = row.Scan(&a.ID, &a.Handle, &a.DisplayName, &a.Note, &a.Locked, &a.Bot, &created, &a.Followers, &a.Following,
		&a.Posts, &last, &a.Class, &a.Verified)
	a.CreatedAt, a.LastPostAt = fromMillis(created), fromMillis(last)
	return a, err
}

// handleKey and nameKey are the forms in which handles and display names are compared and ordered.
func handleKey(handle string) []byte { return []byte(model.FoldHandle(handle)) }

func nameKey(name string) []byte { return []byte(strings.ToLower(name)) }

// AddAccount makes an account, standard and without followers or posts. A handle that is another's, or that
// another had before (law 11), is a conflict.
func (tx *Tx) AddAccount(ctx context.Context, a model.Account) error {
	n, err := tx.exec(ctx, `INSERT INTO accounts (id, handle, handle_key, display_name, name_key, note, locked, bot,
			created_at, followers, following, posts, last_post_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, 0) ON CONFLICT (handle_key) DO NOTHING`,
		a.ID, a.Handle, handleKey(a.Handle), a.DisplayName, nameKey(a.DisplayName), a.Note, a.Locked, a.Bot,
		millis(a.CreatedAt))
	if err != nil {
		return fmt.Errorf("making an account: %w", err)
	}
	if n == 0 {
		return taken("handle")
	}
	// Looked up after the insert: one that waited for a renaming to commit sees what that left behind.
	if holder, err := tx.HolderOf(ctx, a.Handle); err != nil || holder != 0 {
		return cmp.Or(err, error(taken("handle")))
	}
	tx.emit(Event{Kind: EventAccount, Account: a.ID})
	return nil
}

// SetProfile changes the parts of an account that its owner writes.
func (tx *Tx) SetProfile(ctx context.Context, a model.Account) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET display_name = $2, name_key = $3, note = $4, locked = $5, bot = $6
		WHERE id = $1`, a.ID, a.DisplayName, nameKey(a.DisplayName), a.Note, a.Locked, a.Bot)
	if err != nil {
		return fmt.Errorf("changing account %d: %w", a.ID, err)
	}
	tx.emit(Event{Kind: EventAccount, Account: a.ID})
	return nil
}

// Account reads an account.
func (r Reads) Account(ctx context.Context, id model.ID) (model.Account, error) {
	return one(ctx, r.q, scanAccount, "account", `SELECT `+accountCols+fromAccounts+`WHERE a.id = $1`, id)
}

// AccountByHandle finds an account by its handle, without regard to case.
func (r Reads) AccountByHandle(ctx context.Context, handle string) (model.Account, error) {
	return one(ctx, r.q, scanAccount, "account",
		`SELECT `+accountCols+fromAccounts+`WHERE a.handle_key = $1`, handleKey(handle))
}

// Accounts reads those of up to MaxList accounts that there are, in no order.
func (r Reads) Accounts(ctx context.Context, ids []model.ID) ([]model.Account, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := list(ids, 1)
	accounts, err := collect(ctx, r.q, scanAccount,
		`SELECT `+accountCols+fromAccounts+`WHERE a.id IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	return accounts, nil
}

// AccountsNamed are the accounts that have any of up to MaxList handles, without regard to case, in no order.
func (r Reads) AccountsNamed(ctx context.Context, handles []string) ([]model.Account, error) {
	if len(handles) == 0 {
		return nil, nil
	}
	keys := make([][]byte, len(handles))
	for i, h := range handles {
		keys[i] = handleKey(h)
	}
	in, args := list(keys, 1)
	accounts, err := collect(ctx, r.q, scanAccount,
		`SELECT `+accountCols+fromAccounts+`WHERE a.handle_key IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	return accounts, nil
}

// AccountsByHandle are the accounts whose handle begins with prefix, in the order of their handles, from the one
// behind the handle after on ("": from the first).
func (r Reads) AccountsByHandle(ctx context.Context, prefix, after string, limit int) ([]model.Account, error) {
	from, to := prefixRange(handleKey(prefix))
	accounts, err := collect(ctx, r.q, scanAccount, `SELECT `+accountCols+fromAccounts+`
		WHERE a.handle_key >= $1 AND a.handle_key < $2 AND a.handle_key > $3 ORDER BY a.handle_key LIMIT $4`,
		from, to, handleKey(after), limit)
	if err != nil {
		return nil, fmt.Errorf("searching accounts: %w", err)
	}
	return accounts, nil
}

// AccountsByName are the accounts whose display name begins with prefix, in the order of their names and IDs, from
// the one behind after on (the zero account: from the first).
func (r Reads) AccountsByName(ctx context.Context, prefix string, after model.Account, limit int) ([]model.Account, error) {
	from, to := prefixRange(nameKey(prefix))
	accounts, err := collect(ctx, r.q, scanAccount, `SELECT `+accountCols+fromAccounts+`
		WHERE a.name_key >= $1 AND a.name_key < $2 AND (a.name_key, a.id) > ($3, $4)
		ORDER BY a.name_key, a.id LIMIT $5`, from, to, nameKey(after.DisplayName), after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("searching accounts: %w", err)
	}
	return accounts, nil
}

// prefixRange is the range of keys that begin with prefix. 0xff does not occur in UTF-8.
func prefixRange(prefix []byte) (from, to []byte) {
	return notNil(prefix), append(append([]byte{}, prefix...), 0xff)
}

// AddCredentials gives an account the means to sign in. An email address that is taken is a conflict.
func (tx *Tx) AddCredentials(ctx context.Context, c model.Credentials) error {
	n, err := tx.exec(ctx, `INSERT INTO account_credentials (account, email, email_key, password_hash)
		VALUES ($1, $2, $3, $4) ON CONFLICT (email_key) DO NOTHING`, c.Account, c.Email, nameKey(c.Email), c.PasswordHash)
	if err != nil {
		return fmt.Errorf("writing credentials: %w", err)
	}
	if n == 0 {
		return taken("email")
	}
	return nil
}

// SetPassword changes the hash of an account's password (empty: no password signs in any more). It ends no sign-in, but
// what was proved by the old password lets nobody in any more.
func (tx *Tx) SetPassword(ctx context.Context, account model.ID, hash string) error {
	if _, err := tx.exec(ctx, `UPDATE accounts SET epoch = epoch + 1 WHERE id = $1`, account); err != nil {
		return fmt.Errorf("changing the password of account %d: %w", account, err)
	}
	n, err := tx.exec(ctx, `UPDATE account_credentials SET password_hash = $2 WHERE account = $1`, account, hash)
	if err == nil && n == 0 {
		err = model.NotFound("credentials")
	}
	return err
}

// Credentials reads an account's means to sign in.
func (r Reads) Credentials(ctx context.Context, account model.ID) (model.Credentials, error) {
	return r.credentials(ctx, `account = $1`, account)
}

// CredentialsByEmail finds credentials by the email address, without regard to case.
func (r Reads) CredentialsByEmail(ctx context.Context, email string) (model.Credentials, error) {
	return r.credentials(ctx, `email_key = $1`, nameKey(email))
}

// CredentialsByAccountHandle finds credentials by the account's handle, without regard to case.
func (r Reads) CredentialsByAccountHandle(ctx context.Context, handle string) (model.Credentials, error) {
	return r.credentials(ctx, `account = (SELECT id FROM accounts WHERE handle_key = $1)`, handleKey(handle))
}

func (r Reads) credentials(ctx context.Context, where string, arg any) (model.Credentials, error) {
	return one(ctx, r.q, func(row scanner) (c model.Credentials, err error) {
		err = row.Scan(&c.Account, &c.Email, &c.PasswordHash)
		return c, err
	}, "credentials", `SELECT account, email, password_hash FROM account_credentials WHERE `+where, arg)
}

// taken says that another account has the name already.
func taken(field string) *model.Error {
	return &model.Error{Kind: model.KindConflict, Field: field, Message: "has already been taken"}
}

// posted counts a post of an account, or with -1 one that it deleted.
func (tx *Tx) posted(ctx context.Context, account model.ID, by int, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET posts = posts + $2,
		last_post_at = CASE WHEN last_post_at < $3 THEN $3 ELSE last_post_at END WHERE id = $1`, account, by, millis(at))
	if err != nil {
		return fmt.Errorf("counting a post: %w", err)
	}
	tx.emit(Event{Kind: EventAccount, Account: account})
	return nil
}
