package ledger_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"keyturn/internal/ledger"
)

// TestOnlyOneSpellingIsRead swaps parts of a leaf and of facts for what means the same, or means nothing.
func TestOnlyOneSpellingIsRead(t *testing.T) {
	r := seal(t, darkening(5))
	leaf, err := ledger.ParseLeaf(r.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	for _, swap := range [][2]string{
		{`{`, `{ `},
		{`"wait":2}`, `"wait":2,"witness":1}`},
		{`"wait":2}`, `"wait":2,"wait":2}`},
		{`"version":1`, `"version":2`},
		{`"version":1`, `"version":1.0`},
		{`"version"`, `"Version"`},
		{`"class":"government"`, `"class":"royal"`},
		{`"class":"government",`, ``},
		{`"kind":"deactivate"`, `"kind":"vanish"`},
		{`"event":"executed"`, `"event":""`},
		{`T18:48:00Z`, `T8:48:00Z`},
		{`T18:48:00Z`, `T18:48:12Z`},
		{`T18:48:00Z`, `T18:48:00+00:00`},
		{`"keys_asked":3`, `"keys_asked":-3`},
		{`"keys_turned":3`, `"keys_turned":-3`},
		{`"wait":2`, `"wait":-2`},
		{`"wait":2`, `"wait":99999999`},
		{leaf.Facts, strings.ToUpper(leaf.Facts)},
		{leaf.Facts, leaf.Facts[2:]},
		{leaf.Private, "zz" + leaf.Private[2:]},
	} {
		altered := bytes.Replace(r.Leaf, []byte(swap[0]), []byte(swap[1]), 1)
		if bytes.Equal(altered, r.Leaf) {
			t.Fatalf("the leaf has no %s: %s", swap[0], r.Leaf)
		}
		if _, err := ledger.ParseLeaf(altered); err == nil {
			t.Errorf("the leaf %s is read", altered)
		}
	}
	if _, err := ledger.ParseLeaf(append(bytes.Clone(r.Leaf), bytes.Repeat([]byte(" "), ledger.MaxLeaf)...)); err == nil {
		t.Error("a leaf of more than MaxLeaf bytes is read")
	}
	for _, swap := range [][2]string{
		{`{`, ` {`},
		{`"account":"101"`, `"account":"0101"`},
		{`"account":"101"`, `"account":101`},
		{`"time":"1509648492345"`, `"time":"01509648492345"`},
		{`"time":"1509648492345"`, `"time":1509648492345`},
		{`"version":1}`, `"version":1,"witness":"x"}`},
		{`"index":"5",`, ``},
		{`"values":null`, `"values":{},"values":null`},
	} {
		altered := r
		altered.Facts = bytes.Replace(r.Facts, []byte(swap[0]), []byte(swap[1]), 1)
		if bytes.Equal(altered.Facts, r.Facts) {
			t.Fatalf("the facts have no %s: %s", swap[0], r.Facts)
		}
		if _, err := altered.Open(); err == nil {
			t.Errorf("the facts %s are read", altered.Facts)
		}
	}
	for _, private := range []string{"", "null", "{}{}", `{"a":1}`, ` {}`, `[]`} {
		altered := r
		altered.Private = []byte(private)
		if _, err := altered.Open(); err == nil {
			t.Errorf("the private part %q is read", private)
		}
	}
}

// TestSaltOfAnotherLength makes leaves that are right but for the length of a salt.
func TestSaltOfAnotherLength(t *testing.T) {
	r := seal(t, darkening(5))
	leaf, err := ledger.ParseLeaf(r.Leaf)
	if err != nil {
		t.Fatal(err)
	}
	rehash := func(old string, salt, part []byte) []byte {
		h := sha256.Sum256(append(bytes.Clone(salt), part...))
		return bytes.Replace(r.Leaf, []byte(old), []byte(hex.EncodeToString(h[:])), 1)
	}
	short := r.FactsSalt[1:]
	for name, altered := range map[string]ledger.Record{
		"facts": {Index: 5, Leaf: rehash(leaf.Facts, short, r.Facts), Facts: r.Facts, FactsSalt: short,
			Private: r.Private, PrivateSalt: r.PrivateSalt},
		"private part": {Index: 5, Leaf: rehash(leaf.Private, nil, r.Private), Facts: r.Facts, FactsSalt: r.FactsSalt,
			Private: r.Private},
	} {
		if err := altered.Check(); err == nil {
			t.Errorf("the %s with another salt passes", name)
		}
	}
}
