package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// Takeover is something that was taken from an owner's hands, so that it has its entry of the ledger. The e-mail address
// that an account had is in that entry's private part.
type Takeover struct {
	ID        model.ID
	Account   model.ID
	Kind      model.CommandKind
	Request   model.ID
	OldHandle string // of a renaming
	NewHandle string
	At        time.Time
	HandedAt  time.Time // when the reset link was handed out; zero: it was not
	Leaf      int64
}

var takeoverTable = table("takeovers", "id", "account", "kind", "request", "old_handle", "new_handle", "held", "at", "handed_at")

const takeoverCols = `id, account, kind, request, old_handle, new_handle, at, handed_at, leaf`

func scanTakeover(row scanner) (t Takeover, err error) {
	var at, handed int64
	err = row.Scan(&t.ID, &t.Account, &t.Kind, &t.Request, &t.OldHandle, &t.NewHandle, &at, &handed, &t.Leaf)
	t.At, t.HandedAt = fromMillis(at), fromMillis(handed)
	return t, err
}

// PutTakeover records a takeover, or that its reset link was handed out, and has it told.
func (p *PrivTx) PutTakeover(ctx context.Context, t Takeover) error {
	if t.HandedAt.IsZero() {
		p.taken = append(p.taken, t)
	}
	return p.put(ctx, takeoverTable, t.ID, t.Account, string(t.Kind), t.Request, t.OldHandle, t.NewHandle,
		model.FoldHandle(t.OldHandle), millis(t.At), millis(t.HandedAt))
}

// TakeoverBy is the takeover that a request was executed as.
func (r Reads) TakeoverBy(ctx context.Context, request model.ID) (Takeover, error) {
	return one(ctx, r.q, scanTakeover, "takeover", `SELECT `+takeoverCols+` FROM takeovers WHERE request = $1`, request)
}

// Takeovers are all takeovers that an account ever had, the oldest first.
func (r Reads) Takeovers(ctx context.Context, account model.ID) ([]Takeover, error) {
	return collect(ctx, r.q, scanTakeover, `SELECT `+takeoverCols+` FROM takeovers WHERE account = $1 ORDER BY id`, account)
}

// HolderOf is the account that had a handle before and keeps it (law 11), or 0.
func (r Reads) HolderOf(ctx context.Context, handle string) (account model.ID, err error) {
	_, err = r.row(ctx, []any{&account}, `SELECT account FROM takeovers WHERE held = $1 LIMIT 1`, model.FoldHandle(handle))
	return account, err
}

// AccountCalled finds an account by the handle that it has or, where nobody has it, that it had before.
func (r Reads) AccountCalled(ctx context.Context, handle string) (model.Account, error) {
	a, err := r.AccountByHandle(ctx, handle)
	if model.KindOf(err) != model.KindNotFound {
		return a, err
	}
	switch holder, trouble := r.HolderOf(ctx, handle); {
	case trouble != nil:
		return a, trouble
	case holder != 0:
		return r.Account(ctx, holder)
	}
	return a, err
}

// Rename gives an account another handle. One that is another's, or was, is a conflict.
func (p *PrivTx) Rename(ctx context.Context, account model.ID, handle string) error {
	_, err := p.exec(ctx, `UPDATE accounts SET handle = $2, handle_key = $3 WHERE id = $1`, account, handle, handleKey(handle))
	if p.s.IsConflict(err) {
		return taken("handle")
	}
	if err != nil {
		return fmt.Errorf("renaming account %d: %w", account, err)
	}
	holder, err := p.HolderOf(ctx, handle)
	if err == nil && holder != 0 && holder != account {
		err = taken("handle")
	}
	return err
}

// SetEmail gives an account another e-mail address to sign in with, and says which it had ("": none). One that is
// another's is a conflict.
func (p *PrivTx) SetEmail(ctx context.Context, account model.ID, email string) (before string, err error) {
	c, err := p.Credentials(ctx, account)
	if model.KindOf(err) == model.KindNotFound {
		return "", p.AddCredentials(ctx, model.Credentials{Account: account, Email: email})
	}
	if err != nil {
		return "", err
	}
	_, err = p.exec(ctx, `UPDATE account_credentials SET email = $2, email_key = $3 WHERE account = $1`,
		account, email, nameKey(email))
	if p.s.IsConflict(err) {
		return "", taken("email")
	}
	if err != nil {
		return "", fmt.Errorf("changing the e-mail address of account %d: %w", account, err)
	}
	return c.Email, nil
}

// EndSignIns ends everything that an account is signed in with: sessions, tokens, codes, challenges, reset links, and
// whatever is handed out for a sign-in from before. The epoch comes first: whoever hands something out holds it.
func (p *PrivTx) EndSignIns(ctx context.Context, account model.ID) error {
	for _, text := range []string{
		`UPDATE accounts SET epoch = epoch + 1 WHERE id = $1`,
		`DELETE FROM account_sessions WHERE account = $1`,
		`DELETE FROM account_resets WHERE account = $1`,
		`DELETE FROM challenges WHERE person = $1`,
		`DELETE FROM oauth_codes WHERE account = $1`, // before the tokens that they are exchanged for
		`DELETE FROM oauth_tokens WHERE account = $1`,
	} {
		if _, err := p.exec(ctx, text, account); err != nil {
			return fmt.Errorf("ending the sign-ins of account %d: %w", account, err)
		}
	}
	return nil
}

// RemoveAccountPasskeys forgets all passkeys of an account.
func (p *PrivTx) RemoveAccountPasskeys(ctx context.Context, account model.ID) error {
	_, err := p.exec(ctx, `DELETE FROM account_passkeys WHERE account = $1`, account)
	return err
}

// Reset is a link that sets a new password once.
type Reset struct {
	Hash      []byte // SHA-256 of its token
	Account   model.ID
	ExpiresAt time.Time
}

// AddReset keeps a link that is handed out.
func (p *PrivTx) AddReset(ctx context.Context, r Reset) error {
	_, err := p.exec(ctx, `INSERT INTO account_resets (hash, account, expires_at) VALUES ($1, $2, $3)`,
		r.Hash, r.Account, millis(r.ExpiresAt))
	return err
}

const readReset = `SELECT hash, account, expires_at FROM account_resets WHERE hash = $1`

func scanReset(row scanner) (r Reset, err error) {
	var expires int64
	err = row.Scan(&r.Hash, &r.Account, &expires)
	r.ExpiresAt = fromMillis(expires)
	return r, err
}

// Reset finds a link, expired or not.
func (r Reads) Reset(ctx context.Context, hash []byte) (Reset, error) {
	return one(ctx, r.q, scanReset, "link", readReset, hash)
}

// TakeReset reads a link and deletes it, so that nobody can use it again.
func (tx *Tx) TakeReset(ctx context.Context, hash []byte) (Reset, error) {
	return one(ctx, tx.q, scanReset, "link", `DELETE FROM account_resets WHERE hash = $1 RETURNING hash, account, expires_at`, hash)
}
