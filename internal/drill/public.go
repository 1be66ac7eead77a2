package drill

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxBody bounds what is read of a public response, in bytes.
const maxBody = 8 << 20

// public reads and writes as members and strangers do: the Mastodon client API and the pages.
type public struct {
	base  string
	token string
	http  *http.Client
}

func newPublic(base string) *public {
	return &public{base: strings.TrimSuffix(base, "/"), http: &http.Client{Timeout: 30 * time.Second}}
}

// get reads a path as whoever p is; the status is part of the answer.
func (p *public) get(ctx context.Context, path string) (status int, body []byte, next string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path, nil)
	if err != nil {
		return 0, nil, "", err
	}
	return p.do(req)
}

func (p *public) do(req *http.Request) (status int, body []byte, next string, err error) {
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	res, err := p.http.Do(req)
	if ctx := req.Context(); ctx.Err() != nil {
		return 0, nil, "", context.Cause(ctx) // nobody waits for it any more: that is not the server's
	}
	if err != nil {
		return 0, nil, "", fmt.Errorf("the server at %s does not answer: %w", p.base, err)
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, maxBody))
	return res.StatusCode, body, nextPage(res.Header.Get("Link"), p.base), err
}

// nextPage is the path of a Link header's rel="next" (RFC 8288).
func nextPage(link, base string) string {
	for part := range strings.SplitSeq(link, ",") {
		target, rel, _ := strings.Cut(strings.TrimSpace(part), ">")
		if strings.Contains(rel, `rel="next"`) {
			return strings.TrimPrefix(strings.TrimPrefix(target, "<"), base)
		}
	}
	return ""
}

// post sends a form and reads the answer into out.
func (p *public) post(ctx context.Context, path string, form url.Values, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body, _, err := p.do(req)
	if err != nil {
		return err
	}
	if status >= 300 {
		return fmt.Errorf("%s: %d %s", path, status, bytes.TrimSpace(body))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(body, out)
}

// join registers an app and a new member, whom p is from then on. It returns the member's handle.
func (p *public) join(ctx context.Context) (handle string, err error) {
	var app struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	err = p.post(ctx, "/api/v1/apps", url.Values{"client_name": {"drill"}, "redirect_uris": {"urn:ietf:wg:oauth:2.0:oob"},
		"scopes": {"read write follow"}}, &app)
	if err != nil {
		return "", fmt.Errorf("registering an app: %w", err)
	}
	var token struct {
		Access string `json:"access_token"`
	}
	err = p.post(ctx, "/oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {app.ID},
		"client_secret": {app.Secret}, "redirect_uri": {"urn:ietf:wg:oauth:2.0:oob"}, "scope": {"read write follow"}}, &token)
	if err != nil {
		return "", fmt.Errorf("signing the app in: %w", err)
	}
	p.token = token.Access
	handle = "witness_" + strings.ToLower(rand.Text()[:8])
	err = p.post(ctx, "/api/v1/accounts", url.Values{"username": {handle}, "email": {handle + "@example.org"},
		"password": {rand.Text()}, "agreement": {"true"}, "locale": {"en"}}, &token)
	if err != nil {
		return "", fmt.Errorf("registering a member: %w", err)
	}
	p.token = token.Access
	return handle, nil
}

// account is what the drill needs of Mastodon's Account entity.
type account struct {
	ID        string `json:"id"`
	Followers int64  `json:"followers_count"`
	Statuses  int64  `json:"statuses_count"`
}

func (p *public) lookup(ctx context.Context, handle string) (a account, status int, err error) {
	status, body, _, err := p.get(ctx, "/api/v1/accounts/lookup?acct="+url.QueryEscape(handle))
	if err == nil && status == http.StatusOK {
		err = json.Unmarshal(body, &a)
	}
	return a, status, err
}
