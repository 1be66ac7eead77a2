package softkey

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// es256 is the one algorithm that a software key has: ECDSA with SHA-256 (RFC 9053 §2.1).
const es256 = -7

const publicKeyType = "public-key"

// base64url is bytes that JSON holds as base64url without padding.
type base64url []byte

func (b base64url) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, b), nil
}

func (b *base64url) UnmarshalText(text []byte) (err error) {
	*b, err = base64.RawURLEncoding.AppendDecode(nil, text)
	return err
}

// descriptor names a credential: https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialdescriptorjson.
type descriptor struct {
	ID base64url `json:"id"`
}

func holds(all []descriptor, handle []byte) bool {
	return slices.ContainsFunc(all, func(d descriptor) bool { return bytes.Equal(d.ID, handle) })
}

// creationOptions is the part that matters here of
// https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialcreationoptionsjson.
type creationOptions struct {
	RP struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID base64url `json:"id"`
	} `json:"user"`
	Challenge base64url `json:"challenge"`
	Params    []struct {
		Type string `json:"type"`
		Alg  int    `json:"alg"`
	} `json:"pubKeyCredParams"`
	Exclude []descriptor `json:"excludeCredentials"`
}

func (o creationOptions) excludes(handle []byte) bool { return holds(o.Exclude, handle) }

func parseCreation(origin string, options []byte) (o creationOptions, err error) {
	if err := json.Unmarshal(options, &o); err != nil {
		return o, fmt.Errorf("reading the options: %w", err)
	}
	if len(o.Challenge) == 0 || len(o.User.ID) == 0 || len(o.User.ID) > 64 {
		return o, errors.New("the options have no challenge, or no user ID of 1 to 64 bytes")
	}
	wanted := len(o.Params) == 0 // then ES256 is among the defaults
	for _, p := range o.Params {
		wanted = wanted || p.Type == publicKeyType && p.Alg == es256
	}
	if !wanted {
		return o, errors.New("the options do not take ES256 keys")
	}
	o.RP.ID, err = relyingParty(o.RP.ID, origin)
	return o, err
}

// requestOptions is the part that matters here of
// https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialrequestoptionsjson.
type requestOptions struct {
	RPID      string       `json:"rpId"`
	Challenge base64url    `json:"challenge"`
	Allow     []descriptor `json:"allowCredentials"`
}

// allows reports whether the options let the credential sign; an empty list lets every one.
func (o requestOptions) allows(handle []byte) bool {
	return len(o.Allow) == 0 || holds(o.Allow, handle)
}

func parseRequest(origin string, options []byte) (o requestOptions, err error) {
	if err := json.Unmarshal(options, &o); err != nil {
		return o, fmt.Errorf("reading the options: %w", err)
	}
	if len(o.Challenge) == 0 {
		return o, errors.New("the options have no challenge")
	}
	o.RPID, err = relyingParty(o.RPID, origin)
	return o, err
}

// relyingParty is the relying party that a page of the origin may name, as a browser decides it: its own host, which is
// also the one when none is named, or a domain above it (the list of public suffixes aside). The page must come by
// https, or from localhost, and its host must be no IP address.
func relyingParty(id, origin string) (string, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme+"://"+u.Host != origin {
		return "", fmt.Errorf("%q is not an origin (scheme://host:port)", origin)
	}
	host := u.Hostname()
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	if u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return "", fmt.Errorf("a page of %s may use no passkeys: neither https nor localhost", origin)
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return "", fmt.Errorf("a page of %s may use no passkeys: its host is an IP address", origin)
	}
	if id == "" {
		id = host
	}
	if id != host && !strings.HasSuffix(host, "."+id) {
		return "", fmt.Errorf("a page of %s may not name the relying party %s", origin, id)
	}
	return id, nil
}
