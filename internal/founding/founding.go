package founding

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/policy"
	"keyturn/internal/recovery"
	"keyturn/internal/store"
)

// Config says what is founded, and by whom.
type Config struct {
	Store         *store.Store   // with nothing in it
	URL           string         // the network's public address
	DeskURL       string         // the desk's address: passkeys are made for it
	HighProfileAt int64          // followers at which an account becomes high_profile by itself
	Founders      []Founder      // one of each of Roles
	Recovery      *recovery.Keys // nil: the network has no recovery keys yet
	Software      []byte         // the model (AAGUID) of software keys, which are refused
	Made          func(Made)     // told of each passkey, one at a time; nil: nobody is
	Log           *slog.Logger
	Now           func() time.Time
}

// Made tells that a founder made a passkey.
type Made struct {
	Founder
	Key         string // what its owner calls it
	Fingerprint string
	Count       int // of this founder's passkeys
}

// Link is the address at which one founder makes passkeys. Whoever has it is that founder: it is told once.
type Link struct {
	Founder
	URL string
}

// Founding is a first start under way. It is safe for concurrent use.
type Founding struct {
	cfg    Config
	rp     passkey.RelyingParty
	policy *policy.Bundle
	links  []Link
	done   chan struct{} // closed when the store is born, or cannot be any more

	mu    sync.Mutex
	seats []*seat
	err   error // why the store cannot be born any more
	born  bool
}

// seat is a founder's place.
type seat struct {
	Founder
	link      [sha256.Size]byte // hash of the link's token
	userID    []byte            // names the login to authenticators
	challenge []byte            // the one that was handed out last; nil: none, or it was used
	until     time.Time         // of the challenge
	keys      []guard.FounderCredential
}

// New begins a founding. A store that is not empty is refused before anything else is looked at (model.KindConflict);
// founders and addresses that cannot be are invalid.
func New(ctx context.Context, cfg Config) (*Founding, error) {
	if err := guard.Unborn(ctx, cfg.Store.Reads); err != nil {
		return nil, err
	}
	f := &Founding{cfg: cfg, done: make(chan struct{})}
	var err error
	if f.cfg.URL, f.rp, err = addresses(cfg.URL, cfg.DeskURL); err != nil {
		return nil, err
	}
	f.cfg.DeskURL = f.rp.Origin
	if cfg.HighProfileAt < 1 {
		return nil, model.Invalid("high-profile-at", "must be at least 1")
	}
	if f.cfg.Founders, err = checkFounders(cfg.Founders); err != nil {
		return nil, err
	}
	if f.policy, err = policy.Shipped(); err != nil {
		return nil, fmt.Errorf("reading the shipped policy: %w", err)
	}
	for _, founder := range f.cfg.Founders {
		f.place(founder)
	}
	return f, nil
}

// place makes a founder's seat and link.
func (f *Founding) place(founder Founder) {
	token, user := make([]byte, 32), make([]byte, 16)
	rand.Read(token)
	rand.Read(user)
	link := base64.RawURLEncoding.EncodeToString(token)
	f.seats = append(f.seats, &seat{Founder: founder, link: sha256.Sum256([]byte(link)), userID: user})
	f.links = append(f.links, Link{Founder: founder, URL: f.rp.Origin + pagePath + "?" + linkParam + "=" + link})
}

// Settings are what the store is or will be born with: the addresses as browsers write them.
func (f *Founding) Settings() guard.Settings {
	return guard.Settings{URL: f.cfg.URL, DeskURL: f.cfg.DeskURL, WaitDivisor: 1, HighProfileAt: f.cfg.HighProfileAt}
}

// Links are the founders' links, in the order of Roles.
func (f *Founding) Links() []Link { return f.links }

// Done is closed when the founding is over: the store is born, or something else was put into it meanwhile.
func (f *Founding) Done() <-chan struct{} { return f.done }

// Born reports whether the store is born, and if it cannot be any more, why.
func (f *Founding) Born() (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.born, f.err
}

// seat finds the founder whose link has a token. The caller holds the lock.
func (f *Founding) seat(token string) (*seat, error) {
	hash := sha256.Sum256([]byte(token))
	for _, s := range f.seats {
		if subtle.ConstantTimeCompare(hash[:], s.link[:]) == 1 {
			return s, nil
		}
	}
	return nil, model.Errorf(model.KindNotFound, "this is no founder's link: open the one that you were given, whole")
}

// made is how many passkeys the founders have made.
func (f *Founding) made() int {
	n := 0
	for _, s := range f.seats {
		n += len(s.keys)
	}
	return n
}

// birth is what the store is born with. The caller holds the lock.
func (f *Founding) birth() guard.Birth {
	b := guard.Birth{Settings: f.Settings(), Policy: f.policy, Recovery: f.cfg.Recovery}
	for _, s := range f.seats {
		b.Founders = append(b.Founders, guard.Founder{Name: s.Name, Team: s.Team, Roles: []model.Role{s.Role},
			Employment: model.Employment{Kind: model.Employee, Status: model.EmploymentActive},
			Logins:     []guard.FounderLogin{{Name: s.Login, Credentials: s.keys}}})
	}
	return b
}
