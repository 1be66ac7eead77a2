package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// AccountSession is a sign-in on the web pages, known by the hash of its token.
type AccountSession struct {
	Hash      []byte // SHA-256 of the token
	ID        model.ID
	Account   model.ID
	Agent     string // what the browser calls itself
	CreatedAt time.Time
	UsedAt    time.Time
	ExpiresAt time.Time
}

const accountSessionCols = `hash, id, account, agent, created_at, used_at, expires_at`

func scanAccountSession(row scanner) (s AccountSession, err error) {
	var created, used, expires int64
	err = row.Scan(&s.Hash, &s.ID, &s.Account, &s.Agent, &created, &used, &expires)
	s.CreatedAt, s.UsedAt, s.ExpiresAt = fromMillis(created), fromMillis(used), fromMillis(expires)
	return s, err
}

// Epoch is how often the ways into an account changed: a new password, an end of all sign-ins.
func (r Reads) Epoch(ctx context.Context, account model.ID) (epoch int64, err error) {
	found, err := r.row(ctx, []any{&epoch}, `SELECT epoch FROM accounts WHERE id = $1`, account)
	if err == nil && !found {
		err = model.NotFound("account")
	}
	return epoch, err
}

// HoldEpoch checks that an account has this epoch still, and keeps it until this transaction is over: what it hands out
// is there for whoever ends it all next. Otherwise it is unauthenticated.
func (tx *Tx) HoldEpoch(ctx context.Context, account model.ID, epoch int64) error {
	n, err := tx.exec(ctx, `UPDATE accounts SET epoch = epoch WHERE id = $1 AND epoch = $2`, account, epoch)
	if err != nil {
		return fmt.Errorf("holding the sign-ins of account %d: %w", account, err)
	}
	if n == 0 {
		return model.Errorf(model.KindUnauthenticated, "This sign-in was ended: sign in again")
	}
	return nil
}

// AddAccountSession keeps a sign-in.
func (tx *Tx) AddAccountSession(ctx context.Context, s AccountSession) error {
	_, err := tx.exec(ctx, `INSERT INTO account_sessions (`+accountSessionCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.Hash, s.ID, s.Account, s.Agent, millis(s.CreatedAt), millis(s.UsedAt), millis(s.ExpiresAt))
	if err != nil {
		return fmt.Errorf("keeping a sign-in: %w", err)
	}
	return nil
}

// AccountSession finds a sign-in by the hash of its token, expired or not.
func (r Reads) AccountSession(ctx context.Context, hash []byte) (AccountSession, error) {
	return one(ctx, r.q, scanAccountSession, "session",
		`SELECT `+accountSessionCols+` FROM account_sessions WHERE hash = $1`, hash)
}

// AccountSessions are an account's sign-ins that have not expired, the one used last first.
func (r Reads) AccountSessions(ctx context.Context, account model.ID, now time.Time) ([]AccountSession, error) {
	return collect(ctx, r.q, scanAccountSession, `SELECT `+accountSessionCols+` FROM account_sessions
		WHERE account = $1 AND expires_at > $2 ORDER BY used_at DESC, id DESC`, account, millis(now))
}

// UseAccountSession notes that a sign-in was used, and until when it lasts now.
func (tx *Tx) UseAccountSession(ctx context.Context, s AccountSession) error {
	_, err := tx.exec(ctx, `UPDATE account_sessions SET used_at = $2, expires_at = $3 WHERE hash = $1`,
		s.Hash, millis(s.UsedAt), millis(s.ExpiresAt))
	return err
}

// EndAccountSession ends one of an account's sign-ins; one that it does not have is left alone.
func (tx *Tx) EndAccountSession(ctx context.Context, account, id model.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM account_sessions WHERE account = $1 AND id = $2`, account, id)
	return err
}

// EndAccountSessions ends an account's sign-ins on the web but one (0: all of them).
func (tx *Tx) EndAccountSessions(ctx context.Context, account, but model.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM account_sessions WHERE account = $1 AND id <> $2`, account, but)
	return err
}
