package recovery

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"keyturn/internal/model"
)

// Bounds of a set of recovery keys. A threshold below MinThreshold would make recovery cheaper than what the policy's
// strictest rows take.
const (
	MinThreshold = 3
	MaxKeys      = 15
)

// Keys are the recovery keys of a network, by their public halves, and how many of them it takes.
type Keys struct {
	Threshold int      `json:"threshold"`
	VKeys     []string `json:"keys"` // as golang.org/x/mod/sumdb/note writes verifier keys: NAME+HASH+BASE64
}

// ParseKeys reads what Encode wrote. field names the input in errors.
func ParseKeys(field, text string) (Keys, error) {
	var k Keys
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&k); err != nil {
		return k, model.Invalid(field, `must be JSON like {"threshold": 3, "keys": ["…"]}: %v`, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return k, model.Invalid(field, "must be one JSON value")
	}
	return k, k.check(field)
}

func (k Keys) check(field string) error {
	if k.Threshold < MinThreshold || k.Threshold > len(k.VKeys) || len(k.VKeys) > MaxKeys {
		return model.Invalid(field, "must have a threshold of at least %d, and that many keys or more, at most %d", MinThreshold, MaxKeys)
	}
	var names, bodies []string
	for _, vkey := range k.VKeys {
		v, err := note.NewVerifier(vkey)
		if err != nil {
			return model.Invalid(field, "has %.40q, which is no recovery key", vkey)
		}
		names = append(names, v.Name())
		bodies = append(bodies, strings.SplitN(vkey, "+", 3)[2]) // its BASE64 may have a plus sign of its own
	}
	for what, list := range map[string][]string{"name": names, "key": bodies} {
		slices.Sort(list)
		if len(slices.Compact(list)) < len(k.VKeys) {
			return model.Invalid(field, "has one %s twice", what)
		}
	}
	return nil
}

// Encode writes the keys as they stand in the store's settings.
func (k Keys) Encode() string {
	b, err := json.Marshal(k)
	if err != nil {
		panic(err) // a number and strings always encode
	}
	return string(b)
}

// Names are what the keys are called: whose envelopes they are in.
func (k Keys) Names() []string {
	var names []string
	for _, vkey := range k.VKeys {
		name, _, _ := strings.Cut(vkey, "+")
		names = append(names, name)
	}
	return names
}

// NewKey makes one recovery key. name says whose envelope it is in: it has no spaces and no plus signs, and stands beside
// each signature. skey is secret.
func NewKey(name string, rand io.Reader) (skey, vkey string, err error) {
	if name == "" || len(name) > 60 || strings.ContainsAny(name, "+ \t\r\n") {
		return "", "", model.Invalid("name", "must have 1 to 60 bytes, without spaces and plus signs")
	}
	if skey, vkey, err = note.GenerateKey(rand, name); err == nil {
		_, err = note.NewVerifier(vkey)
	}
	if err != nil {
		return "", "", fmt.Errorf("making a recovery key: %w", err)
	}
	return skey, vkey, nil
}
