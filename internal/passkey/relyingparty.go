package passkey

import (
	"net"
	"net/url"
	"strings"

	"keyturn/internal/model"
)

// RelyingParty is the desk, or the network for its members, as browsers and authenticators know it.
type RelyingParty struct {
	ID     string // host of its URL, without port
	Origin string // scheme, host and port of its URL, exactly as browsers write it
	Name   string // shown by some authenticators
}

// NewRelyingParty makes the relying party of the desk at a URL. Browsers make passkeys only for https, or for localhost,
// and never for an IP address (https://www.w3.org/TR/webauthn-3/#rp-id).
func NewRelyingParty(deskURL, name string) (RelyingParty, error) {
	u, err := url.Parse(deskURL)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return RelyingParty{}, model.Invalid("desk-url", "must be like https://desk.example")
	}
	host := strings.ToLower(u.Hostname())
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	switch {
	case net.ParseIP(host) != nil:
		return RelyingParty{}, model.Invalid("desk-url", "must have a name for a host: passkeys do not work on an IP address")
	case u.Scheme != "https" && !(u.Scheme == "http" && local):
		return RelyingParty{}, model.Invalid("desk-url", "must begin with https://, or with http://localhost")
	}
	origin := u.Scheme + "://" + host
	if port := u.Port(); port != "" && (u.Scheme != "https" || port != "443") && (u.Scheme != "http" || port != "80") {
		origin += ":" + port
	}
	return RelyingParty{ID: host, Origin: origin, Name: name}, nil
}
