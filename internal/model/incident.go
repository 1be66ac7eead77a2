package model

import "time"

// IncidentRule says what the watch noticed.
type IncidentRule string

// The rules of the watch.
const (
	IncidentTampered  IncidentRule = "tampered"          // the database is not what the ledger says
	IncidentHistory   IncidentRule = "history"           // the ledger was rolled back or rewritten
	IncidentDark      IncidentRule = "protected_dark"    // a protected account, or a post of one, went dark
	IncidentGap       IncidentRule = "keys_missing"      // the live key-holders cannot meet some row of the table
	IncidentRecovery  IncidentRule = "recovery"          // recovery keys are about to give somebody a new passkey
	IncidentBlind     IncidentRule = "blind"             // the watch could not look
	IncidentAttempted IncidentRule = "protected_attempt" // a law refused somebody who tried to harm a protected account
)

// Incident is what the watch opens when something happens that must not pass unseen. It is open until somebody
// acknowledges it and what it is about is over.
type Incident struct {
	ID      ID
	Rule    IncidentRule
	Subject string // what it is about, for the watch: of one rule, one subject has one incident at a time
	What    string // in a sentence
	Details IncidentDetails

	OpenedAt       time.Time
	Entry          int64 // of the ledger, that says that it was opened; -1: the ledger takes none
	AcknowledgedBy ID    // a person; zero: nobody
	AcknowledgedAt time.Time
	Note           string    // what that person said
	OverAt         time.Time // when what it is about was over; zero: it is still so
	ClosedAt       time.Time // when it was both acknowledged and over
}

// The states of an incident.
const (
	IncidentOpen         = "open"         // nobody has acknowledged it
	IncidentAcknowledged = "acknowledged" // somebody has, and it is still so
	IncidentClosed       = "closed"
)

// State is where the incident stands.
func (i Incident) State() string {
	switch {
	case !i.ClosedAt.IsZero():
		return IncidentClosed
	case i.AcknowledgedBy != 0:
		return IncidentAcknowledged
	}
	return IncidentOpen
}

// MaxIncidentRows is how many rows and entries an incident names; MaxIncidentNote bounds the note of whoever
// acknowledges it, in bytes.
const (
	MaxIncidentRows = 100
	MaxIncidentNote = 2000
)

// IncidentDetails say more, for programs.
type IncidentDetails struct {
	Found    []IncidentRow `json:"found,omitempty"`    // tampered: at most MaxIncidentRows
	More     int64         `json:"more,omitempty"`     // how many more there are
	NewestAt time.Time     `json:"newest_at,omitzero"` // when the newest of them was found

	Account   ID          `json:"account,omitempty"`
	Handle    string      `json:"handle,omitempty"`
	Class     Class       `json:"class,omitempty"`
	Post      ID          `json:"post,omitempty"`
	Command   CommandKind `json:"command,omitempty"`
	Request   ID          `json:"request,omitempty"`
	Case      ID          `json:"case,omitempty"`
	Requester string      `json:"requester,omitempty"` // names
	Keys      []string    `json:"keys,omitempty"`
	People    []ID        `json:"people,omitempty"` // whose doing it is
	Law       string      `json:"law,omitempty"`
	Attempts  int64       `json:"attempts,omitempty"`
	Entries   []int64     `json:"entries,omitempty"` // of the ledger, the newest MaxIncidentRows
	Recovery  ID          `json:"recovery,omitempty"`
	Undo      string      `json:"undo,omitempty"`      // the command that undoes it
	UndoUntil time.Time   `json:"undo_until,omitzero"` // while one key does; zero: it takes the keys that it took
}

// IncidentRow is one row or entry that is not what the ledger says.
type IncidentRow struct {
	Entry   int64    `json:"entry"` // of the ledger; -1: a row of the database
	Table   string   `json:"table,omitempty"`
	Key     string   `json:"key,omitempty"`
	Columns []string `json:"columns,omitempty"`
	What    string   `json:"what"`
}
