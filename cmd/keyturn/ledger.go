package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"keyturn/internal/audit"
)

type ledgerCmd struct {
	Verify ledgerVerifyCmd `cmd:"" help:"Check the tree, every entry, every signature, and that the database is what the ledger says. Names each row that differs; exit 1 when there is one."`
	Who    ledgerWhoCmd    `cmd:"" help:"What is on an account, since when, by whom, with whose keys, on which case, under which policy, with the proof."`
}

type ledgerVerifyCmd struct {
	storeFlags
	JSON bool `help:"Print the report as JSON."`
}

func (c *ledgerVerifyCmd) Run(ctx context.Context, con *console) error {
	st, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	var progress func(done, of int64)
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		progress = func(done, of int64) { fmt.Fprintf(con.err, "\r%d of %d entries", done, of) }
		defer fmt.Fprint(con.err, "\r\033[K")
	}
	report, err := audit.Verify(ctx, st, progress)
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

func printReport(con *console, r audit.Report) {
	for _, f := range r.Findings {
		fmt.Fprintln(con.out, "✗", f)
	}
	fmt.Fprintf(con.out, "%s\n  %d entries, root %s\n  %d signatures checked, %d rows compared\n", r.Origin, r.Size, r.Root, r.Signatures, r.Rows)
	if r.OK() {
		fmt.Fprintln(con.out, "✓ the ledger is whole and the database is what it says")
	} else {
		fmt.Fprintf(con.out, "✗ %d findings\n", len(r.Findings))
	}
}

type ledgerWhoCmd struct {
	storeFlags
	Handle string `arg:"" help:"The account, as @handle."`
	JSON   bool   `help:"Print the answer, with its proofs, as JSON."`
}

func (c *ledgerWhoCmd) Run(ctx context.Context, con *console) error {
	st, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	story, err := audit.Who(ctx, st, c.Handle, time.Now())
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(con.out, story)
	}
	fmt.Fprintf(con.out, "@%s (%s)\n", story.Handle, story.Class)
	if len(story.Sanctions) == 0 {
		fmt.Fprintln(con.out, "  nothing is on this account, and nothing ever was")
	}
	for _, a := range story.Sanctions {
		printAct(con, a)
	}
	return nil
}

func printAct(con *console, a audit.Act) {
	state := "lifted " + a.LiftedAt.Local().Format(time.DateTime)
	switch {
	case a.Active && a.End.IsZero():
		state = "in force"
	case a.Active:
		state = "in force until " + a.End.Local().Format(time.DateTime)
	case a.LiftedAt.IsZero():
		state = "ended " + a.End.Local().Format(time.DateTime)
	}
	what := string(a.Kind)
	if a.Post != 0 {
		what += " of post " + a.Post.String()
	}
	fmt.Fprintf(con.out, "\n  %s since %s, %s\n", what, a.Since.Local().Format(time.DateTime), state)
	fmt.Fprintf(con.out, "    asked for by  %s\n    keys          %s\n", a.Requester.Name, names(a.Keys))
	fmt.Fprintf(con.out, "    case %s, rule %q: %s\n", a.Case, a.Rule, a.Reason)
	fmt.Fprintf(con.out, "    request %s, policy %.19s…\n", a.Request, a.Policy)
	fmt.Fprintf(con.out, "    ledger entry %d, proved in the head of %d entries by %d hashes\n", a.Leaf, a.Proof.Size, len(a.Proof.Hashes))
	if l := a.Lifting; l != nil {
		fmt.Fprintf(con.out, "    lifted for    %s, with the keys of %s, on case %s (ledger entry %d)\n", l.Requester.Name, names(l.Keys), l.Case, l.Leaf)
	}
}

func names(people []audit.Named) string {
	var all []string
	for _, p := range people {
		all = append(all, p.Name)
	}
	return strings.Join(all, ", ")
}
