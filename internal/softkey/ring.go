package softkey

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Ring is the authenticators of one login.
type Ring struct {
	Login          string           `json:"login"`
	Authenticators []*Authenticator `json:"authenticators"`
}

// Assert signs, as Authenticator.Assert does, with the first authenticator that has a credential that the options allow.
func (r *Ring) Assert(origin string, options []byte) (response []byte, err error) {
	for _, a := range r.Authenticators {
		if response, err = a.Assert(origin, options); !errors.Is(err, ErrNoCredential) {
			return response, err
		}
	}
	return nil, fmt.Errorf("login %s: %w", r.Login, ErrNoCredential)
}

// Load reads the ring that Save wrote to path.
func Load(path string) (*Ring, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading software keys: %w", err)
	}
	r, err := parseRing(text)
	if err != nil {
		return nil, fmt.Errorf("reading software keys from %s: %w", path, err)
	}
	return r, nil
}

func parseRing(text []byte) (*Ring, error) {
	var r Ring
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, err
	}
	if r.Login == "" || slices.Contains(r.Authenticators, nil) {
		return nil, errors.New("it names no login, or an authenticator is null")
	}
	return &r, nil
}

// Save writes the ring to path for its owner alone (mode 0600). A reader sees the old file or the new one, never a
// part of one.
func (r *Ring) Save(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("writing software keys: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".softkey-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("writing software keys: %w", err)
	}
	_, werr := f.Write(append(text, '\n'))
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing software keys: %w", errors.Join(err, os.Remove(f.Name())))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("writing software keys: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// Dir is a directory with one ring per login, in the file LOGIN.json.
type Dir string

const ringExt = ".json"

// Load reads the ring of a login.
func (d Dir) Load(login string) (*Ring, error) {
	path, err := d.path(login)
	if err != nil {
		return nil, err
	}
	r, err := Load(path)
	if err != nil {
		return nil, err
	}
	if r.Login != login {
		return nil, fmt.Errorf("reading software keys: %s holds those of %q", path, r.Login)
	}
	return r, nil
}

// Save writes a ring, and makes the directory (mode 0700) when there is none.
func (d Dir) Save(r *Ring) error {
	path, err := d.path(r.Login)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("writing software keys: %w", err)
	}
	return r.Save(path)
}

// Logins lists the logins that have a ring, in order.
func (d Dir) Logins() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, fmt.Errorf("listing software keys: %w", err)
	}
	var logins []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ringExt); ok && e.Type().IsRegular() {
			logins = append(logins, name)
		}
	}
	return logins, nil
}

// path refuses a login that would name a file elsewhere.
func (d Dir) path(login string) (string, error) {
	if login == "" || strings.HasPrefix(login, ".") || strings.ContainsAny(login, "/\\\x00") {
		return "", fmt.Errorf("%q is not a login", login)
	}
	return filepath.Join(string(d), login+ringExt), nil
}
