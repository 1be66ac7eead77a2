package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"keyturn/internal/audit"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

type ledgerProveCmd struct {
	storeFlags
	Entry       string `arg:"" optional:"" help:"The entry's index, or @handle for the one that put the newest sanction on that account."`
	Request     string `help:"Instead: the entry that executed this request, or brought it to its end." placeholder:"ID"`
	Out         string `help:"The file to write." required:"" type:"path" placeholder:"FILE"`
	Public      bool   `help:"Show the public leaf only, which names nobody."`
	WithPrivate bool   `help:"Also show the private parts: the reason, e-mail addresses."`
	Since       int64  `help:"Also show that the ledger only added to what it was at this size, for who kept that checkpoint." placeholder:"SIZE"`
}

func (c *ledgerProveCmd) Run(ctx context.Context, con *console) error {
	if (c.Entry == "") == (c.Request == "") {
		return model.Invalid("entry", "give an index, an @handle or --request, and one of them only")
	}
	st, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	index, err := c.index(ctx, st)
	if err != nil {
		return err
	}
	bundle, err := audit.Prove(ctx, st, index, audit.Show{Public: c.Public, Private: c.WithPrivate, Since: c.Since})
	if err != nil {
		return err
	}
	text, err := bundle.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, text, 0o600); err != nil {
		return fmt.Errorf("writing the proof: %w", err)
	}
	what := "their facts, with the names of people and accounts in them, and no private part"
	switch {
	case c.Public:
		what = "the public leaf only"
	case c.WithPrivate:
		what = "their facts and their private parts"
	}
	fmt.Fprintf(con.out, "%s proves entry %d by %d entries; it shows %s\n", c.Out, index, len(bundle.Entries), what)
	return nil
}

func (c *ledgerProveCmd) index(ctx context.Context, st *store.Store) (int64, error) {
	if c.Request != "" {
		id, err := model.ParseID("request", c.Request)
		if err != nil {
			return 0, err
		}
		return audit.IndexOf(ctx, st, id)
	}
	if strings.HasPrefix(c.Entry, "@") {
		return audit.IndexOn(ctx, st, c.Entry)
	}
	index, err := strconv.ParseInt(c.Entry, 10, 64)
	if err != nil {
		return 0, model.Invalid("entry", "%q is no index and no @handle", c.Entry)
	}
	return index, nil
}

type ledgerCheckProofCmd struct {
	File       string `arg:"" help:"What prove wrote." type:"existingfile"`
	VKey       string `name:"vkey" help:"The ledger's key, as you have it from elsewhere: the server shows it at /vkey." placeholder:"VKEY"`
	Checkpoint string `help:"A checkpoint of the ledger that you kept." type:"existingfile" placeholder:"FILE"`
	JSON       bool   `help:"Print what is proved as JSON."`
}

func (c *ledgerCheckProofCmd) Run(_ context.Context, con *console) error {
	text, err := readUpTo(c.File, audit.MaxBundle+1)
	if err != nil {
		return err
	}
	var kept []byte
	if c.Checkpoint != "" {
		if kept, err = readUpTo(c.Checkpoint, 1<<16); err != nil {
			return err
		}
	}
	claim, err := audit.CheckBundle(text, strings.TrimSpace(c.VKey), kept)
	if err != nil {
		fmt.Fprintf(con.out, "✗ %v\n✗ the file proves nothing\n", err)
		return failed{}
	}
	if c.JSON {
		return printJSON(con.out, claim)
	}
	fmt.Fprintln(con.out, "It proves:")
	for _, line := range claim.Proves {
		fmt.Fprintln(con.out, "  ✓", line)
	}
	fmt.Fprintln(con.out, "It does not prove:")
	for _, line := range claim.Lacks {
		fmt.Fprintln(con.out, "  –", line)
	}
	if !claim.Trusted {
		fmt.Fprintf(con.out, "The key that came with the file is\n  %s\n", claim.VKey)
	}
	return nil
}

// readUpTo reads at most limit bytes of a file.
func readUpTo(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return b, nil
}
