package passkey

import (
	"crypto/sha256"
	"encoding/hex"
)

// Fingerprint names a public key (COSE) in a form that people can compare: the first 8 bytes of its SHA-256, in hex.
func Fingerprint(publicKey []byte) string {
	sum := sha256.Sum256(publicKey)
	return hex.EncodeToString(sum[:8])
}
