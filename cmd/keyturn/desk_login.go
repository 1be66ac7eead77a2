package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

type deskLoginCmd struct {
	Timeout time.Duration `help:"How long to wait until somebody has allowed it; the code is good for 10 minutes." default:"10m" placeholder:"TIME"`

	Out string `help:"Write the session to this file instead; --session names it later." type:"path" placeholder:"FILE"`
}

func (c *deskLoginCmd) Run(ctx context.Context, con *console, root *cli) error {
	d := &root.Desk
	if c.Out != "" {
		d.Session = c.Out
	}
	file, err := d.sessionFile()
	if err != nil {
		return err
	}
	stranger, err := deskclient.Stranger(d.DeskURL)
	if err != nil {
		return err
	}
	codes, err := stranger.BeginLogin(ctx)
	if err != nil {
		return d.answer(con, deskclient.Request{}, err)
	}
	if d.JSON {
		err = printJSON(con.out, map[string]any{"page": codes.Page, "code": codes.User, "expires_at": codes.ExpiresAt})
		if err != nil {
			return err
		}
	} else {
		fmt.Fprintf(con.out, "Open %s in your browser, and type this code there:\n\n    %s\n\nIt is good until %s.\n", codes.Page, codes.User,
			codes.ExpiresAt.Local().Format(time.TimeOnly))
	}
	waits, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	session, err := stranger.Await(waits, codes)
	if err != nil && waits.Err() != nil && ctx.Err() == nil {
		return model.Errorf(model.KindUnauthenticated, "nobody has allowed it within %s", model.Lasting(c.Timeout))
	}
	if err != nil {
		return d.answer(con, deskclient.Request{}, err)
	}
	if err := session.Save(file); err != nil {
		return err
	}
	if d.JSON {
		return printJSON(con.out, map[string]any{"login": session.Login, "expires_at": session.ExpiresAt, "session": file})
	}
	fmt.Fprintf(con.out, "✓ signed in as %s until %s; the session is in %s\n", session.Login, session.ExpiresAt.Local().Format(time.DateTime), file)
	if d.Keys != "" {
		fmt.Fprintln(con.out, "  --keys (or KEYTURN_KEYS) goes before it: leave that out to use the session")
	}
	return nil
}

type deskLogoutCmd struct{}

func (c *deskLogoutCmd) Run(ctx context.Context, con *console, root *cli) error {
	d := &root.Desk
	if d.Keys != "" {
		return model.Invalid("keys", "there is no session to end: software keys sign in anew for each command")
	}
	client, err := d.client(ctx)
	if err != nil {
		return err
	}
	err = client.SignOut(ctx)
	if no, refused := deskclient.Refused(err); refused && no.Kind == string(model.KindUnauthenticated) {
		err = nil // it has ended
	}
	if err != nil {
		return err
	}
	file, err := d.sessionFile()
	if err == nil {
		err = os.Remove(file)
	}
	if err == nil && !d.JSON {
		fmt.Fprintf(con.out, "✓ %s is signed out\n", client.Login())
	}
	return err
}

// sessionFile is where the session for the desk is kept.
func (d *deskCmd) sessionFile() (string, error) {
	if d.Session != "" {
		return d.Session, nil
	}
	u, err := url.Parse(d.DeskURL)
	if err != nil || u.Host == "" {
		return "", model.Invalid("desk-url", "must be like https://desk.example")
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", model.Invalid("session", "is needed: %v", err)
	}
	sum := sha256.Sum256([]byte(strings.TrimSuffix(d.DeskURL, "/")))
	return filepath.Join(dir, "keyturn", fmt.Sprintf("session-%s-%x.json", u.Hostname(), sum[:4])), nil
}
