package deskclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/softkey"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 8 << 20

// Client is one signed-in member of staff.
type Client struct {
	base  string        // the desk's address; also the origin that keys sign for
	ring  *softkey.Ring // nil: it has a session, and turns no keys
	login string
	token string
	http  *http.Client
}

// Error is an answer that says no.
type Error struct {
	Status  int    `json:"-"`
	Message string `json:"error"`
	Kind    string `json:"kind"`
	Field   string `json:"field"`
	Law     string `json:"law"`
	Request string `json:"request"`
}

// Error is the desk's message, with the law or the field that it is about.
func (e *Error) Error() string {
	switch {
	case e.Law != "":
		return fmt.Sprintf("%s (law: %s)", e.Message, e.Law)
	case e.Field != "" && !strings.HasPrefix(e.Message, e.Field):
		return fmt.Sprintf("%s: %s", e.Field, e.Message)
	}
	return e.Message
}

// Stranger speaks to the desk without a sign-in.
func Stranger(deskURL string) (*Client, error) {
	u, err := url.Parse(deskURL)
	if err != nil || u.Host == "" {
		return nil, model.Invalid("desk-url", "must be like https://desk.example")
	}
	return &Client{base: strings.TrimSuffix(deskURL, "/"), http: &http.Client{Timeout: 30 * time.Second}}, nil
}

// SignIn signs in at the desk with a login's software key.
func SignIn(ctx context.Context, deskURL string, ring *softkey.Ring) (*Client, error) {
	c, err := Stranger(deskURL)
	if err != nil {
		return nil, err
	}
	c.ring, c.login = ring, ring.Login
	credential, err := c.assert(ctx, "/api/v1/sign-in/options", map[string]string{"login": ring.Login})
	if err != nil {
		return nil, fmt.Errorf("signing in as %s: %w", ring.Login, err)
	}
	var session struct {
		Token string `json:"token"`
	}
	in := map[string]any{"login": ring.Login, "credential": json.RawMessage(credential)}
	if err := c.call(ctx, http.MethodPost, "/api/v1/sign-in", in, &session); err != nil {
		return nil, fmt.Errorf("signing in as %s: %w", ring.Login, err)
	}
	c.token = session.Token
	return c, nil
}

// assert asks for a challenge and signs it.
func (c *Client) assert(ctx context.Context, path string, in any) ([]byte, error) {
	if c.ring == nil {
		return nil, model.Errorf(model.KindForbidden, "a session is no key")
	}
	options, err := c.Options(ctx, path, in)
	if err != nil {
		return nil, err
	}
	return c.ring.Assert(c.base, options)
}

// Options asks for WebAuthn options: what an authenticator is to sign, or to make.
func (c *Client) Options(ctx context.Context, path string, in any) (json.RawMessage, error) {
	var out struct {
		PublicKey json.RawMessage `json:"publicKey"`
	}
	err := c.call(ctx, http.MethodPost, path, in, &out)
	return out.PublicKey, err
}

// Login is the name that the client is signed in with.
func (c *Client) Login() string { return c.login }

// HasKey reports whether the client can turn a key.
func (c *Client) HasKey() bool { return c.ring != nil }

// Page is the address of a page of the desk, for a browser.
func (c *Client) Page(path string) string { return c.base + path }

// SignOut ends the session.
func (c *Client) SignOut(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, "/api/v1/session", nil, nil)
}

// Get reads path into out.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, out)
}

// Post sends in to path and reads the answer into out, unless it is nil.
func (c *Client) Post(ctx context.Context, path string, in, out any) error {
	return c.call(ctx, http.MethodPost, path, in, out)
}

// call makes one call. An answer that says no is an *Error.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.http.Do(req)
	if ctx.Err() != nil {
		return context.Cause(ctx) // nobody waits for it any more: that is not the desk's
	}
	if err != nil {
		return fmt.Errorf("the desk at %s does not answer: %w", c.base, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("reading the desk's answer: %w", err)
	}
	answer = shown(answer)
	if res.StatusCode >= 300 {
		no := &Error{Status: res.StatusCode}
		if json.Unmarshal(answer, no) != nil || no.Message == "" {
			no.Message = res.Status
		}
		return no
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("the desk's answer to %s makes no sense: %w", path, err)
	}
	return nil
}

// Refused reports whether err is the desk's no, and gives it.
func Refused(err error) (*Error, bool) { return errors.AsType[*Error](err) }
