package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// AccountPasskey is a passkey with which the owner of an account signs.
type AccountPasskey struct {
	ID        model.ID
	Account   model.ID
	Name      string // what its owner calls it
	Handle    []byte // the WebAuthn credential ID
	PublicKey []byte // COSE key
	CreatedAt time.Time
}

const accountPasskeyCols = `id, account, name, handle, public_key, created_at`

func scanAccountPasskey(row scanner) (k AccountPasskey, err error) {
	var created int64
	err = row.Scan(&k.ID, &k.Account, &k.Name, &k.Handle, &k.PublicKey, &created)
	k.CreatedAt = fromMillis(created)
	return k, err
}

// AddAccountPasskey keeps a passkey. One that is known already, of whichever account, is a conflict.
func (tx *Tx) AddAccountPasskey(ctx context.Context, k AccountPasskey) error {
	n, err := tx.exec(ctx, `INSERT INTO account_passkeys (`+accountPasskeyCols+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (handle) DO NOTHING`, k.ID, k.Account, k.Name, k.Handle, k.PublicKey, millis(k.CreatedAt))
	if err == nil && n == 0 {
		err = model.Errorf(model.KindConflict, "this passkey is registered already")
	}
	return err
}

// AccountPasskey reads a passkey; one that was removed is not found.
func (r Reads) AccountPasskey(ctx context.Context, id model.ID) (AccountPasskey, error) {
	return one(ctx, r.q, scanAccountPasskey, "passkey",
		`SELECT `+accountPasskeyCols+` FROM account_passkeys WHERE id = $1`, id)
}

// AccountPasskeyByHandle finds a passkey by its WebAuthn credential ID.
func (r Reads) AccountPasskeyByHandle(ctx context.Context, handle []byte) (AccountPasskey, error) {
	return one(ctx, r.q, scanAccountPasskey, "passkey",
		`SELECT `+accountPasskeyCols+` FROM account_passkeys WHERE handle = $1`, handle)
}

// AccountPasskeys are the passkeys of an account, the oldest first.
func (r Reads) AccountPasskeys(ctx context.Context, account model.ID) ([]AccountPasskey, error) {
	return collect(ctx, r.q, scanAccountPasskey,
		`SELECT `+accountPasskeyCols+` FROM account_passkeys WHERE account = $1 ORDER BY id`, account)
}

// RemoveAccountPasskey forgets one of an account's passkeys; one that it does not have is left alone.
func (tx *Tx) RemoveAccountPasskey(ctx context.Context, account, id model.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM account_passkeys WHERE account = $1 AND id = $2`, account, id)
	if err != nil {
		return fmt.Errorf("removing a passkey: %w", err)
	}
	return nil
}
