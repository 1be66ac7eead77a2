package model

import "time"

// RequestState is where a request is in its life: pending → waiting → executed, or one of the ends.
type RequestState string

// The states of a request.
const (
	StatePending   RequestState = "pending"   // waits for keys, at most RequestLife
	StateWaiting   RequestState = "waiting"   // has its keys; takes effect when the wait is over
	StateExecuted  RequestState = "executed"  // took effect
	StateRefused   RequestState = "refused"   // was decided against when it was to take effect
	StateWithdrawn RequestState = "withdrawn" // its requester took it back, or left
	StateDeclined  RequestState = "declined"  // somebody who could have signed said no
	StateVetoed    RequestState = "vetoed"    // stopped during its wait
	StateExpired   RequestState = "expired"   // did not get its keys in time
)

// Open reports whether the request can still take effect.
func (s RequestState) Open() bool { return s == StatePending || s == StateWaiting }

// RequestLife is how long a request may stay pending.
const RequestLife = 24 * time.Hour

// Requirement is whose keys a command takes: how many different people, which roles must be among them (each by a
// person of its own), from how many teams at least, and how long the effect waits after the last key.
type Requirement struct {
	Keys  int           `json:"keys"`
	Roles []Role        `json:"roles"`
	Teams int           `json:"teams"`
	Wait  time.Duration `json:"wait"`
}

// Target is the privileged state of what a command is aimed at, as it was when the request was made. It is part of
// what the key-holders sign; a request whose target has changed since cannot take effect.
type Target struct {
	Handle    string `json:"handle,omitempty"`    // of the account, or the name of the person
	Class     Class  `json:"class,omitempty"`     // of the account
	Strictest Class  `json:"strictest,omitempty"` // whose requirements hold: the old class for 7 days after a lowering
	Sanctions []ID   `json:"sanctions,omitempty"` // active on the account, in order
	Reach     int64  `json:"reach,omitempty"`     // followers that lose sight of the account
	Budget    int64  `json:"budget,omitempty"`    // of a darkening: the followers a day that its requester may take an account from
	State     string `json:"state,omitempty"`     // of a person: employment and roles
}

// Request is one command waiting for keys. It is immutable but for its state: an edit is a new request.
type Request struct {
	ID        ID
	Command   Command
	Requester ID // a person
	Login     ID // the login it was made with; zero: a member account that is the requester's, by an app
	Target    Target
	Need      Requirement
	Policy    string // hash of the policy bundle in force
	Nonce     []byte // 32 random bytes
	Reason    []byte // SHA-256 of salt and reason, both of which stand in the ledger's private part
	State     RequestState
	CreatedAt time.Time
	ExpiresAt time.Time
	EffectAt  time.Time // when a waiting request takes effect; zero before
	ClosedAt  time.Time // when it left the open states; zero before
	Outcome   string    // why it was refused, in words
	Leaf      int64     // the ledger's entry that last changed this row
	Opened    int64     // the entry that opened it: its private part holds the reason
}

// Key is one person's signature over one exact request. The owner of the account that it is about can sign some: then
// Owner says whose passkey it was, and Person and Login are zero.
type Key struct {
	ID         ID
	Request    ID
	Owner      *OwnersKey // nil: one of the staff's
	Person     ID
	Login      ID
	Credential ID // zero: a session stood for it (standard accounts, one key)
	Assertion  Assertion
	HeadSize   int64  // the ledger's size that was signed
	HeadHash   []byte // its root hash
	ExpiresAt  time.Time
	SignedAt   time.Time
	Leaf       int64
}

// OwnersKey is what is known of a passkey with which the owner of an account signed: the passkey may be removed one day,
// and the signature must be checked then too. Of such a key Credential is the passkey.
type OwnersKey struct {
	Account   ID
	Sanction  ID        // the brief lock that it lifts; zero: it is a key on the request
	PublicKey []byte    // COSE key
	MadeAt    time.Time // when the passkey was registered
}

// Assertion is the part of a WebAuthn assertion that proves the signature, kept so that anyone can verify it again.
type Assertion struct {
	ClientData        []byte // clientDataJSON
	AuthenticatorData []byte
	Signature         []byte
}
