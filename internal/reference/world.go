package reference

import (
	"time"

	"keyturn/internal/model"
)

// World is everything that a decision can depend on.
type World struct {
	Table    Table
	Now      time.Time
	People   map[model.ID]Person
	Accounts map[model.ID]Account
	Freezes  []Freeze
	Budgets  map[model.Role]Budget
}

// Person is a member of staff.
type Person struct {
	Roles      []model.Role
	Team       string
	Employment model.Employment
	Darkened   []Darkening
	Undone     []time.Time // darkenings undone by one key
	Passkeys   int
	TakenFrom  []Taking // by requests of theirs for one key
}

// Taking is that something was taken from somebody: employment, a role, a passkey.
type Taking struct {
	From model.ID
	At   time.Time
}

// Darkening is one that a person was charged for.
type Darkening struct {
	Reach int64
	At    time.Time
}

// Budget is how much somebody with a role may darken.
type Budget struct{ AccountsHour, AccountsDay, ReachHour, ReachDay int64 }

// Account is a member's account.
type Account struct {
	Class       model.Class
	LoweredFrom model.Class
	LoweredAt   time.Time
	Followers   int64
	BriefLocks  []time.Time
	Sanctions   []Sanction
	Undone      []model.ID // cases on which one key has undone a darkening
}

// Sanction is one on the account itself, not lifted, and whose keys it took.
type Sanction struct {
	ID    model.ID
	By    []model.ID // who asked for it, and who turned a key on it
	Took  model.Requirement
	At    time.Time
	End   time.Time
	Case  model.ID
	Brief bool
	Legal bool
}

// Freeze is one that was begun, by whom if not by the breaker.
type Freeze struct {
	All       bool
	By        model.ID
	Begun     time.Time
	Confirmed bool
	Ended     bool
	Ends      time.Time // zero: until it is ended
}

func (f Freeze) on(now time.Time) bool { return !f.Ended && (f.Ends.IsZero() || now.Before(f.Ends)) }

// HighProfileAt is the number of followers at which an account is high_profile.
const HighProfileAt = 100_000

// Strictest is the class whose requirements hold for the account: the old one for 7 days after a lowering.
func (a Account) Strictest(now time.Time) model.Class {
	c := a.Class
	if !a.LoweredAt.IsZero() && now.Before(a.LoweredAt.Add(7*24*time.Hour)) && a.LoweredFrom.Rank() > c.Rank() {
		c = a.LoweredFrom
	}
	// Its rise is a moment away, unless staff have lowered it from there.
	high := model.ClassHighProfile
	if a.Followers >= HighProfileAt && c.Rank() < high.Rank() && a.LoweredFrom.Rank() < high.Rank() {
		c = high
	}
	return c
}

// Leaver reports whether somebody so employed counts as leaving: on notice, within 14 days of a known end, a contractor
// without one.
func Leaver(e model.Employment, now time.Time) bool {
	known := !e.EndsAt.IsZero()
	switch {
	case e.Status != model.EmploymentActive:
		return true
	case known:
		return e.EndsAt.Sub(now) <= 14*24*time.Hour
	}
	return e.Kind != model.Employee
}

// gone reports whether the employment is over.
func gone(e model.Employment, now time.Time) bool {
	return e.Status == model.EmploymentEnded || !e.EndsAt.IsZero() && !now.Before(e.EndsAt)
}
