package staff

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

// Config is what the desk's staff are signed in with.
type Config struct {
	Store *store.Store // of a store that was born
	Guard *guard.Guard
	// Software is the model (AAGUID, 16 bytes) of the authenticator in a file. Only a demo lets anybody make a passkey
	// with it.
	Software []byte
	Now      func() time.Time
}

// Staff signs people in. It is safe for concurrent use.
type Staff struct {
	st       *store.Store
	rp       passkey.RelyingParty
	software []byte // the model that is refused; nil in a demo
	now      func() time.Time
	decoys   decoys
	failures failures
}

// New makes a Staff for a store that was born.
func New(ctx context.Context, cfg Config) (*Staff, error) {
	// Decoys must not change with a restart or from node to node: what does would tell them from real passkeys. So they
	// follow from a secret that every node of the store has.
	skey, _, err := cfg.Store.LogKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading a secret for sign-ins: %w", err)
	}
	secret, err := hkdf.Key(sha256.New, []byte(skey), nil, "keyturn/sign-in decoys/v1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("deriving a secret for sign-ins: %w", err)
	}
	d, err := newDecoys(secret)
	if err != nil {
		return nil, err
	}
	s := &Staff{st: cfg.Store, rp: cfg.Guard.RelyingParty(), software: cfg.Software, now: cfg.Now, decoys: d}
	if cfg.Guard.Settings().Demo {
		s.software = nil
	}
	return s, nil
}

// hash is how tokens are kept: whoever reads the database learns none.
func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
