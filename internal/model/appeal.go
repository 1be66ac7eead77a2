package model

import "time"

// Appeal is what a member says against a sanction or strike. It is made once for each, and never changed.
type Appeal struct {
	ID        ID
	Account   ID // whose owner appeals
	Subject   ID // the sanction or strike
	Text      string
	CreatedAt time.Time
	ClosedAt  time.Time      // zero: it is open
	Decision  AppealDecision // zero: nobody has decided it
}

// AppealDecision is how people decided an appeal.
type AppealDecision struct {
	Appeal  ID
	Account ID
	Subject ID
	Request ID // the request that decided it
	State   AppealState
	At      time.Time
	Leaf    int64
}

// AppealState is where an appeal stands.
type AppealState string

// The states of an appeal.
const (
	AppealOpen     AppealState = "open"
	AppealGranted  AppealState = "granted"  // what it was against was lifted by the decision
	AppealRejected AppealState = "rejected" // what it was against stands
	AppealSettled  AppealState = "settled"  // what it was against was restored before anybody decided
)

// AppealStates lists the states.
func AppealStates() []AppealState {
	return []AppealState{AppealOpen, AppealGranted, AppealRejected, AppealSettled}
}

// State is where the appeal stands.
func (a Appeal) State() AppealState {
	switch {
	case a.Decision.State != "":
		return a.Decision.State
	case !a.ClosedAt.IsZero():
		return AppealSettled
	}
	return AppealOpen
}

// Bounds of appeals.
const (
	MaxAppeal  = 2000               // characters
	AppealLife = 7 * 24 * time.Hour // within which an appeal is to be decided
)

// AppealUntil is until when something that was decided at a time can be appealed: for six months (Regulation (EU)
// 2022/2065, article 20).
func AppealUntil(decided time.Time) time.Time { return decided.AddDate(0, 6, 0) }
