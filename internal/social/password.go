package social

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Argon2id with the parameters that OWASP's Password Storage Cheat Sheet names first: 19 MiB, two passes, one lane.
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 2
	argonLanes   = 1
	argonKeyLen  = 32
	argonSaltLen = 16
)

// argonPrefix begins every hash, in the PHC string format; the salt and the key follow in base64. A change of the
// parameters needs a second prefix, not a parser.
func argonPrefix() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, argonMemory, argonPasses, argonLanes)
}

// HashPassword makes the hash of a password that SignIn checks.
func HashPassword(password string) string {
	salt := make([]byte, argonSaltLen)
	rand.Read(salt) // never fails
	b64 := base64.RawStdEncoding
	return argonPrefix() + b64.EncodeToString(salt) + "$" + b64.EncodeToString(argonKey(password, salt))
}

func argonKey(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonLanes, argonKeyLen)
}

// NewHash checks a new password, which field names in the error, and hashes it when its turn has come: each hash takes
// much memory.
func (n *Network) NewHash(ctx context.Context, field, password string) (string, error) {
	if err := checkNewPassword(field, password); err != nil {
		return "", err
	}
	select {
	case n.hashing <- struct{}{}:
		defer func() { <-n.hashing }()
		return HashPassword(password), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// checkPassword compares a password with a hash. It takes its full time for an empty or broken hash too, so that
// nobody learns from the time whether there is an account.
func (n *Network) checkPassword(ctx context.Context, hash, password string) (bool, error) {
	select {
	case n.hashing <- struct{}{}:
		defer func() { <-n.hashing }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	salt, want, ok := parseHash(hash)
	if !ok {
		salt, want = make([]byte, argonSaltLen), make([]byte, argonKeyLen)
	}
	if len(password) > MaxPassword {
		password, ok = "", false
	}
	same := subtle.ConstantTimeCompare(argonKey(password, salt), want) == 1
	return same && ok, nil
}

func parseHash(hash string) (salt, key []byte, ok bool) {
	rest, ok := strings.CutPrefix(hash, argonPrefix())
	if !ok {
		return nil, nil, false
	}
	first, second, _ := strings.Cut(rest, "$")
	salt, err1 := base64.RawStdEncoding.DecodeString(first)
	key, err2 := base64.RawStdEncoding.DecodeString(second)
	return salt, key, err1 == nil && err2 == nil && len(salt) == argonSaltLen && len(key) == argonKeyLen
}
