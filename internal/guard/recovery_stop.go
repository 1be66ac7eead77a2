package guard

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// RecoveryStopEvery is how often one person may stop recoveries of another: like a second veto (law 10), a second stop
// within it does not count, or one person could keep a desk locked for ever.
const RecoveryStopEvery = 30 * 24 * time.Hour

// StopRecovery ends a recovery during its wait. Anyone who holds a key may, unless they are leaving.
func (g *Guard) StopRecovery(ctx context.Context, a Actor, id model.ID, reason string) (store.Recovery, error) {
	if err := checkText("reason", reason, model.MaxReason); err != nil {
		return store.Recovery{}, err
	}
	if err := historyStands(g.broken(), ""); err != nil {
		return store.Recovery{}, err
	}
	var r store.Recovery
	var refusal *model.Error
	err := g.st.Privileged(ctx, func(p *store.PrivTx) (err error) {
		if r, err = p.Recovery(ctx, id); err != nil {
			return err
		}
		if r.State != store.RecoveryWaiting {
			return model.Errorf(model.KindConflict, "the recovery is %s", r.State)
		}
		c, err := g.convene(ctx, p)
		if err != nil {
			return err
		}
		p.Entry.Private = map[string]string{privateReason: reason}
		p.Entry.Facts = ledger.Facts{Event: ledger.EventRecoveryStopped, Kind: model.CmdEnrollCredential, Target: r.Person,
			Actor: a.Person, Login: a.Login, Policy: c.hash, Note: fmt.Sprintf("recovery %d", r.ID)}
		if refusal, err = c.mayStopRecovery(ctx, a.Person, r); err != nil || refusal != nil {
			p.Entry.Facts.Event = ledger.EventRefused
			if refusal != nil {
				p.Entry.Facts.Law, p.Entry.Facts.Note = refusal.Law, refusal.Message
			}
			return err
		}
		r.State, r.ClosedAt, r.StoppedBy = store.RecoveryStopped, p.Now(), a.Person
		return p.PutRecovery(ctx, r)
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	return r, err
}

func (c *court) mayStopRecovery(ctx context.Context, person model.ID, r store.Recovery) (*model.Error, error) {
	m, err := c.member(ctx, person)
	if err != nil {
		return nil, err
	}
	if e := leaversHoldNoKeys(deed{info: model.CommandInfo{Group: model.GroupLight}}, m.Person, c.now); e != nil {
		return e, nil
	}
	if len(m.held) == 0 {
		return model.Errorf(model.KindForbidden, "whoever holds a key can stop a recovery, and you hold none"), nil
	}
	stopped, err := c.r.RecoveriesStopped(ctx, person, r.Person, c.now.Add(-RecoveryStopEvery))
	if err == nil && stopped > 0 {
		return model.Refused(LawBounded, "you have stopped a recovery of this person within the last %d days: a second time does not count",
			int(RecoveryStopEvery.Hours()/24)), nil
	}
	return nil, err
}
