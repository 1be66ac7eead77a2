package passkey_test

import (
	"errors"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
)

func TestNewRelyingParty(t *testing.T) {
	for url, want := range map[string]passkey.RelyingParty{
		"https://desk.example":           {ID: "desk.example", Origin: "https://desk.example"},
		"https://Desk.Example:443/":      {ID: "desk.example", Origin: "https://desk.example"},
		"https://desk.example:8443":      {ID: "desk.example", Origin: "https://desk.example:8443"},
		"http://localhost:8081":          {ID: "localhost", Origin: "http://localhost:8081"},
		"http://desk.localhost:80":       {ID: "desk.localhost", Origin: "http://desk.localhost"},
		"https://localhost:80":           {ID: "localhost", Origin: "https://localhost:80"},
		"https://xn--bcher-kva.example/": {ID: "xn--bcher-kva.example", Origin: "https://xn--bcher-kva.example"},
	} {
		want.Name = "Keyturn"
		got, err := passkey.NewRelyingParty(url, "Keyturn")
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", url, got, err, want)
		}
	}
	for _, url := range []string{
		"", "desk.example", "http://desk.example", "http://127.0.0.1:8081", "https://[::1]", "https://u@desk.example",
		"https://desk.example/desk", "https://desk.example?x", "https://desk.example#x", "ftp://localhost", "https://",
		"http://localhost.evil.example", "https://desk.example:port",
	} {
		got, err := passkey.NewRelyingParty(url, "Keyturn")
		var e *model.Error
		if !errors.As(err, &e) || e.Kind != model.KindInvalid || e.Field != "desk-url" {
			t.Errorf("%s: %+v, %v", url, got, err)
		}
	}
}
