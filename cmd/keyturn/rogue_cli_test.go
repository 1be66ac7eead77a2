package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
)

// shell is a rogue at the server's own machine: the data directory is there, and the rogue's keys in a directory.
type shell struct {
	*rogue
	keys string
	null *os.File
}

// commandLine runs every command of the program that names a store or a desk: the running server's. Commands that open
// the store only read it, and what speaks to the desk has no other keys than the rogue's.
func (r *rogue) commandLine() {
	s := &shell{rogue: r, keys: r.t.TempDir()}
	for _, login := range stolen(r.login) {
		r.must(softkey.Dir(s.keys).Save(r.Rings[login]))
	}
	var err error
	s.null, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	r.must(err)
	r.t.Cleanup(func() { s.null.Close() })
	q, _ := r.asks(deskclient.Order{Kind: model.CmdSuspend, Account: "@president", Case: r.cases["president"]})
	parser, err := kong.New(&cli{}, kong.Vars{"version": version()})
	r.must(err)
	for _, command := range parser.Model.Leaves(false) {
		if !s.reaches(command) {
			continue
		}
		for i := range s.rounds(command) {
			s.run(s.words(command, q.ID.String(), i))
		}
	}
}

func (r *rogue) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// reaches reports whether a command can be pointed at this server; bench and prove make stores of their own.
func (s *shell) reaches(command *kong.Node) bool {
	return !slices.Contains([]string{"bench", "prove"}, command.Path()) && slices.ContainsFunc(slices.Concat(command.AllFlags(false)...), func(f *kong.Flag) bool {
		return f.Name == "data" || f.Name == "desk-url"
	})
}

// harmful is what a rogue would like to have done.
var harmful = []string{"suspend", "deactivate", "ban", "limit", "lock", "purge", "reset_credentials", "rename_handle"}

// rounds is how often to run a command: where it takes the name of one, with several.
func (s *shell) rounds(command *kong.Node) int {
	for _, p := range command.Positional {
		if p.Name == "kind" && s.thorough {
			return len(harmful)
		}
	}
	return 1
}

// words is a command line for a command, with what the rogue has put in every place whose name is known.
func (s *shell) words(command *kong.Node, request string, round int) []string {
	president := s.posts["president"][0]
	known := map[string]string{"data": s.World.Dir, "desk-url": s.deskURL, "url": "http://localhost:8080", "keys": s.keys, "as": s.login,
		"reason": "because I can", "case": s.cases["president"], "command": "suspend", "account": "@president", "timeout": "1s",
		"listen": "127.0.0.1:0", "desk": "127.0.0.1:0", "ops": "127.0.0.1:0", "followers": "100", "founder": "admin=" + s.login + ":Me:mine",
		"kind": harmful[round], "target": "@president", "handle": "@president", "request": request, "account-or-post": president,
		"leaf": "0", "entry": "0", "index": "0"}
	var words []string
	for at := command; at != nil; at = at.Parent {
		for _, f := range at.Flags {
			text, ok := known[f.Name]
			if f.Required {
				text, ok = cmp.Or(text, "1"), true
			}
			if ok {
				words = append(words, "--"+f.Name+"="+text)
			}
		}
		if at.Type == kong.CommandNode {
			words = slices.Insert(words, 0, at.Name)
		}
	}
	words = append(words, "--")
	for _, p := range command.Positional {
		words = append(words, cmp.Or(known[p.Name], president))
	}
	return words
}

// run runs the program for as long as an answer may take, and has the witness look.
func (s *shell) run(words []string) {
	s.step()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	code := run(ctx, words, s.null, s.null)
	if ctx.Err() != nil {
		s.t.Errorf("keyturn %q has not ended", words)
	}
	s.tried(fmt.Sprintf("keyturn %q, which ended with %d", words, code))
}

// TestRogueKnowsTheCommandLine holds the rogue to words that the program takes: what is only refused for how it is said
// tries nothing.
func TestRogueKnowsTheCommandLine(t *testing.T) {
	r := newRogue(t, "lead")
	s := &shell{rogue: r, keys: t.TempDir()}
	parser, err := kong.New(&cli{}, kong.Vars{"version": version()}, kong.Exit(func(int) {}))
	r.must(err)
	n := 0
	for _, command := range parser.Model.Leaves(false) {
		if !s.reaches(command) {
			continue
		}
		n++
		words := s.words(command, "1", 0)
		if _, err := parser.Parse(words); err != nil {
			t.Errorf("keyturn %q: %v", words, err)
		}
	}
	if n < 12 {
		t.Errorf("%d commands only reach a server", n)
	}
}
