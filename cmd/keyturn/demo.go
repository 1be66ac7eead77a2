package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keyturn/internal/demo"
	"keyturn/internal/guard"
	"keyturn/internal/mastodon"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
)

type demoCmd struct {
	Data      string `help:"Directory for the demo's store; an earlier demo there goes on. Without it the demo starts fresh and is gone when it ends." type:"path" placeholder:"DIR"`
	Followers int    `help:"How many accounts follow @president." default:"10000" placeholder:"N"`
	Listen    string `help:"Address of the network's listener; loopback only." default:"127.0.0.1:8080" placeholder:"ADDR"`
	Desk      string `help:"Address of the desk's listener; loopback only." default:"127.0.0.1:8081" placeholder:"ADDR"`
	Ops       string `help:"Address of the ops listener; loopback only." default:"127.0.0.1:8082" placeholder:"ADDR"`
	Keys      string `help:"Directory for the staff's software keys; by default keys in the data directory." type:"path" placeholder:"DIR"`
	Verbose   bool   `help:"Log every request." short:"v"`
}

func (c *demoCmd) Run(ctx context.Context, con *console) error {
	started := time.Now()
	if err := demo.CheckFollowers(c.Followers); err != nil {
		return err
	}
	for field, addr := range map[string]string{"listen": c.Listen, "desk": c.Desk, "ops": c.Ops} {
		if err := loopback(field, addr); err != nil {
			return err
		}
	}
	kept := beside(c.Data)
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "keyturn-demo-")
		if err != nil {
			return fmt.Errorf("making a directory for the demo: %w", err)
		}
		defer os.RemoveAll(dir)
		c.Data = dir
	}
	if c.Keys == "" {
		c.Keys = filepath.Join(c.Data, "keys")
	}
	l, err := listen(c.Listen, c.Desk, c.Ops)
	if err != nil {
		return errors.Join(err, errors.New("is another demo running? --listen, --desk and --ops take other addresses"))
	}
	st, err := c.open(ctx, l)
	if err != nil {
		l.close()
		return err
	}
	defer st.Close()
	settings, err := guard.LoadSettings(ctx, st)
	if err != nil {
		l.close()
		return err
	}
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	c.welcome(con, settings, time.Since(started))
	// Whoever tries a demo may register as many members as they like; guessing passwords stays slow.
	e := edge{limits: mastodon.Limits{SignIns: mastodon.DefaultLimits().SignIns}, kept: kept}
	return runServer(ctx, st, l, e, slog.New(slog.NewTextHandler(con.err, &slog.HandlerOptions{Level: level})))
}

// open opens the demo's store, making it first where there is none. A store that was not born as a demo is refused.
func (c *demoCmd) open(ctx context.Context, l listeners) (*store.Store, error) {
	st, err := store.Open(ctx, store.Config{Dir: c.Data, Now: time.Now})
	if err != nil {
		return nil, err
	}
	url, deskURL := localURL(l.network.Addr().String()), localURL(l.desk.Addr().String())
	if err = c.fill(ctx, st, url, deskURL); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return st, nil
}

func (c *demoCmd) fill(ctx context.Context, st *store.Store, url, deskURL string) error {
	origin, err := st.Origin(ctx)
	if err != nil {
		return err
	}
	if origin != "" {
		settings, err := guard.LoadSettings(ctx, st)
		if err != nil {
			return err
		}
		if !settings.Demo {
			return model.Errorf(model.KindConflict, "the store in %s is a real one: it is not touched", c.Data)
		}
		if settings.URL != url || settings.DeskURL != deskURL {
			return model.Errorf(model.KindConflict, "this demo was born at %s with its desk at %s: start it there, or in another directory", settings.URL, settings.DeskURL)
		}
		return nil
	}
	if err := os.Remove(beside(c.Data)); err != nil && !errors.Is(err, fs.ErrNotExist) { // an earlier demo's
		return err
	}
	now := time.Now()
	w, err := demo.Make(c.Followers, 1, now)
	if err != nil {
		return err
	}
	if err := w.Write(ctx, st); err != nil {
		return err
	}
	keys, sealed, err := demo.RecoveryKeys()
	if err != nil {
		return err
	}
	if err := saveSealed(filepath.Join(c.Keys, "recovery"), sealed, 0); err != nil {
		return err
	}
	rings, err := demo.Born(ctx, st, demo.Birth{URL: url, DeskURL: deskURL, Divisor: demo.WaitDivisor, Now: now, Recovery: &keys,
		Classes: w.Classes(), Linked: w.Linked()})
	if err != nil {
		return fmt.Errorf("founding the demo: %w", err)
	}
	for _, ring := range rings {
		if err := softkey.Dir(c.Keys).Save(ring); err != nil {
			return err
		}
	}
	return nil
}

// localURL is the address of a loopback listener as browsers have to name it: passkeys do not work on an IP address.
func localURL(addr string) string {
	return "http://localhost" + addr[strings.LastIndex(addr, ":"):]
}

// welcome tells the person who started the demo where everything is and what to try.
func (c *demoCmd) welcome(con *console, s guard.Settings, took time.Duration) {
	run := fmt.Sprintf("%s desk --desk-url %s --keys %s --as", os.Args[0], s.DeskURL, c.Keys)
	var staff strings.Builder
	for _, m := range demo.Staff(time.Now()) {
		fmt.Fprintf(&staff, "    %-10s %-8s %s\n", m.Logins[0], m.Name, m.About)
	}
	fmt.Fprintf(con.out, `Keyturn demo: ready in %.1f s. It serves this machine only, with software keys; waits are %d times shorter.

  Network   %s        members: %s, and each of the staff: @ada, @leila … (password of all: %q)
  Desk      %s        sign-ins below, with their keys in %s
  Ledger    %s/ledger/checkpoint        the public log: C2SP checkpoint and tiles
  Ops       http://%s/metrics

  Staff
%s
  Three things to try, in another terminal

  1. Be the contractor of that night:
       %s lastday request deactivate @president --reason "I feel like it"
  2. Do it properly: ask as agent, then turn the three keys that it names, then see who did it:
       %s agent request deactivate @president --reason "court order 17"
       %s lead key REQUEST        (then gov, then security)
  3. Replay the whole night and get the score card:
       %s drill eleven-minutes --url %s --desk-url %s --keys %s

  A Mastodon client: toot login_cli --disable-https -i %s -e uncle@example.org
  An app for moderators: any for Mastodon's, signed in as @ada (ada@example.org, the same password), which is Ada's own
  In the browser:    %s/@president, and the desk: choose a key file to sign in
  Ctrl-C stops it.
`, took.Seconds(), demo.WaitDivisor, s.URL, strings.Join(demo.Members(), ", "), demo.Password, s.DeskURL, c.Keys, s.URL, c.Ops, staff.String(),
		run, run, run, os.Args[0], s.URL, s.DeskURL, c.Keys, strings.TrimPrefix(s.URL, "http://"), s.URL)
}
