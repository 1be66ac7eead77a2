package recovery_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"keyturn/internal/recovery"
)

// TestKeysThatEndAlike: two keys whose text ends in the same letters after a plus sign are two keys.
func TestKeysThatEndAlike(t *testing.T) {
	ends := map[byte]string{}
	for i := 0; ; i++ {
		_, vkey, err := recovery.NewKey(fmt.Sprint("envelope-", i), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		tail := vkey[strings.LastIndex(vkey, "+")+1:]
		if len(tail) != 1 {
			continue
		}
		if other := ends[tail[0]]; other != "" {
			k := recovery.Keys{Threshold: 3, VKeys: []string{other, vkey}}
			_, third, err := recovery.NewKey("third", rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			k.VKeys = append(k.VKeys, third)
			if _, err := recovery.ParseKeys("value", k.Encode()); err != nil {
				t.Error(err)
			}
			return
		}
		ends[tail[0]] = vkey
	}
}
