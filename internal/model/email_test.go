package model_test

import (
	"net/mail"
	"testing"

	"keyturn/internal/model"
)

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"ann@example.org", "Ann <ann@example.org>", `"a b"@example.org`, "a@b@c", " x@y "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := model.ParseEmail("email", s)
		if err != nil {
			return
		}
		if a, err := mail.ParseAddress(got); err != nil || a.Address != got || a.Name != "" || len(got) > model.MaxEmail {
			t.Fatalf("%q passes as %q", s, got)
		}
	})
}
