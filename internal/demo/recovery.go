package demo

import (
	"crypto/rand"
	"fmt"

	"keyturn/internal/recovery"
)

// sealedKeys is how many recovery keys a demo has.
const sealedKeys = 5

// RecoveryKeys makes a demo's recovery keys, with their secret halves. They are called envelope-1 and so on.
func RecoveryKeys() (recovery.Keys, []string, error) {
	keys := recovery.Keys{Threshold: recovery.MinThreshold}
	var secret []string
	for i := range sealedKeys {
		skey, vkey, err := recovery.NewKey(fmt.Sprintf("envelope-%d", i+1), rand.Reader)
		if err != nil {
			return keys, nil, err
		}
		keys.VKeys, secret = append(keys.VKeys, vkey), append(secret, skey)
	}
	return keys, secret, nil
}
