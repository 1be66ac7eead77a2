package social

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzRedirectURI(f *testing.F) {
	for _, s := range []string{"https://example.org/cb?x=1", "toot://cb", "javascript:alert(1)", "a b:c", "//x", "http:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !isURL(s) {
			return
		}
		u, err := url.Parse(s)
		if err != nil || !u.IsAbs() || u.Fragment != "" || strings.ContainsAny(s, " \r\n\t") || u.Scheme == "javascript" {
			t.Fatalf("%q passes", s)
		}
	})
}

func FuzzScopes(f *testing.F) {
	for _, s := range []string{"read write", "read:accounts follow", "admin:read:accounts", "Read", "read: read"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kept, err := checkScopes(strings.Fields(s))
		if err != nil {
			return
		}
		again, err := checkScopes(strings.Fields(strings.Join(kept, " ")))
		if err != nil || strings.Join(again, " ") != strings.Join(kept, " ") || !coversAll(kept, kept) {
			t.Fatalf("%q is kept as %q and read again as %q, %v", s, kept, again, err)
		}
	})
}

func FuzzPasswordHash(f *testing.F) {
	f.Add(HashPassword("correct horse"))
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$x$y")
	f.Fuzz(func(t *testing.T, s string) {
		if salt, key, ok := parseHash(s); ok && (len(salt) != argonSaltLen || len(key) != argonKeyLen) {
			t.Fatalf("%q passes", s)
		}
	})
}
