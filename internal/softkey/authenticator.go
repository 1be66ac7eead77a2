package softkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// AAGUID is the authenticator model, 16 bytes, that every credential made here names
// (https://www.w3.org/TR/webauthn-3/#aaguid).
const AAGUID = "keyturn softkey!"

// handleSize is how many random bytes a credential ID has; at least 16 are asked for
// (https://www.w3.org/TR/webauthn-3/#credential-id).
const handleSize = 32

// ErrNoCredential says that none of the credentials asked for is in the authenticator.
var ErrNoCredential = errors.New("no software key here is one that was asked for")

// Authenticator holds any number of discoverable ES256 credentials. It is safe for concurrent use.
type Authenticator struct {
	name string

	mu          sync.Mutex
	credentials []credential
}

// credential is one key pair, for one user at one relying party.
type credential struct {
	ID         base64url `json:"id"`
	RPID       string    `json:"rp_id"`
	UserHandle base64url `json:"user_handle"`
	PrivateKey base64url `json:"private_key"` // the scalar of a P-256 key, 32 bytes
}

func (c credential) key() (*ecdsa.PrivateKey, error) {
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), c.PrivateKey)
}

// New makes an authenticator without credentials. name is what its owner calls it.
func New(name string) *Authenticator { return &Authenticator{name: name} }

// Name is what the owner of the authenticator calls it.
func (a *Authenticator) Name() string { return a.name }

// Register makes a credential for a page of the origin (scheme://host[:port], to the byte). options is what a page
// gives to PublicKeyCredential.parseCreationOptionsFromJSON; the answer is what toJSON of the new credential gives.
// The user counts as present and verified. The new credential is lost unless the authenticator is saved.
func (a *Authenticator) Register(origin string, options []byte) (response []byte, err error) {
	o, err := parseCreation(origin, options)
	if err != nil {
		return nil, fmt.Errorf("making a software key: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if slices.ContainsFunc(a.credentials, func(c credential) bool { return c.RPID == o.RP.ID && o.excludes(c.ID) }) {
		return nil, fmt.Errorf("making a software key: %s has one for this login already", a.name)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a software key: %w", err)
	}
	scalar, err := key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("making a software key: %w", err)
	}
	handle := make([]byte, handleSize)
	rand.Read(handle)
	c := credential{ID: handle, RPID: o.RP.ID, UserHandle: o.User.ID, PrivateKey: scalar}
	response, err = creationResponse(c, key, newClientData("webauthn.create", o.Challenge, origin))
	if err != nil {
		return nil, fmt.Errorf("making a software key: %w", err)
	}
	a.credentials = append(a.credentials, c)
	return response, nil
}

// Assert signs for a page of the origin with the newest credential that the options allow: options is what a page gives
// to PublicKeyCredential.parseRequestOptionsFromJSON, the answer what toJSON of the assertion gives. The user counts as
// present and verified. ErrNoCredential says that the options allow none of those that the authenticator has.
func (a *Authenticator) Assert(origin string, options []byte) (response []byte, err error) {
	o, err := parseRequest(origin, options)
	if err != nil {
		return nil, fmt.Errorf("signing with a software key: %w", err)
	}
	c, ok := a.find(o)
	if !ok {
		return nil, ErrNoCredential
	}
	key, err := c.key()
	if err != nil {
		return nil, fmt.Errorf("signing with a software key: %w", err)
	}
	return requestResponse(c, key, newClientData("webauthn.get", o.Challenge, origin))
}

func (a *Authenticator) find(o requestOptions) (credential, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range slices.Backward(a.credentials) {
		if c.RPID == o.RPID && o.allows(c.ID) {
			return c, true
		}
	}
	return credential{}, false
}

// saved is the form of an authenticator in a file.
type saved struct {
	Name        string       `json:"name"`
	Credentials []credential `json:"credentials"`
}

// MarshalJSON writes everything, the private keys too.
func (a *Authenticator) MarshalJSON() ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return json.Marshal(saved{a.name, a.credentials})
}

// UnmarshalJSON reads what MarshalJSON wrote, and refuses a private key that could not sign.
func (a *Authenticator) UnmarshalJSON(b []byte) error {
	var s saved
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	for _, c := range s.Credentials {
		if _, err := c.key(); err != nil {
			return fmt.Errorf("the private key of credential %x: %w", []byte(c.ID), err)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.name, a.credentials = s.Name, s.Credentials
	return nil
}

// digest hashes what an authenticator signs: its own data, then the hash of the client's
// (https://www.w3.org/TR/webauthn-3/#sctn-op-get-assertion).
func digest(authenticatorData, clientData []byte) []byte {
	client := sha256.Sum256(clientData)
	sum := sha256.Sum256(append(slices.Clone(authenticatorData), client[:]...))
	return sum[:]
}
