package main

import (
	"bufio"
	"context"
	"fmt"

	"keyturn/internal/audit"
)

type ledgerExportCmd struct {
	storeFlags
	From        int64  `help:"First entry." default:"0" placeholder:"INDEX"`
	To          int64  `help:"Entry to stop before; 0 for all." default:"0" placeholder:"INDEX"`
	Format      string `help:"${enum}: the entries as they are, or events of the Open Cybersecurity Schema Framework 1.3.0." enum:"jsonl,ocsf" default:"jsonl"`
	WithPrivate bool   `help:"Also the private parts: reasons and e-mail addresses."`
}

func (c *ledgerExportCmd) Run(ctx context.Context, con *console) error {
	st, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	out := bufio.NewWriterSize(con.out, 1<<16)
	x := audit.Export{From: c.From, To: c.To, OCSF: c.Format == "ocsf", Private: c.WithPrivate, Version: version()}
	if _, err := x.Write(ctx, st, out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the export: %w", err)
	}
	return nil
}
