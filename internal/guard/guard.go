package guard

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// Settings are what a store was born with. HighProfileAt alone ever changes, through the guard.
type Settings struct {
	URL           string // the network's public address
	DeskURL       string // the desk's address: the exact origin that passkeys sign for
	WaitDivisor   int64  // 1; larger only in a demo, whose waits are shortened
	HighProfileAt int64  // followers at which an account becomes high_profile by itself
	Demo          bool
}

// The names under which the store keeps settings.
const (
	setURL           = "url"
	setDeskURL       = "desk_url"
	setWaitDivisor   = "wait_divisor"
	setHighProfileAt = "high_profile_at"
	setDemo          = "demo"
	setRecovery      = "recovery" // the recovery keys; a network may have none
)

// Changes reports whether a setting can change; the others are what a store was born with.
func Changes(setting string) bool { return setting == setHighProfileAt || setting == setRecovery }

// HighProfileAt is the shipped number of followers at which an account becomes high_profile.
const HighProfileAt = 100_000

// Guard decides and acts. It is safe for concurrent use.
type Guard struct {
	st        *store.Store
	log       *slog.Logger
	now       func() time.Time
	settings  Settings
	rp        passkey.RelyingParty
	owners    passkey.RelyingParty // for whom owners' passkeys sign; zero where browsers make none
	clock     clockWatch
	bundle    atomic.Pointer[policy.Bundle]             // the last one used; immutable, known by its hash
	voided    atomic.Pointer[string]                    // the policy under which nothing is open that was asked for under another
	highAt    atomic.Int64                              // the setting, for those who only look out; what is decided reads it anew
	rises     chan struct{}                             // the setting has changed: accounts may have reached it
	proposals lately[[sha256.Size]byte, *policy.Bundle] // by their documents
	steps     lately[step, []policy.Change]
	history   suspicion // what is wrong with the ledger's history, so that nothing is written
	database  suspicion // why the rows are doubted, so that nothing is harmed or governed by them
}

// New opens the door of a store that was born.
//
// On a shared database the feed has to be followed before: a setting that another node changes is learned by it.
func New(ctx context.Context, st *store.Store, now func() time.Time, log *slog.Logger) (*Guard, error) {
	g := &Guard{st: st, log: log, now: now, rises: make(chan struct{}, 1)}
	st.Subscribe(g.learn)
	settings, err := LoadSettings(ctx, st)
	if err != nil {
		return nil, err
	}
	g.highAt.CompareAndSwap(0, settings.HighProfileAt) // what was heard meanwhile is newer
	rp, err := passkey.NewRelyingParty(settings.DeskURL, "Keyturn desk")
	if err != nil {
		return nil, err
	}
	if owners, err := passkey.NewRelyingParty(settings.URL, "Keyturn"); err == nil {
		g.owners = owners
	} else {
		log.Warn("owners can make no passkeys at this network's address", "url", settings.URL, "why", err)
	}
	g.settings, g.rp, g.clock = settings, rp, newClockWatch(now())
	broken, err := checkHistory(ctx, st)
	if err != nil {
		return nil, err
	}
	g.Distrust(broken)
	return g, nil
}

// Settings are what does not change of the store's settings, with HighProfileAt as it is now.
func (g *Guard) Settings() Settings {
	s := g.settings
	s.HighProfileAt = g.HighProfileAt()
	return s
}

// RelyingParty is what passkeys are made for and sign for.
func (g *Guard) RelyingParty() passkey.RelyingParty { return g.rp }

// LoadSettings reads the settings of a store; one that was not born has none and is a conflict.
func LoadSettings(ctx context.Context, st *store.Store) (Settings, error) {
	var s Settings
	texts := map[string]string{}
	for _, name := range []string{setURL, setDeskURL, setWaitDivisor, setHighProfileAt, setDemo} {
		v, found, err := st.Setting(ctx, name)
		if err != nil {
			return s, err
		}
		if !found {
			return s, model.Errorf(model.KindConflict, "the store is empty: run keyturn init first")
		}
		texts[name] = v
	}
	var err1, err2, err3 error
	s.URL, s.DeskURL = texts[setURL], texts[setDeskURL]
	s.WaitDivisor, err1 = strconv.ParseInt(texts[setWaitDivisor], 10, 64)
	s.HighProfileAt, err2 = strconv.ParseInt(texts[setHighProfileAt], 10, 64)
	s.Demo, err3 = strconv.ParseBool(texts[setDemo])
	if err1 != nil || err2 != nil || err3 != nil || s.WaitDivisor < 1 || s.WaitDivisor > 1 && !s.Demo {
		return s, fmt.Errorf("the store's settings make no sense: wait_divisor %q, high_profile_at %q, demo %q",
			texts[setWaitDivisor], texts[setHighProfileAt], texts[setDemo])
	}
	origin, err := st.Origin(ctx)
	if err == nil && ledger.IsDemo(origin) != s.Demo {
		err = fmt.Errorf("the settings say demo %t, but the ledger is called %s: a store is born as a demo or never is one", s.Demo, origin)
	}
	return s, err
}

// checkHistory compares the ledger with the newest head that a key signed, and tells what is wrong. A store that is
// behind it was rolled back: it starts, and shows what it has, but takes no privileged writes.
func checkHistory(ctx context.Context, st *store.Store) (broken string, err error) {
	head, _, err := st.LedgerHead(ctx)
	if err != nil {
		return "", err
	}
	size, hash, err := st.NewestSignedHead(ctx)
	if err != nil || size == 0 {
		return "", err
	}
	if size > head.Size {
		return fmt.Sprintf("the ledger has %d entries but a key signed a head of %d: this store was rolled back", head.Size, size), nil
	}
	signed, err := ledger.RootAt(size, st.TreeHashes(ctx))
	if err == nil && string(signed.Root[:]) != string(hash) {
		broken = fmt.Sprintf("the ledger's first %d entries are not those that a key signed: history was rewritten", size)
	}
	return broken, err
}

// Knows tells the guard a bundle that was parsed before, so that it need not parse it again when that is in force.
func (g *Guard) Knows(b *policy.Bundle) { g.bundle.Store(b) }

// policyNamed reads the bundle in force, whose hash is known, as this transaction sees it.
func (g *Guard) policyNamed(ctx context.Context, r store.Reads, hash string) (*policy.Bundle, error) {
	if b := g.bundle.Load(); b != nil && b.Hash() == hash {
		return b, nil
	}
	row, err := r.PolicyInForce(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the policy in force: %w", err)
	}
	b, err := policy.Parse(row.Document)
	if err != nil {
		return nil, fmt.Errorf("the policy in force: %w", err)
	}
	if b.Hash() != row.Hash {
		return nil, fmt.Errorf("the policy in force is not the one that was published: %s, not %s", b.Hash(), row.Hash)
	}
	g.bundle.Store(b)
	return b, nil
}
