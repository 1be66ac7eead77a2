package staff

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

// A program that has no passkey, such as the command line, gets a session in the manner of OAuth's device authorization
// grant (RFC 8628): it is given two codes, shows the short one, and asks with the long one until somebody who is signed in
// has typed the short one at the desk and used their passkey for it. The session is one like others, and no key.
//
// What is open stands among the challenges: it is handed out, lives for minutes, is used once, and ends with the
// employment of whoever allowed it. A row for the short code has the hash of the long one; a row for that says what became
// of it.
const (
	purposeDevice        = "device"         // what a passkey signs to allow a code
	purposeDeviceCode    = "device code"    // the short code
	purposeDeviceWaits   = "device waits"   // the long code, while nobody has allowed it
	purposeDeviceAllowed = "device allowed" // the same, once somebody has

	// DeviceLife is how long the codes are good for; DeviceEvery how often a program may ask.
	DeviceLife  = 10 * time.Minute
	DeviceEvery = 2 * time.Second
)

// The short code: letters that are told apart by eye and ear and make no words (RFC 8628 section 6.1). There are 20⁸ of
// them.
const (
	codeLetters = "BCDFGHJKLMNPQRSTVWXZ"
	codeLength  = 8
)

// DeviceCodes are what a program is given to sign in with. The store keeps hashes.
type DeviceCodes struct {
	Device    string // for the program alone
	User      string // what a person types at the desk: BCDF-GHJK
	ExpiresAt time.Time
}

// BeginDevice hands out codes to somebody who is not signed in.
func (s *Staff) BeginDevice(ctx context.Context) (DeviceCodes, error) {
	secret := make([]byte, 32)
	rand.Read(secret)
	short, err := newCode()
	if err != nil {
		return DeviceCodes{}, err
	}
	codes := DeviceCodes{Device: base64.RawURLEncoding.EncodeToString(secret), User: short[:codeLength/2] + "-" + short[codeLength/2:],
		ExpiresAt: s.now().Add(DeviceLife).UTC().Truncate(time.Millisecond)}
	taken := false
	err = s.st.Write(ctx, func(tx *store.Tx) error {
		other, err := tx.TakeChallenge(ctx, codeHash(short))
		if taken = err == nil && s.now().Before(other.ExpiresAt); taken {
			return tx.AddChallenge(ctx, other) // it stays the other's
		}
		if err != nil && model.KindOf(err) != model.KindNotFound {
			return err
		}
		if err := tx.AddChallenge(ctx, store.Challenge{Hash: codeHash(short), Purpose: purposeDeviceCode, HeadHash: hash(codes.Device),
			ExpiresAt: codes.ExpiresAt}); err != nil {
			return err
		}
		return tx.AddChallenge(ctx, store.Challenge{Hash: hash(codes.Device), Purpose: purposeDeviceWaits, ExpiresAt: codes.ExpiresAt})
	})
	if err == nil && taken {
		err = model.Errorf(model.KindUnavailable, "try again")
	}
	return codes, err
}

func newCode() (string, error) {
	var b strings.Builder
	for range codeLength {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeLetters))))
		if err != nil {
			return "", err
		}
		b.WriteByte(codeLetters[i.Int64()])
	}
	return b.String(), nil
}

// parseCode reads a short code as people type it.
func parseCode(text string) (string, error) {
	if len(text) > 64 {
		return "", model.Invalid("code", "must be 8 letters, such as BCDF-GHJK")
	}
	code := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(text))
	if len(code) != codeLength || strings.Trim(code, codeLetters) != "" {
		return "", model.Invalid("code", "must be 8 letters, such as BCDF-GHJK")
	}
	return code, nil
}

// codeHash is how a short code is kept: apart from tokens and challenges.
func codeHash(code string) []byte { return hash("keyturn/device code/v1 " + code) }

// DeviceOptions hands out what the passkey of somebody who is signed in has to sign to allow a short code, and that one
// only. It does not say whether there is such a code.
func (s *Staff) DeviceOptions(ctx context.Context, who guard.Actor, code string) (json.RawMessage, error) {
	code, err := parseCode(code)
	if err != nil {
		return nil, err
	}
	c := store.Challenge{Hash: make([]byte, 32), Purpose: purposeDevice, Person: who.Person, Login: who.Login, HeadHash: codeHash(code),
		ExpiresAt: s.now().Add(challengeLife)}
	rand.Read(c.Hash)
	var allow [][]byte
	err = s.st.Write(ctx, func(tx *store.Tx) error {
		login, err := tx.Login(ctx, who.Login)
		if err != nil {
			return err
		}
		if allow, err = s.handlesOf(ctx, tx, login.Name); err != nil {
			return err
		}
		return tx.AddChallenge(ctx, c)
	})
	if err != nil {
		return nil, err
	}
	return s.rp.RequestOptions(c.Hash, allow)
}

// AllowDevice gives the program that shows a short code a session of whoever is signed in, who has to use a passkey for
// it: a session that was stolen, or one of a program, makes no further ones. The code is used up. source is as in SignIn.
func (s *Staff) AllowDevice(ctx context.Context, source string, who guard.Actor, code string, response []byte) error {
	err := s.allowDevice(ctx, who, code, response)
	switch model.KindOf(err) {
	case model.KindUnauthenticated, model.KindInvalid:
		s.failures.count(source, s.now())
	}
	return err
}

func (s *Staff) allowDevice(ctx context.Context, who guard.Actor, code string, response []byte) error {
	code, err := parseCode(code)
	if err != nil {
		return err
	}
	handle, assertion, err := passkey.ParseAssertion(response)
	if err != nil {
		return err
	}
	challenge, err := passkey.ChallengeIn(assertion.ClientData)
	if err != nil {
		return err
	}
	var refusal *model.Error // apart from the error: the challenge must stay taken
	err = s.st.Write(ctx, func(tx *store.Tx) error {
		refusal = nil
		wanted := store.Challenge{Purpose: purposeDevice, Person: who.Person, Login: who.Login, HeadHash: codeHash(code)}
		var c model.Credential
		var err error
		if c, refusal, err = s.verify(ctx, tx, wanted, challenge, handle, assertion); err != nil || refusal != nil {
			return err
		}
		if c.Person != who.Person || c.Login != who.Login {
			refusal = unauthenticated("the passkey is not one of the login that is signed in")
			return nil
		}
		if _, _, refusal, err = s.holder(ctx, tx, c); err != nil || refusal != nil {
			return err
		}
		var device []byte
		if device, refusal, err = s.takeCode(ctx, tx, code); err != nil || refusal != nil {
			return err
		}
		return tx.AddChallenge(ctx, store.Challenge{Hash: device, Purpose: purposeDeviceAllowed, Person: who.Person, Login: who.Login,
			ExpiresAt: s.now().Add(DeviceLife)})
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	return err
}

// RefuseDevice uses a short code up, for whoever did not ask for it.
func (s *Staff) RefuseDevice(ctx context.Context, code string) error {
	code, err := parseCode(code)
	if err != nil {
		return err
	}
	var refusal *model.Error
	err = s.st.Write(ctx, func(tx *store.Tx) (err error) {
		_, refusal, err = s.takeCode(ctx, tx, code)
		return err
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	return err
}

// takeCode uses a short code up, and gives the hash of the long one, which waits no more.
func (s *Staff) takeCode(ctx context.Context, tx *store.Tx, code string) ([]byte, *model.Error, error) {
	none := model.Errorf(model.KindNotFound, "no program waits with this code: it was used, or is older than %d minutes", int(DeviceLife.Minutes()))
	short, err := tx.TakeChallenge(ctx, codeHash(code))
	if model.KindOf(err) == model.KindNotFound || err == nil && (short.Purpose != purposeDeviceCode || !s.now().Before(short.ExpiresAt)) {
		return nil, none, nil
	}
	if err != nil {
		return nil, nil, err
	}
	_, err = tx.TakeChallenge(ctx, short.HeadHash)
	if model.KindOf(err) == model.KindNotFound {
		return nil, none, nil
	}
	return short.HeadHash, nil, err
}

// DeviceSession gives a program its session once somebody has allowed it, and uses the long code up. waits: nobody has
// yet. What was refused, used, or is too old is model.KindUnauthenticated.
func (s *Staff) DeviceSession(ctx context.Context, device string) (in SignedIn, waits bool, err error) {
	var refusal *model.Error
	err = s.st.Write(ctx, func(tx *store.Tx) error {
		waits, refusal = false, nil
		c, err := tx.TakeChallenge(ctx, hash(device))
		known := err == nil && (c.Purpose == purposeDeviceWaits || c.Purpose == purposeDeviceAllowed) && s.now().Before(c.ExpiresAt)
		if model.KindOf(err) == model.KindNotFound || err == nil && !known {
			refusal = unauthenticated("nobody has allowed this sign-in: it was refused, used already, or is too old")
			return nil
		}
		if err != nil {
			return err
		}
		if waits = c.Purpose == purposeDeviceWaits; waits {
			return tx.AddChallenge(ctx, c)
		}
		person, err := tx.Person(ctx, c.Person)
		if err != nil {
			return err
		}
		login, err := tx.Login(ctx, c.Login)
		if err != nil {
			return err
		}
		if person.Employment.Ended(s.now()) || login.Person != person.ID {
			refusal = unauthenticated("the employment has ended")
			return nil
		}
		in, err = s.newSession(ctx, tx, person, login)
		return err
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	return in, waits, err
}
