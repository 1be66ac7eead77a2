package model

import "time"

// CaseState is where a case stands.
type CaseState string

// The states of a case.
const (
	CaseOpen     CaseState = "open"
	CaseResolved CaseState = "resolved"
)

// CaseOutcome says what a case came to.
type CaseOutcome string

// The outcomes of a case. One that is resolved without action marks its reports as such that did not hold.
const (
	OutcomeNone     CaseOutcome = ""
	OutcomeActed    CaseOutcome = "acted"
	OutcomeNoAction CaseOutcome = "no_action"
)

// ParseCaseOutcome checks an outcome; field names the input in the error.
func ParseCaseOutcome(field, s string) (CaseOutcome, error) {
	switch o := CaseOutcome(s); o {
	case OutcomeActed, OutcomeNoAction:
		return o, nil
	}
	return "", Invalid(field, "must be acted or no_action")
}

// Case is the desk's work on one account: what reports say of it, and what was done.
type Case struct {
	ID         ID
	Account    ID
	State      CaseState
	Outcome    CaseOutcome // of a resolved case
	Reports    int64
	Stakes     Stakes
	Rank       int64 // orders open cases by priority, the largest first; package moderation makes it
	Assignee   ID    // the person who works on it, zero when nobody does
	OpenedAt   time.Time
	Since      time.Time // since when it waits: opened, or reopened
	DueAt      time.Time // until when it is to be resolved; zero for a case that no report came to yet
	ResolvedAt time.Time
}

// Overdue reports whether a case is, or was when it was resolved, past its due time at now.
func (c Case) Overdue(now time.Time) bool {
	if c.State == CaseResolved {
		now = c.ResolvedAt
	}
	return !c.DueAt.IsZero() && now.After(c.DueAt)
}

// Stakes are what the priority of a case is made from. They are kept with the case and change with each report, so that
// nobody has to look through the reports.
type Stakes struct {
	Full      int64 // the weights of the reports that weigh LightWeight or more, together
	Light     int64 // the weights of the others, together
	Legal     int64 // the weights of the reports in each category, together
	Violation int64
	Spam      int64
	Class     Class // the account's, when the case was last ranked
	Followers int64 // likewise
}

// NoteKind says what a line in a case's history is.
type NoteKind string

// The kinds of lines in a case's history.
const (
	NoteText     NoteKind = "note"     // somebody wrote something down
	NoteClaimed  NoteKind = "claimed"  // Person took the case
	NoteAssigned NoteKind = "assigned" // Person gave the case to To
	NoteReleased NoteKind = "released" // nobody works on the case any more; by nobody when the assignee left
	NoteResolved NoteKind = "resolved"
	NoteReopened NoteKind = "reopened"
)

// Bounds of notes.
const (
	MaxNoteText  = 2000 // characters of one
	MaxCaseNotes = 1000 // written on one case
)

// CaseNote is one line in the history of a case: what staff wrote and did. It is for staff only, and is never changed.
type CaseNote struct {
	ID      ID
	Case    ID
	Kind    NoteKind
	Person  ID          // who did it; zero for nobody
	To      ID          // to whom a case was assigned, or from whom it was released
	Outcome CaseOutcome // of NoteResolved
	Text    string
	At      time.Time
}

// Evidence is a post as it was when a report named it. It stays whatever its author does to the post later.
type Evidence struct {
	ID         ID
	Case       ID
	Post       ID // the post, or the boost, that was named
	Author     ID // who wrote the text: for a boost, of the boosted post
	Text       string
	Spoiler    string
	Sensitive  bool
	Visibility Visibility
	Language   string
	CreatedAt  time.Time
	EditedAt   time.Time // when what is kept here was last edited
	KeptAt     time.Time // when it was kept as evidence
	Named      int64     // how many reports named it as it is here

	// What became of the post since.
	DeletedAt time.Time // its author deleted it
	ChangedAt time.Time // its author edited it after that
	Erased    bool      // it is there no more
}
