package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
)

type reportCmd struct {
	Dsa          reportDSACmd          `cmd:"" name:"dsa" help:"Write the statements of reasons for the EU's DSA Transparency Database (schema of July 2025)."`
	Transparency reportTransparencyCmd `cmd:"" help:"Count reports, cases, actions, appeals and refusals over a time."`
}

// span is the time that a report is about.
type span struct {
	From string `required:"" help:"From this day on (2026-03-01, UTC), or this time (RFC 3339)." placeholder:"DATE"`
	To   string `required:"" help:"To the end of this day, or to before this time." placeholder:"DATE"`
}

func (s span) read() (from, to time.Time, err error) {
	if from, err = readTime("from", s.From, 0); err != nil {
		return from, to, err
	}
	if to, err = readTime("to", s.To, 1); err != nil {
		return from, to, err
	}
	if !from.Before(to) {
		err = model.Invalid("to", "must be after from")
	}
	return from, to, err
}

// readTime reads a time; of a day, its beginning and days more.
func readTime(field, text string, days int) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, days), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, model.Invalid(field, "must be a day (2026-03-01) or a time (RFC 3339)")
	}
	return at.UTC(), nil
}

type reportDSACmd struct {
	storeFlags
	span
	Format      string `help:"${enum}: an object a line, or a table with lists as JSON." enum:"jsonl,csv" default:"jsonl"`
	WithPrivate bool   `help:"Also what staff wrote to the owners. The database wants no personal data: read it first."`
}

func (c *reportDSACmd) Run(ctx context.Context, con *console) error {
	from, to, err := c.span.read()
	if err != nil {
		return err
	}
	st, err := c.storeFlags.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	show, done := con.progress("statements")
	out := bufio.NewWriterSize(con.out, 1<<16)
	_, err = moderation.Export{From: from, To: to, CSV: c.Format == "csv", Private: c.WithPrivate}.Write(ctx, st, out, show)
	done()
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

type reportTransparencyCmd struct {
	storeFlags
	span
	JSON bool `help:"Print the counts as JSON."`
}

func (c *reportTransparencyCmd) Run(ctx context.Context, con *console) error {
	from, to, err := c.span.read()
	if err != nil {
		return err
	}
	st, err := c.storeFlags.read(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	show, done := con.progress("entries")
	t, err := moderation.New(st, time.Now).Transparency(ctx, from, to, show)
	done()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(con.out, t)
	}
	return printTransparency(con, t)
}

func printTransparency(con *console, t moderation.Transparency) error {
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "From %s to before %s\n", t.From.Format(time.RFC3339), t.To.Format(time.RFC3339))
	fmt.Fprintln(w, "\nREPORTS\tCOUNT")
	for _, category := range slices.Sorted(maps.Keys(t.Reports)) {
		fmt.Fprintf(w, "%s\t%d\n", category, t.Reports[category])
	}
	fmt.Fprintln(w, "\nCASES\tCOUNT\tMEDIAN TIME")
	fmt.Fprintf(w, "opened\t%d\n", t.Cases.Opened)
	fmt.Fprintf(w, "resolved\t%d\t%s\n", t.Cases.Resolved, seconds(t.Cases.Median))
	fmt.Fprintln(w, "\nACTION\tCLASS\tGROUND\tCOUNT")
	for _, a := range t.Actions {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\n", a.Kind, orDash(string(a.Class)), orDash(a.Ground), a.Count)
	}
	fmt.Fprintf(w, "\nRestored\t%d\n", t.Restored)
	fmt.Fprintln(w, "\nAPPEALS\tCOUNT\tMEDIAN TIME")
	fmt.Fprintf(w, "received\t%d\n", t.Appeals.Received)
	fmt.Fprintf(w, "granted\t%d\n", t.Appeals.Granted)
	fmt.Fprintf(w, "rejected\t%d\n", t.Appeals.Rejected)
	fmt.Fprintf(w, "settled\t%d\n", t.Appeals.Settled)
	fmt.Fprintf(w, "closed\t%d\t%s\n", t.Appeals.Granted+t.Appeals.Rejected+t.Appeals.Settled, seconds(t.Appeals.Median))
	fmt.Fprintln(w, "\nREFUSED BY\tCOUNT")
	for _, r := range t.Refused {
		fmt.Fprintf(w, "%s\t%d\n", strings.ReplaceAll(r.Law, "_", " "), r.Count)
	}
	fmt.Fprintf(w, "\nKeys asked\t%d\nKeys turned\t%d\n", t.Keys.Asked, t.Keys.Turned)
	if err := w.Flush(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

func seconds(n int64) string { return (time.Duration(n) * time.Second).String() }

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
