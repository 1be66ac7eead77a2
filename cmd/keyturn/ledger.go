package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

type ledgerCmd struct {
	Verify ledgerVerifyCmd `cmd:"" help:"Check the tree, every entry, every signature, and that the database is what the ledger says. Names each row that differs; exit 1 when there is one."`
	Who    ledgerWhoCmd    `cmd:"" help:"What is on an account, or was at a time, since when, by whom, with whose keys, on which case, under which policy, with the proof."`
	Prove  ledgerProveCmd  `cmd:"" help:"Write a file that proves an entry to somebody who has nothing else, with the keys behind it."`
	Export ledgerExportCmd `cmd:"" help:"Write the entries as JSON lines, or as OCSF events for a SIEM."`

	CheckProof ledgerCheckProofCmd `cmd:"" help:"Check a file that prove wrote, without a store or a network; exit 1 when anything does not hold."`
}

type ledgerVerifyCmd struct {
	storeFlags
	Checkpoint string `help:"A checkpoint that was kept: the ledger must only have added to it." type:"existingfile" placeholder:"FILE"`
	JSON       bool   `help:"Print the report as JSON."`
}

func (c *ledgerVerifyCmd) Run(ctx context.Context, con *console) error {
	st, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	progress, done := con.progress("entries")
	defer done()
	report, err := audit.Verify(ctx, st, progress)
	if err == nil {
		err = c.kept(ctx, st, &report)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(con.out, report)
	} else {
		printReport(con, report)
	}
	if err == nil && !report.OK() {
		err = failed{}
	}
	return err
}

// kept holds the ledger against the checkpoint that was kept.
func (c *ledgerVerifyCmd) kept(ctx context.Context, st *store.Store, report *audit.Report) error {
	if c.Checkpoint == "" {
		return nil
	}
	text, err := os.ReadFile(c.Checkpoint)
	if err != nil {
		return err
	}
	why, err := audit.GrewFrom(ctx, st.Reads, text)
	if why != "" {
		report.Findings = append(report.Findings, audit.Finding{Entry: report.Size, What: why})
	}
	return err
}

// progressEvery is how often progress is shown.
const progressEvery = 200 * time.Millisecond

// progress shows how far a long work is, if on a terminal; done clears the line.
func (con *console) progress(what string) (show func(done, of int64), done func()) {
	if info, err := con.err.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	return progressOn(con.err, what, time.Now), func() { fmt.Fprint(con.err, "\r\033[K") }
}

// progressOn shows how much of what a long work has done, how fast it goes and how long it will yet take, on a line of a
// terminal.
func progressOn(w io.Writer, what string, now func() time.Time) func(done, of int64) {
	start := now()
	shown := start
	return func(done, of int64) {
		t := now()
		if done < of && t.Sub(shown) < progressEvery {
			return
		}
		shown = t
		rate := float64(done) / max(t.Sub(start).Seconds(), 1e-3)
		left := time.Duration(float64(of-done) / rate * float64(time.Second)).Round(time.Second)
		fmt.Fprintf(w, "\r\033[K%d of %d %s (%d %%), %.0f %s/s, %s left", done, of, what, 100*done/max(of, 1), rate, what, model.Lasting(left))
	}
}

func printReport(con *console, r audit.Report) {
	for _, f := range r.Findings {
		fmt.Fprintln(con.out, "✗", f)
	}
	fmt.Fprintf(con.out, "%s\n  %d entries, root %s\n  %d signatures checked, %d rows compared\n", r.Origin, r.Size, r.Root, r.Signatures, r.Rows)
	if r.Erased > 0 {
		fmt.Fprintf(con.out, "  the private part of %d entries is %s; the rest of them is whole\n", r.Erased, audit.Erased)
	}
	if r.OK() {
		fmt.Fprintln(con.out, "✓ the ledger is whole and the database is what it says")
	} else {
		fmt.Fprintf(con.out, "✗ %d findings\n", len(r.Findings))
	}
}
