package ledger

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"keyturn/internal/model"
)

// factsJSON is Facts as they stand in the JSON. Its members, and those of the types below, are in the order of RFC 8785,
// so that what encoding/json writes is canonical but for a few characters (canonical).
type factsJSON struct {
	Account model.ID          `json:"account,omitempty"`
	Actor   model.ID          `json:"actor,omitempty"`
	Case    model.ID          `json:"case,omitempty"`
	Class   model.Class       `json:"class,omitempty"`
	Doubted bool              `json:"clock_doubted,omitempty"`
	Event   Event             `json:"event"`
	Handle  string            `json:"handle,omitempty"`
	Index   int64             `json:"index,string"`
	Keys    []KeyFact         `json:"keys,omitempty"`
	Kind    model.CommandKind `json:"kind,omitempty"`
	Law     string            `json:"law,omitempty"`
	Login   model.ID          `json:"login,omitempty"`
	Need    model.Requirement `json:"need,omitzero"`
	Note    string            `json:"note,omitempty"`
	Origin  string            `json:"origin,omitempty"`
	Policy  string            `json:"policy,omitempty"`
	Post    model.ID          `json:"post,omitempty"`
	Request model.ID          `json:"request,omitempty"`
	Rows    []Row             `json:"rows,omitempty"`
	Rule    string            `json:"rule,omitempty"`
	Target  model.ID          `json:"target,omitempty"`
	Time    string            `json:"time"` // Unix milliseconds
	Version int               `json:"version"`
}

func jsonOf(f Facts) factsJSON {
	return factsJSON{
		Account: f.Account, Actor: f.Actor, Case: f.Case, Class: f.Class, Doubted: f.Doubted, Event: f.Event, Handle: f.Handle, Index: f.Index,
		Keys: f.Keys, Kind: f.Kind, Law: f.Law, Login: f.Login, Need: f.Need, Note: f.Note, Origin: f.Origin,
		Policy: f.Policy, Post: f.Post, Request: f.Request, Rows: f.Rows, Rule: f.Rule, Target: f.Target,
		Time: strconv.FormatInt(f.Time.UnixMilli(), 10), Version: f.Version,
	}
}

func (j factsJSON) facts() (Facts, error) {
	ms, err := strconv.ParseInt(j.Time, 10, 64)
	if err != nil || strconv.FormatInt(ms, 10) != j.Time {
		return Facts{}, fmt.Errorf("the time of facts %q is not in milliseconds", j.Time)
	}
	return Facts{
		Account: j.Account, Actor: j.Actor, Case: j.Case, Class: j.Class, Doubted: j.Doubted, Event: j.Event, Handle: j.Handle, Index: j.Index,
		Keys: j.Keys, Kind: j.Kind, Law: j.Law, Login: j.Login, Need: j.Need, Note: j.Note, Origin: j.Origin,
		Policy: j.Policy, Post: j.Post, Request: j.Request, Rows: j.Rows, Rule: j.Rule, Target: j.Target,
		Time: time.UnixMilli(ms).UTC(), Version: j.Version,
	}, nil
}

// MarshalJSON writes the time as Unix milliseconds in a string.
func (f Facts) MarshalJSON() ([]byte, error) { return json.Marshal(jsonOf(f)) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Facts) UnmarshalJSON(b []byte) error {
	var in factsJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return fmt.Errorf("reading facts: %w", err)
	}
	var err error
	*f, err = in.facts()
	return err
}

// sealFacts writes facts in canonical JSON; openFacts reads them and nothing else.
func sealFacts(f Facts) ([]byte, error) { return canonical(jsonOf(f)) }

func openFacts(b []byte) (Facts, error) {
	var in factsJSON
	if err := parseCanonical(b, &in); err != nil {
		return Facts{}, err
	}
	return in.facts()
}
