package ledger

import (
	"errors"
	"io"
)

// NewOrigin makes the name of a new ledger: host/ledger/RANDOM, or host/demo/RANDOM for a demo.
func NewOrigin(host string, demo bool, rand io.Reader) (string, error) {
	return "", errors.New("not yet")
}

// IsDemo reports whether an origin is that of a demo's ledger.
func IsDemo(origin string) bool { return false }

// NewLogKey makes the Ed25519 key that signs the heads of the ledger of that origin: skey is secret, vkey public.
func NewLogKey(origin string, rand io.Reader) (skey, vkey string, err error) {
	return "", "", errors.New("not yet")
}

// SignCheckpoint signs a head, as a checkpoint of the origin that the key was made for.
func SignCheckpoint(skey string, h Head) ([]byte, error) { return nil, errors.New("not yet") }

// OpenCheckpoint reads a checkpoint that must be signed with the key vkey.
func OpenCheckpoint(vkey string, b []byte) (origin string, h Head, err error) {
	return "", Head{}, errors.New("not yet")
}
