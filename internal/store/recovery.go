package store

import (
	"context"
	"time"

	"keyturn/internal/model"
)

// Recovery is a passkey that the recovery keys have asked for: it is enrolled after a public wait, unless somebody who
// holds a key stops it.
type Recovery struct {
	ID        model.ID
	Person    model.ID
	Login     model.ID
	Enrolment model.ID
	PublicKey []byte // of the passkey, whose fingerprint was signed
	Statement string // as it was signed
	State     RecoveryState
	StartedAt time.Time
	EffectAt  time.Time
	ClosedAt  time.Time // zero while it waits
	StoppedBy model.ID
	Leaf      int64
}

// RecoveryState is where a recovery stands.
type RecoveryState string

// The states of a recovery.
const (
	RecoveryWaiting RecoveryState = "waiting"
	RecoveryDone    RecoveryState = "done"
	RecoveryStopped RecoveryState = "stopped" // by somebody who holds a key
	RecoveryRefused RecoveryState = "refused" // when it was to take effect
)

var recoveryTable = table("recoveries", "id", "person", "login", "enrolment", "public_key", "statement", "state", "started_at",
	"effect_at", "closed_at", "stopped_by")

const recoveryCols = `id, person, login, enrolment, public_key, statement, state, started_at, effect_at, closed_at, stopped_by, leaf`

// PutRecovery writes a recovery, new or in a new state.
func (p *PrivTx) PutRecovery(ctx context.Context, r Recovery) error {
	return p.put(ctx, recoveryTable, r.ID, r.Person, r.Login, r.Enrolment, r.PublicKey, r.Statement, string(r.State),
		millis(r.StartedAt), millis(r.EffectAt), millis(r.ClosedAt), r.StoppedBy)
}

func scanRecovery(row scanner) (r Recovery, err error) {
	var started, effect, closed int64
	err = row.Scan(&r.ID, &r.Person, &r.Login, &r.Enrolment, &r.PublicKey, &r.Statement, &r.State, &started, &effect, &closed,
		&r.StoppedBy, &r.Leaf)
	r.StartedAt, r.EffectAt, r.ClosedAt = fromMillis(started), fromMillis(effect), fromMillis(closed)
	return r, err
}

// Recovery reads a recovery.
func (r Reads) Recovery(ctx context.Context, id model.ID) (Recovery, error) {
	return one(ctx, r.q, scanRecovery, "recovery", `SELECT `+recoveryCols+` FROM recoveries WHERE id = $1`, id)
}

// Recoveries lists recoveries in an ID range, the newest first.
func (r Reads) Recoveries(ctx context.Context, rg Range) ([]Recovery, error) {
	return collect(ctx, r.q, scanRecovery, `SELECT `+recoveryCols+` FROM recoveries WHERE 1 = 1`+rg.sql("id", 1), rg.args()...)
}

// WaitingRecoveries are those that have not taken effect and were not stopped, the oldest first.
func (r Reads) WaitingRecoveries(ctx context.Context) ([]Recovery, error) {
	return collect(ctx, r.q, scanRecovery, `SELECT `+recoveryCols+` FROM recoveries WHERE state = $1 ORDER BY id`, string(RecoveryWaiting))
}

// RecoveriesStopped counts the recoveries of a person that somebody stopped since a time.
func (r Reads) RecoveriesStopped(ctx context.Context, by, person model.ID, since time.Time) (n int64, err error) {
	_, err = r.row(ctx, []any{&n}, `SELECT COUNT(*) FROM recoveries
		WHERE stopped_by = $1 AND person = $2 AND closed_at > $3`, by, person, millis(since))
	return n, err
}
