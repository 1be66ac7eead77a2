package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/policy"
	"keyturn/internal/recovery"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
)

// WaitDivisor is by how much a demo's waits are shortened: 15 minutes become 1.5 seconds.
const WaitDivisor = 600

// tenure is how long the demo's staff have had their roles and keys when it is born.
const tenure = 400 * 24 * time.Hour

// Birth says with what a demo is born.
type Birth struct {
	URL     string
	DeskURL string
	Divisor int64 // of the waits; WaitDivisor unless a test wants them whole
	Now     time.Time
	Classes map[model.ID]model.Class
	Linked  map[string]model.ID // member accounts of the staff, by the login of each
	Policy  *policy.Bundle      // nil: the shipped one

	Recovery *recovery.Keys // nil: none
}

// Born makes an empty store a demo, with its staff, and returns their software keys by login.
func Born(ctx context.Context, st *store.Store, b Birth) (map[string]*softkey.Ring, error) {
	rp, err := passkey.NewRelyingParty(b.DeskURL, "Keyturn demo")
	if err != nil {
		return nil, err
	}
	if b.Policy == nil {
		if b.Policy, err = policy.Shipped(); err != nil {
			return nil, err
		}
	}
	rings := map[string]*softkey.Ring{}
	birth := guard.Birth{Policy: b.Policy, Recovery: b.Recovery, Since: b.Now.Add(-tenure), Settings: guard.Settings{URL: b.URL, DeskURL: b.DeskURL,
		WaitDivisor: b.Divisor, HighProfileAt: guard.HighProfileAt, Demo: true}}
	for _, m := range Staff(b.Now) {
		f := guard.Founder{Name: m.Name, Team: m.Team, Roles: m.Roles, Employment: m.Employment}
		if account, ok := b.Linked[m.Logins[0]]; ok {
			f.Accounts = []model.ID{account}
		}
		for _, login := range m.Logins {
			ring, registered, err := MakeRing(rp, login)
			if err != nil {
				return nil, err
			}
			rings[login] = ring
			f.Logins = append(f.Logins, guard.FounderLogin{Name: login,
				Credentials: []guard.FounderCredential{{Name: "software key", Registered: registered}}})
		}
		birth.Founders = append(birth.Founders, f)
	}
	for account, class := range b.Classes {
		birth.Classes = append(birth.Classes, store.AccountClass{Account: account, Class: class, Verified: class != model.ClassStandard})
	}
	return rings, guard.Born(ctx, st, birth)
}

// MakeRing makes one software key for a login, as the enrolment page would a passkey.
func MakeRing(rp passkey.RelyingParty, login string) (*softkey.Ring, passkey.Registered, error) {
	challenge := make([]byte, 32)
	rand.Read(challenge)
	user := make([]byte, 16)
	rand.Read(user)
	options, err := rp.CreationOptions(challenge, user, login, login, nil)
	if err != nil {
		return nil, passkey.Registered{}, err
	}
	key := softkey.New(login)
	response, err := key.Register(rp.Origin, options)
	if err != nil {
		return nil, passkey.Registered{}, fmt.Errorf("making a software key for %s: %w", login, err)
	}
	registered, err := rp.VerifyRegistration(challenge, response)
	return &softkey.Ring{Login: login, Authenticators: []*softkey.Authenticator{key}}, registered, err
}
