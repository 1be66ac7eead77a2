package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"keyturn/internal/founding"
)

// The addresses of a network when nobody says any: a first start on one's own machine.
const (
	usualURL     = "http://localhost:8080"
	usualDeskURL = "http://localhost:8081"
)

// asker asks the person at a terminal.
type asker struct {
	answers <-chan string // line by line; nil: nobody is there, and everything is as usual
	out     io.Writer
}

// lines reads lines as they are asked for, until the end. Reading a terminal cannot be interrupted: it ends with the
// process.
func lines(in io.Reader) <-chan string {
	c := make(chan string)
	go func() {
		defer close(c)
		for s := bufio.NewScanner(in); s.Scan(); {
			c <- strings.TrimSpace(s.Text())
		}
	}()
	return c
}

// ask asks one question; an empty answer, or none, is the usual one.
func (a asker) ask(ctx context.Context, question, usual string) (string, error) {
	if a.answers == nil {
		return usual, nil
	}
	fmt.Fprintf(a.out, "%s [%s]: ", question, usual)
	select {
	case answer := <-a.answers:
		if answer == "" {
			answer = usual
		}
		return answer, nil
	case <-ctx.Done():
		fmt.Fprintln(a.out)
		return "", errInterrupted
	}
}

// answers fills in addresses and founders: by the flags, and where there are none by asking.
func (c *initCmd) answers(ctx context.Context, a asker, cfg *founding.Config) error {
	for _, s := range c.Founder {
		f, err := founding.ParseFounder(s)
		if err != nil {
			return err
		}
		cfg.Founders = append(cfg.Founders, f)
	}
	cfg.URL, cfg.DeskURL = c.URL, c.DeskURL
	var open []question
	if cfg.URL == "" {
		open = append(open, question{"The network's public address, for good", usualURL, &cfg.URL})
	}
	if cfg.DeskURL == "" {
		open = append(open, question{"The desk's address, for good", usualDeskURL, &cfg.DeskURL})
	}
	if len(cfg.Founders) == 0 {
		for _, role := range founding.Roles() {
			cfg.Founders = append(cfg.Founders, founding.Usual(role))
		}
		for i := range cfg.Founders {
			f := &cfg.Founders[i]
			open = append(open, question{fmt.Sprintf("Founder, %s: name", f.Role), f.Name, &f.Name},
				question{"  login", f.Login, &f.Login}, question{"  team", f.Team, &f.Team})
		}
	}
	for _, q := range open {
		answer, err := a.ask(ctx, q.text, q.usual)
		if err != nil {
			return err
		}
		*q.into = answer
	}
	return nil
}

// question is one that a flag did not answer.
type question struct {
	text, usual string
	into        *string
}

// terminal reports whether a file is one that a person sits at.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && !os.SameFile(info, null)
}
