package audit

import (
	"encoding/base64"
	"slices"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/passkey"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
)

// recovery checks a step of a recovery: that it began by as many of the recovery keys as there have to be, signing for this
// passkey, and is stopped by somebody.
func (r *replay) recovery(f ledger.Facts, row ledger.Row) {
	rec, err := store.RecoveryOf(row)
	if err != nil {
		r.find(f.Index, "recovery %s cannot be read: %v", row.Key, err)
		return
	}
	began := row.Before == nil
	want := map[ledger.Event]store.RecoveryState{ledger.EventRecovering: store.RecoveryWaiting, ledger.EventRecovered: store.RecoveryDone,
		ledger.EventRecoveryStopped: store.RecoveryStopped, ledger.EventRefused: store.RecoveryRefused}[f.Event]
	if rec.State != want || began != (f.Event == ledger.EventRecovering) || !began && row.Before["state"] != string(store.RecoveryWaiting) {
		r.find(f.Index, "an entry that says %s leaves recovery %s %s", f.Event, row.Key, rec.State)
	}
	if f.Event == ledger.EventRecoveryStopped && (f.Actor == 0 || f.Actor != rec.StoppedBy) {
		r.find(f.Index, "nobody stopped recovery %s", row.Key)
	}
	if began {
		r.sealedSignatures(f, rec)
	}
}

// sealedSignatures checks what the recovery keys signed, as they were then.
func (r *replay) sealedSignatures(f ledger.Facts, rec store.Recovery) {
	s, signers, err := r.sealed.Open(rec.Statement)
	switch {
	case err != nil:
		r.find(f.Index, "the statement of recovery %d is not one: %v", rec.ID, err)
	case len(signers) < max(r.sealed.Threshold, recovery.MinThreshold, f.Need.Keys):
		r.find(f.Index, "recovery %d began with the signatures of %d recovery keys", rec.ID, len(signers))
	case s.Origin != r.origin || s.Passkey != passkey.Fingerprint(rec.PublicKey) || s.Enrolment != rec.Enrolment:
		r.find(f.Index, "recovery %d is not what the recovery keys signed", rec.ID)
	}
	r.signatures += int64(len(signers))
}

// recovered checks that a recovery took effect after its wait, and enrolled its passkey and no other.
func (r *replay) recovered(f ledger.Facts) {
	i := slices.IndexFunc(f.Rows, func(row ledger.Row) bool { return row.Table == "recoveries" })
	if i < 0 {
		r.find(f.Index, "a recovery took effect that there is not")
		return
	}
	rec, err := store.RecoveryOf(f.Rows[i])
	if err != nil {
		return // found by recovery
	}
	if f.Time.Before(rec.EffectAt) || rec.EffectAt.Sub(rec.StartedAt) < r.shortened(guard.RecoveryWait) {
		r.find(f.Index, "recovery %d took effect before its wait was over", rec.ID)
	}
	enrolled := 0
	for _, row := range f.Rows {
		switch {
		case row.Table != "credentials":
		case row.Values["person"] != rec.Person.String():
			r.find(f.Index, "recovery %d changes a passkey of somebody else", rec.ID)
		case row.Before != nil:
			if row.Values["revoked_at"] == "0" {
				r.find(f.Index, "recovery %d leaves a passkey that was lost", rec.ID)
			}
		default:
			if enrolled++; enrolled > 1 || row.Values["public_key"] != base64.StdEncoding.EncodeToString(rec.PublicKey) ||
				row.Values["login"] != rec.Login.String() {
				r.find(f.Index, "recovery %d enrols another passkey than the one that was signed for", rec.ID)
			}
		}
	}
}

// shortened is a wait as this ledger has it: a demo's are divided.
func (r *replay) shortened(wait time.Duration) time.Duration {
	return wait / time.Duration(max(r.divisor, 1))
}
