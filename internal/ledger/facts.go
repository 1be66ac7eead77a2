package ledger

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

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
	EventLooked    Event = "looked"    // what is private of an account was read
	EventOwner     Event = "owner"     // an account's owner did it, with their passkey
	EventHanded    Event = "handed"    // a reset link was handed out to whoever had asked for it
	EventNoise     Event = "noise"     // unauthenticated attempts, counted by source and minute
	EventIncident  Event = "incident"  // the watch opened an incident

	EventRecovering      Event = "recovering"       // the recovery keys have asked for somebody's passkey, which is public for a week
	EventRecovered       Event = "recovered"        // it is enrolled
	EventRecoveryStopped Event = "recovery_stopped" // somebody who holds a key stopped it
)

// Events lists the events.
func Events() []Event {
	return []Event{EventBorn, EventBornDemo, EventRequested, EventKey, EventExecuted, EventRefused, EventWithdrawn,
		EventDeclined, EventVetoed, EventExpired, EventLapsed, EventAutomatic, EventLooked, EventOwner, EventHanded, EventNoise,
		EventIncident, EventRecovering,
		EventRecovered, EventRecoveryStopped}
}

// Facts say who did what to whom, and which rows it changed. They stand beside the leaf, which carries only their
// salted hash, and are never erased. Fields that do not apply are zero and are left out of the JSON, in which IDs and
// times (Unix milliseconds) are strings (factsJSON).
type Facts struct {
	Version int
	Index   int64     // the entry's place in the ledger, from 0
	Time    time.Time // to the millisecond
	Doubted bool      // the clock had been set forward: this Time does not count as the ledger's latest
	Event   Event
	Kind    model.CommandKind
	Class   model.Class // of the account, as it was when this happened
	Account model.ID
	Post    model.ID
	Target  model.ID // the person that the command is aimed at
	Actor   model.ID // the person who did it; zero when nobody did
	Login   model.ID
	Request model.ID
	Case    model.ID
	Handle  string
	Rule    string
	Policy  string // hash of the policy bundle that decided
	Law     string // the law that refused
	Note    string // what else must never be erased; names no member
	Origin  string // of the ledger, in its first entry only
	Need    model.Requirement
	Keys    []KeyFact
	Rows    []Row
}

// KeyFact names one key that was turned.
type KeyFact struct {
	Credential model.ID `json:"credential,omitempty"`
	Login      model.ID `json:"login,omitempty"`
	Owner      bool     `json:"owner,omitempty"` // the owner of the account, with a passkey of the account's; Person is zero then
	Person     model.ID `json:"person"`
	Session    bool     `json:"session,omitempty"` // a session stood for the key (standard accounts, one key)
}

// Row is one privileged row as it is after the change, and as it was before: replaying the rows of all entries gives the privileged tables.
type Row struct {
	Before map[string]string `json:"before,omitzero"` // the row as it was, in the form of Values; nil: there was none
	Key    string            `json:"key"`             // the row's primary key, as text
	Table  string            `json:"table"`
	Values map[string]string `json:"values"` // by column, as text; a column that is NULL is absent; nil: the row is deleted
}

// Keyholders is how many different people's keys were turned, the account's owner among them.
func (f Facts) Keyholders() int {
	people := map[model.ID]bool{}
	for _, k := range f.Keys {
		people[k.Person] = true
	}
	return len(people)
}

// The most that facts may ask for. Nanoseconds up to maxWait are exact in JSON, whose numbers are doubles.
const (
	maxKeys = 1000
	maxWait = 90 * 24 * time.Hour
)

// check says what keeps the facts from being sealed, or from having been sealed by this code.
func (f Facts) check() error {
	if err := checkPublic(f.Version, f.Time, f.Event, f.Kind, f.Class); err != nil {
		return err
	}
	if f.Index < 0 {
		return errors.New("the index is negative")
	}
	if n := f.Need; n.Keys < 0 || n.Keys > maxKeys || n.Teams < 0 || n.Teams > maxKeys || n.Wait < 0 || n.Wait > maxWait {
		return fmt.Errorf("%d keys of %d teams and a wait of %v are no requirement", n.Keys, n.Teams, n.Wait)
	}
	texts := []string{f.Handle, f.Rule, f.Policy, f.Law, f.Note, f.Origin}
	for _, r := range f.Need.Roles {
		texts = append(texts, string(r))
	}
	for _, r := range f.Rows {
		texts = append(texts, r.Table, r.Key)
		for _, values := range []map[string]string{r.Values, r.Before} {
			for column, value := range values {
				texts = append(texts, column, value)
			}
		}
	}
	// JSON would silently write something else for what is not UTF-8.
	if slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return errors.New("a text is not UTF-8")
	}
	return nil
}

// checkPublic checks what facts and leaf have in common. An empty kind or class means that there is none.
func checkPublic(version int, t time.Time, e Event, kind model.CommandKind, class model.Class) error {
	if version != Version {
		return fmt.Errorf("version %d is not known", version)
	}
	if y := t.UTC().Year(); y < 1970 || y > 9999 {
		return fmt.Errorf("the year %d is out of range", y)
	}
	if !slices.Contains(Events(), e) {
		return fmt.Errorf("%q is no event", e)
	}
	if _, ok := model.InfoOf(kind); !ok && kind != "" {
		return fmt.Errorf("%q is no command", kind)
	}
	if class != "" && class.Rank() < 0 {
		return fmt.Errorf("%q is no class", class)
	}
	return nil
}
