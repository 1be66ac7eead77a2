package deskclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keyturn/internal/model"
)

// maxSession bounds how much is read of a session's file, in bytes.
const maxSession = 16 << 10

// Session is a sign-in of a program that has no passkey. It is a secret; it is no key.
type Session struct {
	DeskURL   string    `json:"desk_url"`
	Login     string    `json:"login"`
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Codes are what a sign-in without a passkey begins with (RFC 8628): somebody types the user code at the page.
type Codes struct {
	Device    string    `json:"device_code"`
	User      string    `json:"user_code"`
	Page      string    `json:"verification_uri"`
	ExpiresAt time.Time `json:"expires_at"`
	Interval  int       `json:"interval"` // seconds between two asks
}

// BeginLogin asks for codes.
func (c *Client) BeginLogin(ctx context.Context) (Codes, error) {
	var codes Codes
	err := c.Post(ctx, "/api/v1/device", nil, &codes)
	return codes, err
}

// Await waits until somebody has allowed the codes, or has refused them, or they are too old.
func (c *Client) Await(ctx context.Context, codes Codes) (Session, error) {
	every := time.Duration(max(1, codes.Interval)) * time.Second
	for {
		in := Session{DeskURL: c.base}
		err := c.Post(ctx, "/api/v1/device/token", map[string]string{"device_code": codes.Device}, &in)
		no, refused := Refused(err)
		switch {
		case refused && no.Status == http.StatusTooManyRequests, refused && no.Status == http.StatusServiceUnavailable:
			every *= 2 // RFC 8628 section 3.5
		case err != nil:
			return in, err
		case in.Token != "":
			return in, nil
		}
		select {
		case <-ctx.Done():
			return in, context.Cause(ctx)
		case <-time.After(every):
		}
	}
}

// Resume is a client with a session.
func Resume(s Session) (*Client, error) {
	c, err := Stranger(s.DeskURL)
	if err != nil {
		return nil, err
	}
	c.login, c.token = s.Login, s.Token
	return c, nil
}

// Save writes the session to a file that only its owner reads.
func (s Session) Save(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("keeping the session: %w", err)
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	// Written beside and renamed: a file that was there before with other permissions is replaced.
	f, err := os.CreateTemp(filepath.Dir(file), ".session-*") // 0600
	if err != nil {
		return fmt.Errorf("keeping the session: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("keeping the session: %w", err)
	}
	return nil
}

// LoadSession reads a session of a desk. One of another desk is refused, so that no token goes where it does not belong.
func LoadSession(file, deskURL string) (Session, error) {
	var s Session
	info, err := os.Stat(file)
	if os.IsNotExist(err) {
		return s, model.Invalid("session", "there is none in %s: sign in with keyturn desk login", file)
	}
	if err != nil {
		return s, fmt.Errorf("reading the session: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return s, model.Invalid("session", "others may read %s: sign in anew with keyturn desk login", file)
	}
	if info.Size() > maxSession {
		return s, model.Invalid("session", "%s is no session", file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("reading the session: %w", err)
	}
	if json.Unmarshal(text, &s) != nil || s.Token == "" {
		return s, model.Invalid("session", "%s is no session", file)
	}
	if strings.TrimSuffix(deskURL, "/") != s.DeskURL {
		return s, model.Invalid("session", "%s is one of the desk %s", file, s.DeskURL)
	}
	return s, nil
}
