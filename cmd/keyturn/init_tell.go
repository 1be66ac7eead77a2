package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"keyturn/internal/founding"
	"keyturn/internal/guard"
	"keyturn/internal/model"
)

// initTeller says how a founding goes: to people, or to programs as one JSON object a line.
type initTeller struct {
	con  *console
	json bool
}

// initEvent is one line of JSON.
type initEvent struct {
	Event       string     `json:"event"` // link, passkey, born, stopped
	Role        model.Role `json:"role,omitempty"`
	Login       string     `json:"login,omitempty"`
	Name        string     `json:"name,omitempty"`
	Team        string     `json:"team,omitempty"`
	Link        string     `json:"link,omitempty"`
	Key         string     `json:"key,omitempty"`
	Fingerprint string     `json:"fingerprint,omitempty"`
	Made        int        `json:"made,omitempty"`
	Of          int        `json:"of,omitempty"`
	Until       time.Time  `json:"until,omitzero"`
	URL         string     `json:"url,omitempty"`
	DeskURL     string     `json:"desk_url,omitempty"`
	Next        string     `json:"next,omitempty"`
	Why         string     `json:"why,omitempty"`
}

// event prints a line for programs, if they are who listens.
func (t *initTeller) event(e initEvent) {
	if !t.json {
		return
	}
	enc := json.NewEncoder(t.con.out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(e) // a program that hung up is nobody's error
}

// say prints a line for people, if they are who listens.
func (t *initTeller) say(format string, args ...any) {
	if !t.json {
		fmt.Fprintf(t.con.out, format, args...)
	}
}

func founderEvent(event string, f founding.Founder) initEvent {
	return initEvent{Event: event, Role: f.Role, Login: f.Login, Name: f.Name, Team: f.Team}
}

// links tells each founder's link, once.
func (t *initTeller) links(links []founding.Link, s guard.Settings, at net.Addr, until time.Time) {
	t.say("Founding %s, with its desk at %s (listening on %s).\n\n", s.URL, s.DeskURL, at)
	t.say("Give each founder their own link, by a way that nobody else reads: whoever opens it is that founder.\n\n")
	for _, l := range links {
		t.say("  %s: %s (login %s, team %s)\n    %s\n\n", l.Role, l.Name, l.Login, l.Team, l.URL)
		e := founderEvent("link", l.Founder)
		e.Link, e.Until = l.URL, until.UTC().Truncate(time.Second)
		t.event(e)
	}
	t.say("Each makes %d passkeys, on two authenticators, by %s. Until then the store stays empty; Ctrl-C gives up.\n\n",
		founding.KeysEach, until.Format("15:04"))
}

func (t *initTeller) made(m founding.Made) {
	t.say("✓ %s (%s) made passkey %d of %d, %q, fingerprint %s\n", m.Name, m.Role, m.Count, founding.KeysEach, m.Key, m.Fingerprint)
	e := founderEvent("passkey", m.Founder)
	e.Key, e.Fingerprint, e.Made, e.Of = m.Key, m.Fingerprint, m.Count, founding.KeysEach
	t.event(e)
}

// stopped tells programs that nothing was founded, and returns the error for people and the exit code.
func (t *initTeller) stopped(err error) error {
	t.event(initEvent{Event: "stopped", Why: err.Error()})
	if errors.Is(err, errTimeout) {
		fmt.Fprintln(t.con.err, "keyturn:", err)
		return failed{}
	}
	return err
}

// born tells what to do next.
func (t *initTeller) born(c *initCmd, s guard.Settings, desk net.Addr) {
	where := "--data " + c.Data
	if c.Database != "" {
		where = "--database …" // the address holds a password
	}
	next := fmt.Sprintf("%s serve %s --desk %s --url %s --desk-url %s", os.Args[0], where, desk, s.URL, s.DeskURL)
	t.say(`
✓ The network is founded. Start it:

    %s

  Then each founder signs in at %s. docs/OPERATIONS.md says how they bring in the others.
`, next, s.DeskURL)
	if c.Recovery != "" {
		t.say(`
  %d recovery keys are in %s, of which it takes %d. Print each, seal it, give each to somebody else, and
  delete the files.
`, c.RecoveryKeys.Keys, c.Recovery, c.RecoveryKeys.Threshold)
	} else {
		t.say(`
  No recovery keys were made (--recovery DIR). Until there are some, nobody comes back who loses both passkeys while
  too few others hold keys.
`)
	}
	t.event(initEvent{Event: "born", URL: s.URL, DeskURL: s.DeskURL, Next: next})
}
