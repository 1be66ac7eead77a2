package founding

import (
	"net/url"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
)

// deskName is what authenticators show the passkeys to be for.
const deskName = "Keyturn desk"

// addresses checks the addresses of a network and its desk, and brings both into the form in which browsers write an
// origin, which the store keeps for good.
func addresses(network, desk string) (string, passkey.RelyingParty, error) {
	rp, err := passkey.NewRelyingParty(desk, deskName)
	if err != nil {
		return "", rp, err
	}
	origin, err := networkOrigin(network)
	if err != nil {
		return "", rp, err
	}
	if origin == rp.Origin {
		return "", rp, model.Invalid("desk-url", "must differ from the network's address: the desk has a listener of its own")
	}
	return origin, rp, nil
}

// networkOrigin reads the public address of the network: https, or http on localhost.
func networkOrigin(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", model.Invalid("url", "must be like https://social.example")
	}
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		if name := strings.ToLower(u.Hostname()); name != "localhost" && !strings.HasSuffix(name, ".localhost") {
			return "", model.Invalid("url", "must begin with https://, or with http://localhost")
		}
		host = strings.TrimSuffix(host, ":80")
	default:
		return "", model.Invalid("url", "must begin with https://, or with http://localhost")
	}
	return u.Scheme + "://" + host, nil
}
