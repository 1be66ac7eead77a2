package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
	"keyturn/internal/recovery"
)

type recoveryCmd struct {
	Keygen recoveryKeygenCmd `cmd:"" help:"Make recovery keys, one file each, to be printed and sealed."`
	Sign   recoverySignCmd   `cmd:"" help:"Sign a recovery statement with one recovery key. Needs no network."`
	Submit recoverySubmitCmd `cmd:"" help:"Hand in a statement that enough recovery keys have signed: its public wait begins."`
}

// sealed says how many recovery keys to make, and how many it takes.
type sealed struct {
	Keys      int `help:"How many recovery keys." default:"5" placeholder:"N"`
	Threshold int `help:"How many of them it takes; at least 3." default:"3" placeholder:"M"`
}

// make makes the keys and leaves the secret halves in dir, one file each, which nobody else may read. A file that is there
// already is not touched.
func (s sealed) make(dir string) (recovery.Keys, error) {
	k := recovery.Keys{Threshold: s.Threshold}
	if s.Keys < 1 || s.Keys > recovery.MaxKeys {
		return k, model.Invalid("keys", "must be %d to %d", recovery.MinThreshold, recovery.MaxKeys)
	}
	secret := map[string]string{}
	for i := range s.Keys {
		name := fmt.Sprintf("recovery-%d-of-%d", i+1, s.Keys)
		skey, vkey, err := recovery.NewKey(name, rand.Reader)
		if err != nil {
			return k, err
		}
		k.VKeys, secret[name] = append(k.VKeys, vkey), skey
	}
	if _, err := recovery.ParseKeys("threshold", k.Encode()); err != nil {
		return k, err
	}
	return k, saveSealed(dir, secret, os.O_EXCL)
}

// saveSealed writes secret halves of recovery keys by their names; with os.O_EXCL in the flags over no other file.
func saveSealed(dir string, secret map[string]string, flags int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the directory for recovery keys: %w", err)
	}
	for name, skey := range secret {
		f, err := os.OpenFile(filepath.Join(dir, name+".key"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|flags, 0o600)
		if err != nil {
			return fmt.Errorf("writing a recovery key: %w", err)
		}
		_, err = io.WriteString(f, skey+"\n")
		if err := firstError(err, f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("writing a recovery key: %w", err)
		}
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

type recoveryKeygenCmd struct {
	sealed
	Out string `required:"" help:"Directory for the key files." type:"path" placeholder:"DIR"`
}

func (c *recoveryKeygenCmd) Run(con *console) error {
	k, err := c.make(c.Out)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.err, "%d recovery keys are in %s, of which it takes %d. Print each, seal it, give each to somebody else, and delete the files.\n"+
		"This is what the network has to know of them:\n", c.Keys, c.Out, c.Threshold)
	fmt.Fprintln(con.out, k.Encode())
	return nil
}

type recoverySignCmd struct {
	Key       string `required:"" help:"File of the recovery key." type:"existingfile" placeholder:"FILE"`
	Statement string `arg:"" help:"File with the statement; - for standard input." type:"path"`
	Yes       bool   `help:"Do not show the statement first." short:"y"`
}

func (c *recoverySignCmd) Run(con *console) error {
	skey, err := os.ReadFile(c.Key)
	if err != nil {
		return fmt.Errorf("reading the recovery key: %w", err)
	}
	text, err := readStatement(c.Statement)
	if err != nil {
		return err
	}
	s, err := recovery.Parse(text)
	if err != nil {
		return err
	}
	signed, err := recovery.Sign(string(skey), text)
	if err != nil {
		return err
	}
	if !c.Yes {
		fmt.Fprintf(con.err, "You say that the person with the login %s at %s shall have the passkey %s, in the place of those that they lost.\n"+
			"Be sure that it is that person who asks you. The statement is good until %s.\n", s.Login, s.Desk, s.Passkey, s.Until.Format(time.RFC1123))
	}
	fmt.Fprint(con.out, signed)
	return nil
}

// readStatement reads a file, or standard input for "-", with the newline at its end that mail and editors lose.
func readStatement(path string) (string, error) {
	in := io.Reader(os.Stdin)
	if filepath.Base(path) != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", fmt.Errorf("reading the statement: %w", err)
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, recovery.MaxKeys*recovery.MaxStatement))
	if err != nil {
		return "", fmt.Errorf("reading the statement: %w", err)
	}
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	return strings.TrimRight(text, " \n") + "\n", nil
}

type recoverySubmitCmd struct {
	DeskURL   string   `required:"" help:"The desk's address." placeholder:"URL" env:"KEYTURN_DESK_URL"`
	Statement []string `arg:"" help:"Files with the signed statement; - for standard input." type:"path"`
	JSON      bool     `help:"Print the answer as JSON."`
}

func (c *recoverySubmitCmd) Run(ctx context.Context, con *console) error {
	var all strings.Builder
	for _, path := range c.Statement {
		text, err := readStatement(path)
		if err != nil {
			return err
		}
		all.WriteString(text)
	}
	var begun struct {
		ID       model.ID  `json:"id"`
		State    string    `json:"state"`
		EffectAt time.Time `json:"effect_at"`
	}
	client, err := deskclient.Stranger(c.DeskURL)
	if err != nil {
		return err
	}
	err = client.Post(ctx, "/api/v1/recoveries", map[string]string{"statement": all.String()}, &begun)
	if no, refused := deskclient.Refused(err); refused {
		fmt.Fprintln(con.out, "✗ refused:", no)
		return failed{}
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(con.out, begun)
	}
	fmt.Fprintf(con.out, "✓ recovery %s has begun: unless a key-holder stops it, it takes effect at %s\n", begun.ID, begun.EffectAt.Local().Format(time.RFC1123))
	return nil
}
