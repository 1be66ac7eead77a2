package staff

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

const (
	// SessionLife is how long a sign-in lasts, used or not.
	SessionLife = 12 * time.Hour
	// challengeLife is how long a passkey may take to answer.
	challengeLife = 5 * time.Minute
	// maxLogin is the longest login, in bytes, that is looked for.
	maxLogin = 64
)

// What a challenge was handed out for; one made for a purpose answers no other.
const (
	purposeSignIn = "sign-in"
	purposeEnrol  = "enrol"
)

// SignedIn is a new session. Token is told once; the store keeps its hash.
type SignedIn struct {
	Token     string
	ExpiresAt time.Time
	Person    model.Person
	Login     string
}

// SignInOptions hands out what a passkey has to sign for a sign-in with a login, or with any login when it is "":
// WebAuthn request options for the browser. The answer for a login that does not exist looks like that for one that
// does.
func (s *Staff) SignInOptions(ctx context.Context, login string) (json.RawMessage, error) {
	if len(login) > maxLogin {
		return nil, model.Invalid("login", "may have at most %d bytes", maxLogin)
	}
	c := store.Challenge{Hash: make([]byte, 32), Purpose: purposeSignIn, ExpiresAt: s.now().Add(challengeLife)}
	rand.Read(c.Hash)
	var allow [][]byte
	err := s.st.Write(ctx, func(tx *store.Tx) (err error) {
		if login != "" {
			if allow, err = s.handlesOf(ctx, tx, login); err != nil {
				return err
			}
		}
		return tx.AddChallenge(ctx, c)
	})
	if err != nil {
		return nil, err
	}
	return s.rp.RequestOptions(c.Hash, allow)
}

// handlesOf are the passkeys of a login, or decoys where it has none.
func (s *Staff) handlesOf(ctx context.Context, tx *store.Tx, name string) ([][]byte, error) {
	decoys := s.decoys.handles(name)
	login, err := tx.LoginNamed(ctx, name)
	if model.KindOf(err) == model.KindNotFound {
		return decoys, nil
	}
	if err != nil {
		return nil, err
	}
	held, err := tx.CredentialsOf(ctx, login.Person)
	if err != nil {
		return nil, err
	}
	var handles [][]byte
	for _, c := range held {
		if c.Login == login.ID {
			handles = append(handles, c.Handle)
		}
	}
	if len(handles) == 0 {
		return decoys, nil
	}
	return handles, nil
}

// SignIn checks the answer of a passkey to a sign-in's challenge, and makes a session. login is the one that the options
// were asked for, "" when they were for any. source is where the call came from; failures are counted by it. The
// challenge is used up whatever comes of it. What does not hold is model.KindUnauthenticated, and says the same whether
// the login exists or not.
func (s *Staff) SignIn(ctx context.Context, source, login string, response []byte) (SignedIn, error) {
	in, err := s.signIn(ctx, login, response)
	switch model.KindOf(err) {
	case model.KindUnauthenticated, model.KindInvalid:
		s.failures.count(source, s.now())
	}
	return in, err
}

func (s *Staff) signIn(ctx context.Context, login string, response []byte) (SignedIn, error) {
	handle, assertion, err := passkey.ParseAssertion(response)
	if err != nil {
		return SignedIn{}, err
	}
	challenge, err := passkey.ChallengeIn(assertion.ClientData)
	if err != nil {
		return SignedIn{}, err
	}
	var in SignedIn
	var refusal *model.Error
	err = s.st.Write(ctx, func(tx *store.Tx) error {
		var c model.Credential
		var err error
		if c, refusal, err = s.verify(ctx, tx, store.Challenge{Purpose: purposeSignIn}, challenge, handle, assertion); err != nil || refusal != nil {
			return err
		}
		in, refusal, err = s.begin(ctx, tx, login, c)
		return err
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	return in, err
}

// verify takes the challenge, which has to be one that was handed out for what is wanted, and checks the answer to it. The
// refusal is apart from the error since the challenge must
// stay taken. A passkey that is not known is checked like one that is, against a key that nobody has.
func (s *Staff) verify(ctx context.Context, tx *store.Tx, wanted store.Challenge, challenge, handle []byte, a model.Assertion) (model.Credential, *model.Error, error) {
	taken, err := tx.TakeChallenge(ctx, challenge)
	if model.KindOf(err) == model.KindNotFound || err == nil && (!sameUse(taken, wanted) || s.now().After(taken.ExpiresAt)) {
		return model.Credential{}, unauthenticated("the challenge was not handed out here, was used already, or is too old"), nil
	}
	if err != nil {
		return model.Credential{}, nil, err
	}
	c, err := tx.CredentialByHandle(ctx, handle)
	if model.KindOf(err) == model.KindNotFound {
		c, err = model.Credential{PublicKey: s.decoys.publicKey}, nil
	}
	if err != nil {
		return c, nil, err
	}
	err = s.rp.VerifyAssertion(challenge, c.PublicKey, a)
	if e, ok := errors.AsType[*model.Error](err); ok {
		return c, &model.Error{Kind: model.KindUnauthenticated, Message: e.Message, Err: e.Err}, nil
	}
	return c, nil, err
}

// sameUse reports whether two challenges are for the same: by the same person, about the same.
func sameUse(a, b store.Challenge) bool {
	return a.Purpose == b.Purpose && a.Person == b.Person && a.Login == b.Login && bytes.Equal(a.HeadHash, b.HeadHash)
}

// begin makes the session of somebody whose signature is good.
func (s *Staff) begin(ctx context.Context, tx *store.Tx, login string, c model.Credential) (SignedIn, *model.Error, error) {
	person, of, refusal, err := s.holder(ctx, tx, c)
	if err == nil && refusal == nil && login != "" && of.Name != login {
		refusal = unauthenticated("the passkey is not one of this login")
	}
	if err != nil || refusal != nil {
		return SignedIn{}, refusal, err
	}
	in, err := s.newSession(ctx, tx, person, of)
	return in, nil, err
}

// holder is whose passkey it is; one that was revoked, or of somebody who does not work here any more, is refused.
func (s *Staff) holder(ctx context.Context, tx *store.Tx, c model.Credential) (model.Person, model.Login, *model.Error, error) {
	person, err := tx.Person(ctx, c.Person)
	if err != nil {
		return person, model.Login{}, nil, err
	}
	of, err := tx.Login(ctx, c.Login)
	switch {
	case err != nil:
		return person, of, nil, err
	case of.Person != c.Person:
		return person, of, unauthenticated("the passkey is not one of this login"), nil
	case !c.RevokedAt.IsZero():
		return person, of, unauthenticated("the passkey was revoked"), nil
	case person.Employment.Ended(s.now()):
		return person, of, unauthenticated("the employment has ended"), nil
	}
	return person, of, nil, nil
}

// newSession keeps a new session.
func (s *Staff) newSession(ctx context.Context, tx *store.Tx, person model.Person, of model.Login) (SignedIn, error) {
	now := s.now()
	token := make([]byte, 32)
	rand.Read(token)
	in := SignedIn{Token: base64.RawURLEncoding.EncodeToString(token), ExpiresAt: now.Add(SessionLife).UTC().Truncate(time.Millisecond),
		Person: person, Login: of.Name}
	err := tx.AddStaffSession(ctx, store.StaffSession{Hash: hash(in.Token), Person: person.ID, Login: of.ID, CreatedAt: now,
		ExpiresAt: in.ExpiresAt})
	return in, err
}

func unauthenticated(why string) *model.Error {
	return model.Errorf(model.KindUnauthenticated, "%s", why)
}
