package recovery_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/recovery"
)

// sealed are n keys of which it takes threshold, with their secret halves.
func sealed(t testing.TB, threshold, n int) (recovery.Keys, []string) {
	t.Helper()
	k := recovery.Keys{Threshold: threshold}
	var secret []string
	for i := range n {
		skey, vkey, err := recovery.NewKey(fmt.Sprintf("envelope-%d", i+1), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		k.VKeys, secret = append(k.VKeys, vkey), append(secret, skey)
	}
	return k, secret
}

func statement() recovery.Statement {
	return recovery.Statement{Origin: "social.example/ledger/00", Desk: "https://desk.example", Login: "ada", Passkey: "0011223344556677",
		Enrolment: 42, Until: time.Date(2017, 11, 9, 12, 0, 0, 0, time.UTC)}
}

func sign(t testing.TB, text string, keys ...string) string {
	t.Helper()
	for _, skey := range keys {
		var err error
		if text, err = recovery.Sign(skey, text); err != nil {
			t.Fatal(err)
		}
	}
	return text
}

func TestSignatures(t *testing.T) {
	k, secret := sealed(t, 3, 5)
	_, others := sealed(t, 3, 3)
	text := statement().Text()
	apart, err := recovery.Combine(sign(t, text, secret[1]) + "\r\n" + sign(t, text, secret[0], secret[4]))
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		signed string
		want   []string
	}{
		"three, one after the other":     {sign(t, text, secret[2], secret[0], secret[1]), []string{"envelope-1", "envelope-2", "envelope-3"}},
		"the same key twice":             {sign(t, text, secret[2], secret[2]), []string{"envelope-3"}},
		"keys of another network beside": {sign(t, text, others[0], secret[0]), []string{"envelope-1"}},
		"keys of another network alone":  {sign(t, text, others...), nil},
		"copies put together":            {apart, []string{"envelope-1", "envelope-2", "envelope-5"}},
	} {
		s, names, err := k.Open(c.signed)
		if err != nil || s != statement() || !slices.Equal(names, c.want) {
			t.Errorf("%s: %+v by %v, %v", what, s, names, err)
		}
	}
	for what, signed := range map[string]string{
		"no signature":       text,
		"another login":      strings.Replace(sign(t, text, secret[0]), "ada", "eve", 1),
		"another passkey":    strings.Replace(sign(t, text, secret[0]), "0011", "0012", 1),
		"a byte more":        strings.Replace(sign(t, text, secret[0]), "login ada", "login ada ", 1),
		"another spelling":   strings.Replace(sign(t, text, secret[0]), "enrolment 42", "enrolment 042", 1),
		"another time zone":  strings.Replace(sign(t, text, secret[0]), "12:00:00Z", "13:00:00+01:00", 1),
		"no statement":       "",
		"a line more":        text[:len(text)-1] + "\nand all else\n",
		"a broken signature": sign(t, text, secret[0])[:len(sign(t, text, secret[0]))-5] + "AAA=\n",
	} {
		if _, names, err := k.Open(signed); model.KindOf(err) != model.KindInvalid {
			t.Errorf("%s: signed by %v, %v", what, names, err)
		}
	}
	if _, err := recovery.Combine(sign(t, text, secret[0]) + sign(t, strings.Replace(text, "ada", "eve", 1), secret[1])); model.KindOf(err) != model.KindInvalid {
		t.Errorf("two statements as one: %v", err)
	}
}

func TestKeys(t *testing.T) {
	k, secret := sealed(t, 3, 5)
	if again, err := recovery.ParseKeys("value", k.Encode()); err != nil || again.Threshold != 3 || !slices.Equal(again.VKeys, k.VKeys) {
		t.Errorf("read back: %+v, %v", again, err)
	}
	few, _ := sealed(t, 2, 5)
	more, _ := sealed(t, 6, 5)
	many, _ := sealed(t, 3, recovery.MaxKeys+1)
	twice := recovery.Keys{Threshold: 3, VKeys: []string{k.VKeys[0], k.VKeys[1], k.VKeys[0]}}
	namesakes := recovery.Keys{Threshold: 3, VKeys: []string{k.VKeys[0], k.VKeys[1], sealedNamed(t, "envelope-2")}}
	for what, text := range map[string]string{"too low a threshold": few.Encode(), "a threshold above all": more.Encode(), "too many": many.Encode(),
		"one key twice": twice.Encode(), "one name twice": namesakes.Encode(), "a secret half": recovery.Keys{Threshold: 3, VKeys: secret}.Encode(),
		"nothing": "", "another member": `{"threshold":3,"keys":[],"more":1}`, "two values": k.Encode() + k.Encode()} {
		if _, err := recovery.ParseKeys("value", text); model.KindOf(err) != model.KindInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, name := range []string{"", "with space", "with+plus", strings.Repeat("x", 61)} {
		if _, _, err := recovery.NewKey(name, rand.Reader); model.KindOf(err) != model.KindInvalid {
			t.Errorf("a key called %q: %v", name, err)
		}
	}
	if _, err := recovery.Sign("no key", statement().Text()); model.KindOf(err) != model.KindInvalid {
		t.Errorf("signing with no key: %v", err)
	}
}

func sealedNamed(t testing.TB, name string) string {
	t.Helper()
	_, vkey, err := recovery.NewKey(name, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return vkey
}

func FuzzOpen(f *testing.F) {
	k, secret := sealed(f, 3, 3)
	f.Add(sign(f, statement().Text(), secret...))
	f.Add(statement().Text())
	f.Add("keyturn recovery statement v1\n\n— envelope-1 AAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := recovery.Parse(text); err == nil {
			if again, err := recovery.Parse(s.Text()); err != nil || again != s {
				t.Errorf("%q reads as %+v and then as %+v, %v", text, s, again, err)
			}
		}
		if _, names, err := k.Open(text); err != nil && len(names) > 0 {
			t.Errorf("%q is signed by %v and wrong: %v", text, names, err)
		}
		if one, err := recovery.Combine(text); err == nil {
			if _, err := recovery.Combine(one); err != nil {
				t.Errorf("what was combined cannot be again: %v", err)
			}
		}
	})
}
