package founding

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
)

const (
	// challengeLife is how long a founder may take to make a passkey.
	challengeLife = 5 * time.Minute
	// birthTime bounds the transaction that the store is born by.
	birthTime = 30 * time.Second
	// maxKeyName is the most characters that the name of a passkey may have.
	maxKeyName = 60
)

// Options hands out what an authenticator needs to make a founder's next passkey: WebAuthn creation options for the
// browser. An authenticator that made the first one refuses to make the second. The options handed out last count.
func (f *Founding) Options(token string) (json.RawMessage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, err := f.unfinished(token)
	if err != nil {
		return nil, err
	}
	challenge := make([]byte, 32)
	rand.Read(challenge)
	var exclude [][]byte
	for _, k := range s.keys {
		exclude = append(exclude, k.Handle)
	}
	options, err := f.rp.CreationOptions(challenge, s.userID, s.Login, s.Name, exclude)
	if err != nil {
		return nil, err
	}
	s.challenge, s.until = challenge, f.cfg.Now().Add(challengeLife)
	return options, nil
}

// unfinished finds the founder whose link has a token, if a passkey can be made with it still. The caller holds the lock.
func (f *Founding) unfinished(token string) (*seat, error) {
	s, err := f.seat(token)
	if err != nil {
		return nil, err
	}
	if f.err != nil {
		return nil, f.err
	}
	if len(s.keys) == KeysEach {
		return nil, model.Errorf(model.KindConflict, "you have made your %d passkeys: this link is used up", KeysEach)
	}
	return s, nil
}

// Register takes the passkey that a founder made: response is the new credential as the browser writes it, name what
// its owner calls it. The last passkey of all brings the store to life before Register returns; when that fails the
// passkey is not taken either, and everything is as it was before, but for the challenge, which is used.
func (f *Founding) Register(ctx context.Context, token, name string, response []byte) (Made, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, err := f.unfinished(token)
	if err != nil {
		return Made{}, err
	}
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > maxKeyName || !printable(name) {
		return Made{}, model.Invalid("name", "must have 1 to %d characters that can be printed", maxKeyName)
	}
	key, err := f.verify(s, response)
	if err != nil {
		return Made{}, err
	}
	s.keys = append(s.keys, guard.FounderCredential{Name: name, Registered: key})
	made := Made{Founder: s.Founder, Key: name, Fingerprint: passkey.Fingerprint(key.PublicKey), Count: len(s.keys)}
	if f.made() == KeysEach*len(f.seats) {
		if err := f.bear(ctx); err != nil {
			s.keys = s.keys[:len(s.keys)-1]
			return Made{}, err
		}
	}
	if f.cfg.Made != nil {
		f.cfg.Made(made)
	}
	if f.born {
		close(f.done)
	}
	return made, nil
}

// verify checks a new passkey against the challenge that was handed out, which is used by it, and against all others.
func (f *Founding) verify(s *seat, response []byte) (passkey.Registered, error) {
	answered, err := passkey.ChallengeInRegistration(response)
	if err != nil {
		return passkey.Registered{}, err
	}
	if s.challenge == nil || !bytes.Equal(answered, s.challenge) || f.cfg.Now().After(s.until) {
		return passkey.Registered{}, model.Errorf(model.KindForbidden, "the challenge was not handed out for this, was used already, or is too old: try again")
	}
	s.challenge = nil
	r, err := f.rp.VerifyRegistration(answered, response)
	if err != nil {
		return r, err
	}
	if bytes.Equal(r.AAGUID, f.cfg.Software) {
		return r, model.Errorf(model.KindForbidden, "this is a software key: they are for demos only")
	}
	for _, other := range f.seats {
		for _, k := range other.keys {
			if !bytes.Equal(k.Handle, r.Handle) && !bytes.Equal(k.PublicKey, r.PublicKey) {
				continue
			}
			if other == s {
				return r, model.Errorf(model.KindConflict, "this is your first passkey: make the second on another authenticator")
			}
			return r, model.Errorf(model.KindConflict, "this passkey is that of another founder")
		}
	}
	return r, nil
}

// bear brings the store to life, whether or not the founder who made the last passkey still listens.
func (f *Founding) bear(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), birthTime)
	defer cancel()
	err := guard.Born(ctx, f.cfg.Store, f.birth())
	if err == nil {
		f.born = true
		return nil
	}
	if model.KindOf(err) == model.KindConflict {
		f.err = err // something was put into the store meanwhile: trying again is in vain
		close(f.done)
	}
	return err
}

// printable reports whether a text can be shown as it is.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
