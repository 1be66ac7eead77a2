package guard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
)

// RecoveryWait is how long a recovery is public before it takes effect.
const RecoveryWait = 7 * 24 * time.Hour

// found is what a signed statement is about.
type found struct {
	statement recovery.Statement
	signers   []string
	keys      int // that it takes
	wait      time.Duration
	login     model.Login
	person    model.Person
	enrolment store.Enrolment
}

// Recover begins a recovery: signed is a statement with the signatures of as many recovery keys as it takes (several
// copies, one after the other, count together). After RecoveryWait the passkey that it names becomes its login's, in the
// place of every one that the person had. What does not hold is an error, and leaves nothing: it is a stranger's.
func (g *Guard) Recover(ctx context.Context, signed string) (store.Recovery, error) {
	var r store.Recovery
	if err := historyStands(g.broken(), ""); err != nil {
		return r, err
	}
	signed, err := recovery.Combine(signed)
	if err != nil {
		return r, err
	}
	// First without the ledger's head: what a stranger sends must not keep anybody from it.
	if c, err := g.sit(ctx, g.st.Reads, g.now().UTC(), time.Time{}); err != nil {
		return r, err
	} else if _, err = c.recoverable(ctx, signed); err != nil {
		return r, err
	}
	err = g.st.Privileged(ctx, func(p *store.PrivTx) error {
		c, err := g.convene(ctx, p)
		if err != nil {
			return err
		}
		f, err := c.recoverable(ctx, signed)
		if err == nil {
			err = c.fresh(ctx, f)
		}
		if err != nil {
			return err
		}
		r = store.Recovery{ID: p.NextID(), Person: f.person.ID, Login: f.login.ID, Enrolment: f.enrolment.ID,
			PublicKey: f.enrolment.PublicKey, Statement: signed, State: store.RecoveryWaiting, StartedAt: p.Now(),
			EffectAt: p.Now().Add(f.wait / time.Duration(g.settings.WaitDivisor))}
		p.Entry.Facts = recoveryFacts(ledger.EventRecovering, r, f)
		return p.PutRecovery(ctx, r)
	})
	return r, err
}

// recoverable reads a signed statement, and refuses what is not signed by enough keys, not about this desk, or about a
// person or passkey for which it cannot be.
func (c *court) recoverable(ctx context.Context, signed string) (f found, err error) {
	if e := failClosed(deed{info: model.CommandInfo{Group: model.GroupGovern}}, c.now, c.doubt); e != nil {
		return f, e
	}
	keys, err := recoveryKeys(ctx, c.r)
	if err != nil {
		return f, err
	}
	if f.statement, f.signers, err = keys.Open(signed); err != nil {
		return f, err
	}
	if c.b == nil {
		return f, model.Refused(LawFailClosed, "the policy in force cannot be had: %v", c.why)
	}
	rows, err := allRows(c.b)
	if err != nil {
		return f, err
	}
	f.keys, f.wait = sealedKeys(keys.Threshold, rows)
	if len(f.signers) < f.keys {
		return f, model.Refused(LawNoLoneGovernor, "%d recovery keys of this network have signed this statement, and it takes %d", len(f.signers), f.keys)
	}
	origin, err := c.r.Origin(ctx)
	if err != nil {
		return f, err
	}
	if f.statement.Origin != origin || f.statement.Desk != c.g.settings.DeskURL {
		return f, model.Invalid("statement", "is for another network: %s", f.statement.Desk)
	}
	return f, c.whom(ctx, &f)
}

// whom finds the person and the passkey of a statement.
func (c *court) whom(ctx context.Context, f *found) (err error) {
	if f.login, err = c.r.LoginNamed(ctx, f.statement.Login); err != nil {
		return notThere(err, "names a login that nobody has")
	}
	if f.person, err = c.r.Person(ctx, f.login.Person); err != nil {
		return err
	}
	if f.person.Employment.Leaver(c.now) {
		return model.Refused(LawLeavers, "%s is leaving or has left: no passkey is made for them", f.person.Name)
	}
	if f.enrolment, err = c.r.Enrolment(ctx, f.statement.Enrolment); err != nil {
		return notThere(err, "names a passkey that was not made here")
	}
	e := f.enrolment
	if e.Person != 0 || e.Login != f.login.Name || len(e.PublicKey) == 0 || passkey.Fingerprint(e.PublicKey) != f.statement.Passkey {
		return model.Invalid("statement", "names another passkey than the one that was made for it")
	}
	if !e.UsedAt.IsZero() {
		return model.Errorf(model.KindConflict, "the passkey was enrolled already")
	}
	_, err = c.r.CredentialByHandle(ctx, e.Handle)
	switch {
	case err == nil:
		return model.Errorf(model.KindConflict, "the passkey is enrolled already")
	case model.KindOf(err) == model.KindNotFound:
		return nil
	}
	return err
}

func notThere(err error, what string) error {
	if model.KindOf(err) == model.KindNotFound {
		return model.Invalid("statement", "%s", what)
	}
	return err
}

// fresh refuses a statement that is too old, or whose person has a recovery under way.
func (c *court) fresh(ctx context.Context, f found) error {
	if !c.now.Before(f.statement.Until) || !c.now.Before(f.enrolment.ExpiresAt) {
		return model.Errorf(model.KindConflict, "the statement was good until %s: begin again", f.statement.Until.Format(time.RFC3339))
	}
	waiting, err := c.r.WaitingRecoveries(ctx)
	for _, r := range waiting {
		if r.Person == f.person.ID {
			return model.Errorf(model.KindConflict, "a recovery of %s is under way", f.person.Name)
		}
	}
	return err
}

// recoveryKeys are the recovery keys of the network.
func recoveryKeys(ctx context.Context, r store.Reads) (recovery.Keys, error) {
	text, there, err := r.Setting(ctx, setRecovery)
	if err != nil {
		return recovery.Keys{}, err
	}
	if !there || text == "" {
		return recovery.Keys{}, model.Errorf(model.KindForbidden, "this network has no recovery keys")
	}
	return recovery.ParseKeys("recovery", text)
}

func recoveryFacts(event ledger.Event, r store.Recovery, f found) ledger.Facts {
	return ledger.Facts{Event: event, Kind: model.CmdEnrollCredential, Target: r.Person, Login: r.Login,
		Need: model.Requirement{Keys: f.keys, Wait: f.wait},
		Note: fmt.Sprintf("recovery %d, by the recovery keys %s", r.ID, strings.Join(f.signers, ", "))}
}

// recover does what recoveries have come due.
func (g *Guard) recover(ctx context.Context) error {
	waiting, err := g.st.WaitingRecoveries(ctx)
	errs := []error{err}
	for _, r := range waiting {
		if g.now().Before(r.EffectAt) {
			continue
		}
		err := g.st.Privileged(ctx, func(p *store.PrivTx) error { return g.enrolRecovered(ctx, p, r.ID) })
		if !errors.Is(err, errNotDue) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// enrolRecovered decides a recovery again, whose wait is over, and enrols its passkey. A crash before this commits leaves
// it waiting, to be done when the server is back.
func (g *Guard) enrolRecovered(ctx context.Context, p *store.PrivTx, id model.ID) error {
	r, err := p.Recovery(ctx, id)
	if err != nil {
		return err
	}
	if r.State != store.RecoveryWaiting || p.Now().Before(r.EffectAt) {
		return errNotDue
	}
	c, err := g.convene(ctx, p)
	if err != nil {
		return err
	}
	f, err := c.recoverable(ctx, r.Statement)
	if err == nil && (f.login.ID != r.Login || f.person.ID != r.Person || !bytes.Equal(f.enrolment.PublicKey, r.PublicKey)) {
		err = model.Refused(LawSigned, "what this is about has changed since it was signed")
	}
	r.ClosedAt = p.Now()
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind != model.KindUnavailable {
		r.State = store.RecoveryRefused
		p.Entry.Facts = recoveryFacts(ledger.EventRefused, r, f)
		p.Entry.Facts.Law, p.Entry.Facts.Note = e.Law, e.Message
		return p.PutRecovery(ctx, r)
	}
	if err != nil {
		return err
	}
	r.State = store.RecoveryDone
	p.Entry.Facts = recoveryFacts(ledger.EventRecovered, r, f)
	if err := p.PutRecovery(ctx, r); err != nil {
		return err
	}
	return replaceCredentials(ctx, p, f)
}

// replaceCredentials revokes what the person held, which is lost, ends their sessions, and enrols the passkey.
func replaceCredentials(ctx context.Context, p *store.PrivTx, f found) error {
	held, err := p.CredentialsOf(ctx, f.person.ID)
	if err != nil {
		return err
	}
	for _, c := range held {
		c.RevokedAt = p.Now()
		if err := p.PutCredential(ctx, c); err != nil {
			return err
		}
	}
	if err := p.EndStaffSessionsOf(ctx, f.person.ID); err != nil {
		return err
	}
	if err := p.UseEnrolment(ctx, f.enrolment.ID); err != nil {
		return err
	}
	e := f.enrolment
	return p.PutCredential(ctx, model.Credential{ID: p.NextID(), Login: f.login.ID, Person: f.person.ID, Name: e.Name,
		Handle: e.Handle, PublicKey: e.PublicKey, AAGUID: e.AAGUID, EnrolledAt: p.Now()})
}
