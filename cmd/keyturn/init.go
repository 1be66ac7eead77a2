package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"time"

	"keyturn/internal/founding"
	"keyturn/internal/guard"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
	"keyturn/internal/web"
)

// farewell is how long the founders' pages are served on after the birth, so that each of them learns of it.
const farewell = 4 * time.Second

type initCmd struct {
	Data          string        `help:"Data directory of the embedded database." type:"path" placeholder:"DIR"`
	Database      string        `help:"PostgreSQL database instead of the embedded one." placeholder:"URL" env:"KEYTURN_DATABASE"`
	URL           string        `help:"The network's public address, for good: https, or http on localhost. By default http://localhost:8080." placeholder:"URL"`
	DeskURL       string        `help:"The desk's address, for good, since passkeys are made for it: https, or http on localhost; no IP address. By default http://localhost:8081." placeholder:"URL"`
	Desk          string        `help:"Address of the listener for the founders' pages, to which --desk-url has to lead. By default 127.0.0.1, at the port of an http --desk-url or else 8081." placeholder:"ADDR"`
	Founder       []string      `help:"A founder. Three are needed: admin, security and lead, from at least two teams." sep:"none" placeholder:"ROLE=LOGIN:NAME:TEAM"`
	HighProfileAt int64         `help:"Followers at which an account becomes high_profile by itself." default:"100000" placeholder:"N"`
	Recovery      string        `help:"Make recovery keys, and leave them in this directory to be printed and sealed." type:"path" placeholder:"DIR"`
	Timeout       time.Duration `help:"How long the founders have." default:"1h"`
	RecoveryKeys  sealed        `embed:"" prefix:"recovery-"`
	JSON          bool          `help:"Print what happens as JSON, one object a line, and ask nothing."`
}

// Run founds the store. What the command line does not say is asked for at a terminal, and is as usual elsewhere.
func (c *initCmd) Run(ctx context.Context, con *console) error {
	st, err := store.Open(ctx, store.Config{Dir: c.Data, URL: c.Database, Now: time.Now})
	if err != nil {
		return err
	}
	defer st.Close()
	if err := guard.Unborn(ctx, st.Reads); err != nil {
		return err // nobody is asked anything in vain
	}
	tell := &initTeller{con: con, json: c.JSON}
	cfg := founding.Config{Store: st, HighProfileAt: c.HighProfileAt, Software: []byte(softkey.AAGUID), Made: tell.made,
		Log: slog.New(slog.NewTextHandler(con.err, &slog.HandlerOptions{Level: slog.LevelWarn})), Now: time.Now}
	ask := asker{out: con.out}
	if !c.JSON && terminal(os.Stdin) {
		ask.answers = lines(os.Stdin)
	}
	if err := c.answers(ctx, ask, &cfg); err != nil {
		return err
	}
	if c.Recovery != "" {
		keys, err := c.RecoveryKeys.make(c.Recovery)
		if err != nil {
			return err
		}
		cfg.Recovery = &keys
	}
	f, err := founding.New(ctx, cfg)
	if err != nil {
		return err
	}
	settings := f.Settings()
	ln, err := net.Listen("tcp", c.listenAddress(settings.DeskURL))
	if err != nil {
		return fmt.Errorf("listening for the founders (--desk): %w", err)
	}
	tell.links(f.Links(), settings, ln.Addr(), time.Now().Add(c.Timeout))
	if err := c.wait(ctx, f, ln); err != nil {
		return tell.stopped(err)
	}
	tell.born(c, settings, ln.Addr())
	return nil
}

// listenAddress is where the founders' pages are served: passkeys work at the desk's address only, so the default is
// where that leads to on this machine, or where a proxy in front of it looks for `keyturn serve`.
func (c *initCmd) listenAddress(deskURL string) string {
	if c.Desk != "" {
		return c.Desk
	}
	if u, err := url.Parse(deskURL); err == nil && u.Scheme == "http" {
		port := u.Port()
		if port == "" {
			port = "80"
		}
		return net.JoinHostPort("127.0.0.1", port)
	}
	return "127.0.0.1:8081"
}

// errTimeout and errInterrupted are the ends of a founding in which nothing came to be.
var (
	errTimeout     = errors.New("the founders' time is over: nothing was founded, and the store is as empty as before")
	errInterrupted = errors.New("interrupted: nothing was founded, and the store is as empty as before")
)

// wait serves the founders' pages until the store is born, and some seconds more.
func (c *initCmd) wait(ctx context.Context, f *founding.Founding, ln net.Listener) error {
	h, err := f.Handler()
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	limit := time.AfterFunc(c.Timeout, stop)
	defer limit.Stop()
	go func() {
		select {
		case <-f.Done():
			limit.Stop()
			time.AfterFunc(farewell, stop)
		case <-serving.Done():
		}
	}()
	served := web.Serve(serving, ln, h, drainTime)
	// Only now is it certain: a passkey that was under way when the time was over has been taken or not.
	born, err := f.Born()
	switch {
	case born:
		return nil
	case err != nil:
		return err
	case ctx.Err() != nil:
		return errInterrupted
	case serving.Err() != nil:
		return errTimeout
	}
	return served
}
