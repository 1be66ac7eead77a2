package model

import "time"

// SanctionKind is a restriction that staff can put on an account or post.
type SanctionKind string

// The kinds of sanction.
const (
	SanctionLock       SanctionKind = "lock"        // the owner cannot post; nothing is hidden
	SanctionSensitive  SanctionKind = "sensitive"   // media behind a warning
	SanctionLimit      SanctionKind = "limit"       // out of public timelines, search and trends for non-followers
	SanctionRemovePost SanctionKind = "remove_post" // one post is dark
	SanctionDeactivate SanctionKind = "deactivate"  // dark as if the account did not exist
	SanctionSuspend    SanctionKind = "suspend"     // dark with a notice
	SanctionBan        SanctionKind = "ban"         // dark with a notice, without end
	SanctionPurge      SanctionKind = "purge"       // dark as if the account did not exist, for ever: its content is erased
)

// Darkens reports whether the sanction hides what it is on.
func (k SanctionKind) Darkens() bool {
	switch k {
	case SanctionRemovePost, SanctionDeactivate, SanctionSuspend, SanctionBan, SanctionPurge:
		return true
	}
	return false
}

// Sanction is one restriction on one account, or on one of its posts. What the world sees is derived from the
// sanctions that are active; lifting one, or its end, brings back exactly what was.
type Sanction struct {
	ID       ID
	Account  ID
	Post     ID // zero: the whole account
	Kind     SanctionKind
	Request  ID // the request that it was made by
	Case     ID
	Rule     string
	Start    time.Time
	End      time.Time // zero: until it is lifted
	LiftedAt time.Time // zero: not lifted
	Leaf     int64     // the ledger's entry that last changed this row
}

// Active reports whether the sanction, which is there, holds at t. Its start does not matter: nothing is written ahead of
// its time, so that a start after t only means that a clock is behind.
func (s Sanction) Active(t time.Time) bool {
	return s.LiftedAt.IsZero() && (s.End.IsZero() || t.Before(s.End))
}
