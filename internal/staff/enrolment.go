package staff

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

const (
	// InvitationLife is how long an invitation can be used, and the passkey made with it be enrolled.
	InvitationLife = 72 * time.Hour
	// MaxKeyName is the most characters that the name of a passkey may have.
	MaxKeyName = 60
)

// Invitation lets whoever holds the token make one passkey for a login. Token is told once; the store keeps its hash.
type Invitation struct {
	ID        model.ID
	Token     string
	ExpiresAt time.Time
}

// Enrolled is a passkey that was made for an invitation, and has no power yet.
type Enrolled struct {
	ID          model.ID
	Login       string
	Fingerprint string
}

// Invite makes an invitation for a login that exists. Admins, security and leads invite, unless they are leaving.
func (s *Staff) Invite(ctx context.Context, inviter model.ID, login string) (Invitation, error) {
	now := s.now()
	inv := Invitation{Token: newToken(), ExpiresAt: now.Add(InvitationLife).UTC().Truncate(time.Millisecond)}
	err := s.st.Write(ctx, func(tx *store.Tx) error {
		who, err := tx.Person(ctx, inviter)
		if err != nil {
			return err
		}
		if !invites(who) || who.Employment.Leaver(now) {
			return model.Errorf(model.KindForbidden, "admins, security and leads invite, and nobody who is leaving does")
		}
		l, err := tx.LoginNamed(ctx, login)
		if err != nil {
			return err
		}
		invited, err := tx.Person(ctx, l.Person)
		if err != nil {
			return err
		}
		if invited.Employment.Ended(now) {
			return model.Errorf(model.KindConflict, "the employment of %s has ended", invited.Name)
		}
		inv.ID = tx.NextID()
		return tx.AddEnrolment(ctx, store.Enrolment{ID: inv.ID, TokenHash: hash(inv.Token), Login: l.Name, Person: l.Person,
			InvitedBy: inviter, CreatedAt: now, ExpiresAt: inv.ExpiresAt})
	})
	return inv, err
}

func invites(p model.Person) bool {
	return p.Has(model.RoleAdmin) || p.Has(model.RoleSecurity) || p.Has(model.RoleLead)
}

// Invited is the invitation that a token is for, if a passkey can be made with it still.
func (s *Staff) Invited(ctx context.Context, token string) (store.Enrolment, error) {
	return s.invited(ctx, s.st.Reads, token)
}

func (s *Staff) invited(ctx context.Context, r store.Reads, token string) (store.Enrolment, error) {
	e, err := r.EnrolmentByToken(ctx, hash(token))
	if model.KindOf(err) == model.KindNotFound || err == nil && !s.now().Before(e.ExpiresAt) {
		return e, model.Errorf(model.KindNotFound, "there is no such invitation, or it has expired: ask for another")
	}
	if err == nil && len(e.Handle) > 0 {
		err = model.Errorf(model.KindConflict, "a passkey was made for this invitation already")
	}
	return e, err
}

// EnrolmentOptions hands out what an authenticator needs to make the passkey of an invitation: WebAuthn creation options
// for the browser.
func (s *Staff) EnrolmentOptions(ctx context.Context, token string) (json.RawMessage, error) {
	challenge := make([]byte, 32)
	rand.Read(challenge)
	var options json.RawMessage
	err := s.st.Write(ctx, func(tx *store.Tx) error {
		e, err := s.invited(ctx, tx.Reads, token)
		if err != nil {
			return err
		}
		who, err := whose(ctx, tx.Reads, e)
		if err != nil {
			return err
		}
		if options, err = s.rp.CreationOptions(challenge, who.id, e.Login, who.name, who.held); err != nil {
			return err
		}
		return tx.AddChallenge(ctx, store.Challenge{Hash: challenge, Purpose: purposeEnrol, Subject: e.ID,
			ExpiresAt: s.now().Add(challengeLife)})
	})
	return options, err
}

// owner is whose passkey an invitation is for, as an authenticator is told.
type owner struct {
	id   []byte
	name string
	held [][]byte // the passkeys that they have: no authenticator shall make a second one
}

func whose(ctx context.Context, r store.Reads, e store.Enrolment) (owner, error) {
	if e.Person == 0 {
		return owner{id: binary.BigEndian.AppendUint64(nil, uint64(e.ID)), name: e.Login}, nil
	}
	login, err := r.LoginNamed(ctx, e.Login)
	if err != nil {
		return owner{}, err
	}
	person, err := r.Person(ctx, e.Person)
	if err != nil {
		return owner{}, err
	}
	held, err := r.CredentialsOf(ctx, e.Person)
	who := owner{id: binary.BigEndian.AppendUint64(nil, uint64(login.ID)), name: person.Name}
	for _, c := range held {
		who.held = append(who.held, c.Handle)
	}
	return who, err
}

// Enrol keeps the passkey that was made for an invitation: response is the new credential as the browser writes it, name
// what its owner calls it. The passkey gets its power from an enroll_credential command, not from this.
func (s *Staff) Enrol(ctx context.Context, token, name string, response []byte) (Enrolled, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > MaxKeyName || !utf8.ValidString(name) {
		return Enrolled{}, model.Invalid("name", "must have 1 to %d characters", MaxKeyName)
	}
	challenge, err := passkey.ChallengeInRegistration(response)
	if err != nil {
		return Enrolled{}, err
	}
	var made Enrolled
	var refusal *model.Error
	err = s.st.Write(ctx, func(tx *store.Tx) error {
		e, err := s.invited(ctx, tx.Reads, token)
		if err != nil {
			return err
		}
		var r passkey.Registered
		if r, refusal, err = s.register(ctx, tx, e, challenge, response); err != nil || refusal != nil {
			return err
		}
		e.Name, e.Handle, e.PublicKey, e.AAGUID = name, r.Handle, r.PublicKey, r.AAGUID
		made = Enrolled{ID: e.ID, Login: e.Login, Fingerprint: passkey.Fingerprint(r.PublicKey)}
		return tx.SetEnrolmentKey(ctx, e)
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	return made, err
}

// register takes the challenge and checks the new passkey. The refusal is apart from the error since the challenge must
// stay taken.
func (s *Staff) register(ctx context.Context, tx *store.Tx, e store.Enrolment, challenge, response []byte) (passkey.Registered, *model.Error, error) {
	taken, err := tx.TakeChallenge(ctx, challenge)
	if model.KindOf(err) == model.KindNotFound ||
		err == nil && (taken.Purpose != purposeEnrol || taken.Subject != e.ID || s.now().After(taken.ExpiresAt)) {
		return passkey.Registered{}, model.Errorf(model.KindForbidden, "the challenge was not handed out for this invitation, was used already, or is too old"), nil
	}
	if err != nil {
		return passkey.Registered{}, nil, err
	}
	r, err := s.rp.VerifyRegistration(challenge, response)
	if refusal, ok := errors.AsType[*model.Error](err); ok {
		return r, refusal, nil
	}
	if err != nil {
		return r, nil, err
	}
	if s.software != nil && bytes.Equal(r.AAGUID, s.software) {
		return r, model.Errorf(model.KindForbidden, "this is a software key: they are for demos only"), nil
	}
	_, err = tx.CredentialByHandle(ctx, r.Handle)
	switch {
	case err == nil:
		return r, model.Errorf(model.KindConflict, "this passkey is enrolled already"), nil
	case model.KindOf(err) == model.KindNotFound:
		return r, nil, nil
	}
	return r, nil, err
}

// OpenEnrolments are the invitations that have not expired and whose passkey is not enrolled yet, the oldest first.
func (s *Staff) OpenEnrolments(ctx context.Context) ([]store.Enrolment, error) {
	return s.st.OpenEnrolments(ctx, s.now())
}
