package model

import (
	"net/mail"
	"slices"
	"strings"
	"time"
)

// Class says how protected an account is. The zero Class is not valid: a missing class is a reason to refuse.
type Class string

// The classes, from the least protected to the most.
const (
	ClassStandard    Class = "standard"
	ClassVerified    Class = "verified"
	ClassHighProfile Class = "high_profile"
	ClassGovernment  Class = "government"
)

// Classes lists the classes in order of protection.
func Classes() []Class {
	return []Class{ClassStandard, ClassVerified, ClassHighProfile, ClassGovernment}
}

// Rank is 0 for standard to 3 for government, and -1 for a word that is no class.
func (c Class) Rank() int {
	for i, known := range Classes() {
		if c == known {
			return i
		}
	}
	return -1
}

// Protected reports whether the laws on protected accounts hold for the class. Whatever is not plainly standard is
// protected, so that doubt protects.
func (c Class) Protected() bool { return c != ClassStandard }

// Account is a member's presence on the network. Class comes from the privileged row of the account; the counters
// are stored, and a darkening changes none of them.
type Account struct {
	ID          ID
	Handle      string // as its owner writes it; unique without regard to case
	DisplayName string
	Note        string // plain text, at most MaxNote characters
	Class       Class
	Verified    bool // carries the verification mark; of the privileged row, like Class
	Locked      bool // follows need the owner's consent
	Bot         bool
	CreatedAt   time.Time
	Followers   int64
	Following   int64
	Posts       int64
	LastPostAt  time.Time // zero when nothing was posted
}

// Limits of an account's texts, in characters.
const (
	MaxHandle      = 30
	MaxDisplayName = 30
	MaxNote        = 500
)

// Credentials are how a member signs in: an email address and the hash of a password.
type Credentials struct {
	Account      ID
	Email        string
	PasswordHash string // empty: no password sign-in is possible
}

// MaxEmail is the longest email address, in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const MaxEmail = 254

// ParseEmail checks that a text is one bare email address; white space around it is dropped. field names the input in
// the error.
func ParseEmail(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > MaxEmail || strings.ContainsRune(s, 0) {
		return "", Invalid(field, "is not an email address")
	}
	return s, nil
}

// Reserved reports whether a handle is one that nobody may have, since it would look like the server speaking or stand
// in the way of an address of it.
func Reserved(handle string) bool {
	return slices.Contains([]string{"abuse", "account", "accounts", "admin", "administrator", "api", "auth", "desk", "everyone",
		"help", "hostmaster", "keyturn", "moderator", "oauth", "postmaster", "root", "security", "settings", "staff", "support",
		"system", "webmaster"}, FoldHandle(handle))
}

// ParseHandle reads a handle as people write it, with or without a leading @, and checks it: 1 to MaxHandle of
// a-z A-Z 0-9 and _ (Mastodon's rule for local usernames). field names the input in the error.
func ParseHandle(field, s string) (string, error) {
	h := strings.TrimPrefix(strings.TrimSpace(s), "@")
	if h == "" || len(h) > MaxHandle {
		return "", Invalid(field, "must have 1 to %d letters, digits or underscores", MaxHandle)
	}
	for i := range len(h) {
		c := h[i]
		if !(c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return "", Invalid(field, "may hold only letters, digits and underscores")
		}
	}
	return h, nil
}

// FoldHandle is the form under which handles are compared and kept unique.
func FoldHandle(handle string) string { return strings.ToLower(handle) }

// A Follow says that one account follows another.
type Follow struct {
	ID        ID
	Follower  ID
	Followee  ID
	Pending   bool // waits for the consent of a locked account's owner
	Reblogs   bool // show the followee's boosts in the home timeline
	CreatedAt time.Time
}

// A Relation is what one account is to another, as the first sees it.
type Relation struct {
	Account       ID // the other
	Following     bool
	ShowingBoosts bool
	FollowedBy    bool
	Requested     bool
	Blocking      bool
	BlockedBy     bool
	Muting        bool
}
