package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

// StaffSession is a sign-in at the desk, known by the hash of its token.
type StaffSession struct {
	Hash      []byte // SHA-256 of the token
	Person    model.ID
	Login     model.ID
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Challenge is a WebAuthn challenge that was handed out. It can be taken once.
type Challenge struct {
	Hash      []byte // the challenge itself
	Purpose   string
	Person    model.ID // zero when it is not known yet who will answer
	Login     model.ID
	Subject   model.ID // the request to sign, or the enrolment
	HeadSize  int64    // the ledger's head that it is bound to
	HeadHash  []byte
	ExpiresAt time.Time
}

// Enrolment is an invitation to make a passkey, and the passkey once it was made. It has no power before an
// enroll_credential command that names it takes effect.
type Enrolment struct {
	ID        model.ID
	TokenHash []byte // SHA-256 of the invitation's token
	Login     string
	Person    model.ID
	InvitedBy model.ID
	Name      string
	Handle    []byte // the WebAuthn credential ID; empty before the passkey was made
	PublicKey []byte
	AAGUID    []byte
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // when the credential was enrolled
}

// AddStaffSession keeps a sign-in.
func (tx *Tx) AddStaffSession(ctx context.Context, s StaffSession) error {
	_, err := tx.exec(ctx, `INSERT INTO staff_sessions (hash, person, login, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)`, s.Hash, s.Person, s.Login, millis(s.CreatedAt), millis(s.ExpiresAt))
	return err
}

// StaffSession finds a sign-in by the hash of its token, expired or not.
func (r Reads) StaffSession(ctx context.Context, hash []byte) (StaffSession, error) {
	return one(ctx, r.q, func(row scanner) (s StaffSession, err error) {
		var created, expires int64
		err = row.Scan(&s.Hash, &s.Person, &s.Login, &created, &expires)
		s.CreatedAt, s.ExpiresAt = fromMillis(created), fromMillis(expires)
		return s, err
	}, "session", `SELECT hash, person, login, created_at, expires_at FROM staff_sessions WHERE hash = $1`, hash)
}

// EndStaffSession forgets one sign-in.
func (tx *Tx) EndStaffSession(ctx context.Context, hash []byte) error {
	_, err := tx.exec(ctx, `DELETE FROM staff_sessions WHERE hash = $1`, hash)
	return err
}

// EndStaffSessionsOf forgets every sign-in of a person and every challenge that was handed to them.
func (tx *Tx) EndStaffSessionsOf(ctx context.Context, person model.ID) error {
	if _, err := tx.exec(ctx, `DELETE FROM challenges WHERE person = $1`, person); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM staff_sessions WHERE person = $1`, person)
	return err
}

// AddChallenge keeps a challenge that is handed out. What a person is asked to sign twice in a millisecond is the same
// challenge, kept once.
func (tx *Tx) AddChallenge(ctx context.Context, c Challenge) error {
	_, err := tx.exec(ctx, `INSERT INTO challenges (hash, purpose, person, login, subject, head_size, head_hash, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (hash) DO NOTHING`,
		c.Hash, c.Purpose, c.Person, c.Login, c.Subject, c.HeadSize, notNil(c.HeadHash), millis(c.ExpiresAt))
	return err
}

// TakeChallenge reads a challenge and deletes it, so that nobody can use it again; one that was taken already, or was
// never handed out, is not found.
func (tx *Tx) TakeChallenge(ctx context.Context, hash []byte) (Challenge, error) {
	return one(ctx, tx.q, func(row scanner) (c Challenge, err error) {
		var expires int64
		err = row.Scan(&c.Hash, &c.Purpose, &c.Person, &c.Login, &c.Subject, &c.HeadSize, &c.HeadHash, &expires)
		c.ExpiresAt = fromMillis(expires)
		return c, err
	}, "challenge", `DELETE FROM challenges WHERE hash = $1
		RETURNING hash, purpose, person, login, subject, head_size, head_hash, expires_at`, hash)
}

const enrolmentCols = `id, token_hash, login, person, invited_by, name, handle, public_key, aaguid,
	created_at, expires_at, used_at`

func scanEnrolment(row scanner) (e Enrolment, err error) {
	var created, expires, used int64
	err = row.Scan(&e.ID, &e.TokenHash, &e.Login, &e.Person, &e.InvitedBy, &e.Name, &e.Handle, &e.PublicKey,
		&e.AAGUID, &created, &expires, &used)
	e.CreatedAt, e.ExpiresAt, e.UsedAt = fromMillis(created), fromMillis(expires), fromMillis(used)
	return e, err
}

// AddEnrolment keeps an invitation.
func (tx *Tx) AddEnrolment(ctx context.Context, e Enrolment) error {
	_, err := tx.exec(ctx, `INSERT INTO enrolments (`+enrolmentCols+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		e.ID, e.TokenHash, e.Login, e.Person, e.InvitedBy, e.Name, notNil(e.Handle), notNil(e.PublicKey),
		notNil(e.AAGUID), millis(e.CreatedAt), millis(e.ExpiresAt), millis(e.UsedAt))
	return err
}

// SetEnrolmentKey keeps the passkey that was made for an invitation; a second one is refused as a conflict.
func (tx *Tx) SetEnrolmentKey(ctx context.Context, e Enrolment) error {
	n, err := tx.exec(ctx, `UPDATE enrolments SET name = $2, handle = $3, public_key = $4, aaguid = $5
		WHERE id = $1 AND handle = $6`, e.ID, e.Name, e.Handle, e.PublicKey, e.AAGUID, []byte{})
	if err == nil && n == 0 {
		err = model.Errorf(model.KindConflict, "a passkey was made for this invitation already")
	}
	return err
}

// UseEnrolment marks an enrolment as used.
func (p *PrivTx) UseEnrolment(ctx context.Context, id model.ID) error {
	n, err := p.exec(ctx, `UPDATE enrolments SET used_at = $2 WHERE id = $1 AND used_at = 0`, id, millis(p.at))
	if err == nil && n == 0 {
		err = model.Errorf(model.KindConflict, "the enrolment was used already")
	}
	return err
}

// Enrolment reads an enrolment.
func (r Reads) Enrolment(ctx context.Context, id model.ID) (Enrolment, error) {
	return one(ctx, r.q, scanEnrolment, "enrolment", `SELECT `+enrolmentCols+` FROM enrolments WHERE id = $1`, id)
}

// EnrolmentByToken finds an enrolment by the hash of its token.
func (r Reads) EnrolmentByToken(ctx context.Context, hash []byte) (Enrolment, error) {
	return one(ctx, r.q, scanEnrolment, "enrolment",
		`SELECT `+enrolmentCols+` FROM enrolments WHERE token_hash = $1`, hash)
}

// OpenEnrolments are the invitations that were not used and have not expired, the oldest first. What was made for a
// recovery is none: it names a login that somebody typed, and no person.
func (r Reads) OpenEnrolments(ctx context.Context, now time.Time) ([]Enrolment, error) {
	return collect(ctx, r.q, scanEnrolment, `SELECT `+enrolmentCols+` FROM enrolments
		WHERE used_at = 0 AND expires_at > $1 AND person <> 0 ORDER BY id`, millis(now))
}

// writeKeysKept is how long the key of a write is kept: far longer than the write can be tried again.
const writeKeysKept = time.Hour

// recoveriesKept is how long a passkey that was made for a recovery is kept after the time to sign for it: longer than a
// recovery that began in time can wait.
const recoveriesKept = 30 * 24 * time.Hour

// DropExpired forgets sessions, challenges, keys of writes and members' rows of the feed that nobody can use any more.
func (tx *Tx) DropExpired(ctx context.Context, now time.Time) error {
	for _, drop := range []struct {
		text   string
		before int64
	}{
		{`DELETE FROM staff_sessions WHERE expires_at < $1`, millis(now)},
		{`DELETE FROM account_sessions WHERE expires_at < $1`, millis(now)},
		{`DELETE FROM account_resets WHERE expires_at < $1`, millis(now)},
		{`DELETE FROM challenges WHERE expires_at < $1`, millis(now)},
		{`DELETE FROM enrolments WHERE person = 0 AND used_at = 0 AND expires_at < $1`, millis(now.Add(-recoveriesKept))},
		{`DELETE FROM write_keys WHERE at < $1`, millis(now.Add(-writeKeysKept))},
		{`DELETE FROM feed WHERE leaf < 0 AND id < $1`, int64(model.IDAt(now.Add(-feedKept)))},
	} {
		if _, err := tx.exec(ctx, drop.text, drop.before); err != nil {
			return fmt.Errorf("dropping what has expired: %w", err)
		}
	}
	return nil
}
