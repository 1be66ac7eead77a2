package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/model"
)

type policyWhatifCmd struct {
	storeFlags
	File string `arg:"" help:"The bundle to try: a file or directory, the hash of one that was published, or shipped."`
	Days int    `help:"How many days to look back." default:"30"`
	JSON bool   `help:"Print the answer as JSON."`
}

func (c *policyWhatifCmd) Run(ctx context.Context, con *console) error {
	if c.Days < 1 || c.Days > 3660 {
		return model.Invalid("days", "must be 1 to 3660")
	}
	st, err := c.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	by, err := c.namedBundle(ctx, c.File)
	if err != nil {
		return err
	}
	now := time.Now()
	x, err := audit.Try(ctx, st, by, now.AddDate(0, 0, -c.Days), now)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(con.out, x)
	}
	return printWhatIf(con, x, c.Days)
}

// differenceWords says what would have been otherwise with n requests.
func differenceWords(d audit.Difference, n int) string {
	switch d {
	case audit.NowRefused:
		return fmt.Sprintf("✗ %d would now be refused", n)
	case audit.NowAllowed:
		return fmt.Sprintf("↓ %d that the policy refused could now be asked for", n)
	case audit.MoreKeys:
		return fmt.Sprintf("↑ %d would now need more keys", n)
	case audit.FewerKeys:
		return fmt.Sprintf("↓ %d would now need fewer keys", n)
	case audit.OtherKeys:
		return fmt.Sprintf("≠ %d would now need as many keys, but of other roles or teams, or with another wait", n)
	}
	return fmt.Sprintf("✗ %d took effect with keys that would now not be enough", n)
}

func printWhatIf(con *console, x audit.WhatIf, days int) error {
	fmt.Fprintf(con.out, "under policy %.19s…, of the %d requests of the last %d days\n", x.Policy, x.Requests, days)
	fmt.Fprintf(con.out, "  = %d would fare as they did\n", x.Same)
	for _, d := range audit.Differences() {
		if n := x.Differ[d]; n > 0 {
			fmt.Fprintln(con.out, " ", differenceWords(d, n))
		}
	}
	if x.Unknown > 0 {
		fmt.Fprintf(con.out, "  ? %d cannot be judged: the policy of then, or the row that they were about, is not known\n", x.Unknown)
	}
	if x.Cut {
		fmt.Fprintln(con.out, "  there were more: only the newest were judged")
	}
	if x.Today {
		fmt.Fprintln(con.out, "  of some people the ledger does not tell what they were then: their employment is today's")
	}
	if len(x.Notable) == 0 {
		return nil
	}
	fmt.Fprintln(con.out)
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ROW\tCLASS\tREQUESTS\tMORE KEYS\tFEWER\tOTHER\tREFUSED\tNOT ENOUGH")
	for _, r := range x.Rows {
		if len(r.Differ) > 0 {
			fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n", r.Row, orDash(string(r.Class)), r.Requests, r.Differ[audit.MoreKeys], r.Differ[audit.FewerKeys],
				r.Differ[audit.OtherKeys], r.Differ[audit.NowRefused], r.Differ[audit.NotEnough])
		}
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "WHEN\tREQUEST\tCOMMAND\tON\tNEEDED\tWOULD NEED\t")
	for _, n := range x.Notable {
		on := "–"
		if n.Handle != "" {
			on = n.Handle
		}
		if n.Class != "" {
			on = "@" + n.Handle + " (" + string(n.Class) + ")"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", n.At.Local().Format(time.DateTime), n.Request, n.Kind, on, orDash(n.Was), orDash(n.Would), notableWhy(n))
	}
	return w.Flush()
}

func notableWhy(n audit.Notable) string {
	switch n.Difference {
	case audit.NowRefused:
		return "refused: " + n.Why
	case audit.NowAllowed:
		return "allowed; then: " + n.Why
	case audit.NotEnough:
		return "its keys would not be enough"
	}
	return ""
}
