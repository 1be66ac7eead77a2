package demo

import (
	"crypto/rand"
	"fmt"

	"keyturn/internal/recovery"
)

// sealedKeys is how many recovery keys a demo has.
const sealedKeys = 5

// RecoveryKeys makes a demo's recovery keys, with their secret halves by their names, envelope-1 and so on.
func RecoveryKeys() (recovery.Keys, map[string]string, error) {
	keys, secret := recovery.Keys{Threshold: recovery.MinThreshold}, map[string]string{}
	for i := range sealedKeys {
		name := fmt.Sprintf("envelope-%d", i+1)
		skey, vkey, err := recovery.NewKey(name, rand.Reader)
		if err != nil {
			return keys, nil, err
		}
		keys.VKeys, secret[name] = append(keys.VKeys, vkey), skey
	}
	return keys, secret, nil
}
