package staff

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
)

// decoys stand in for the passkeys of a login that has none, or that does not exist, so that nobody learns from a
// sign-in which logins there are.
type decoys struct {
	secret    []byte
	publicKey []byte // COSE; nobody has the private part
}

// decoyCount is how many passkeys a made-up login has: as many as a founder is asked for.
const decoyCount = 2

func newDecoys(secret []byte) (decoys, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return decoys{}, fmt.Errorf("making a decoy: %w", err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return decoys{}, fmt.Errorf("making a decoy: %w", err)
	}
	// A COSE key (RFC 9052 section 7, RFC 9053 section 7.1.1) in CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
	x, y := point[1:33], point[33:]
	cose := slices.Concat([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, x, []byte{0x22, 0x58, 0x20}, y)
	return decoys{secret: secret, publicKey: cose}, nil
}

// handles are the made-up credential IDs of a login, the same ones whenever they are asked for.
func (d decoys) handles(login string) [][]byte {
	var all [][]byte
	for i := range decoyCount {
		mac := hmac.New(sha256.New, d.secret)
		mac.Write([]byte{byte(i)})
		mac.Write([]byte(login))
		all = append(all, mac.Sum(nil))
	}
	return all
}
