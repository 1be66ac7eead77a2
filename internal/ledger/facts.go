package ledger

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"keyturn/internal/model"
)

// Version is the version of facts and leaves that this code writes and reads.
const Version = 1

// Event says what happened. The list is closed: an event that is not in it is neither sealed nor opened.
type Event string

// The events.
const (
	EventBorn      Event = "born"      // the ledger's first entry
	EventBornDemo  Event = "born_demo" // the first entry of a demo, which stays one for ever
	EventRequested Event = "requested"
	EventKey       Event = "key" // a key was turned on a request
	EventExecuted  Event = "executed"
	EventRefused   Event = "refused"
	EventWithdrawn Event = "withdrawn"
	EventDeclined  Event = "declined"
	EventVetoed    Event = "vetoed"
	EventExpired   Event = "expired"   // a request did not get its keys in time
	EventLapsed    Event = "lapsed"    // a freeze or a sanction came to its end
	EventAutomatic Event = "automatic" // what nobody asked for: class rise, employment end by time, breaker
	EventNoise     Event = "noise"     // unauthenticated attempts, counted by source and minute
)

// Facts say who did what to whom, and which rows it changed. They stand beside the leaf, which carries only their
// salted hash, and are never erased. Fields that do not apply are zero and are left out of the JSON, in which IDs and
// times (Unix milliseconds) are strings.
type Facts struct {
	Version int               `json:"version"`
	Index   int64             `json:"index,string"` // the entry's place in the ledger, from 0
	Time    time.Time         `json:"time"`         // to the millisecond
	Event   Event             `json:"event"`
	Kind    model.CommandKind `json:"kind,omitempty"`
	Class   model.Class       `json:"class,omitempty"` // of the account, as it was when this happened
	Account model.ID          `json:"account,omitempty"`
	Post    model.ID          `json:"post,omitempty"`
	Target  model.ID          `json:"target,omitempty"` // the person that the command is aimed at
	Actor   model.ID          `json:"actor,omitempty"`  // the person who did it; zero when nobody did
	Login   model.ID          `json:"login,omitempty"`
	Request model.ID          `json:"request,omitempty"`
	Case    model.ID          `json:"case,omitempty"`
	Handle  string            `json:"handle,omitempty"`
	Rule    string            `json:"rule,omitempty"`
	Policy  string            `json:"policy,omitempty"` // hash of the policy bundle that decided
	Law     string            `json:"law,omitempty"`    // the law that refused
	Note    string            `json:"note,omitempty"`   // what else must never be erased; names no member
	Origin  string            `json:"origin,omitempty"` // of the ledger, in its first entry only
	Need    model.Requirement `json:"need,omitzero"`
	Keys    []KeyFact         `json:"keys,omitempty"`
	Rows    []Row             `json:"rows,omitempty"`
}

// KeyFact names one key that was turned.
type KeyFact struct {
	Person     model.ID `json:"person"`
	Login      model.ID `json:"login,omitempty"`
	Credential model.ID `json:"credential,omitempty"`
	Session    bool     `json:"session,omitempty"` // a session stood for the key (standard accounts, one key)
}

// Row is one privileged row as it is after the change: replaying the rows of all entries gives the privileged tables.
type Row struct {
	Table  string            `json:"table"`
	Key    string            `json:"key"`    // the row's primary key, as text
	Values map[string]string `json:"values"` // by column, as text; a column that is NULL is absent; nil: the row is deleted
}

// Keyholders is how many different people's keys were turned.
func (f Facts) Keyholders() int {
	people := map[model.ID]bool{}
	for _, k := range f.Keys {
		people[k.Person] = true
	}
	return len(people)
}

type plainFacts Facts // Facts without its methods

// factsJSON is Facts with the time as it stands in the JSON; its shallower Time hides the embedded one.
type factsJSON struct {
	*plainFacts
	Time string `json:"time"`
}

// MarshalJSON writes the time as Unix milliseconds in a string.
func (f Facts) MarshalJSON() ([]byte, error) {
	return json.Marshal(factsJSON{(*plainFacts)(&f), strconv.FormatInt(f.Time.UnixMilli(), 10)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Facts) UnmarshalJSON(b []byte) error {
	in := factsJSON{plainFacts: (*plainFacts)(f)}
	if err := json.Unmarshal(b, &in); err != nil {
		return fmt.Errorf("reading facts: %w", err)
	}
	ms, err := strconv.ParseInt(in.Time, 10, 64)
	if err != nil {
		return fmt.Errorf("reading the time of facts: %w", err)
	}
	f.Time = time.UnixMilli(ms).UTC()
	return nil
}
