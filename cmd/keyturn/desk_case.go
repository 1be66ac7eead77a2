package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

type deskCasesCmd struct {
	State    string `help:"Only cases in this state: open, resolved or all." enum:"open,resolved,all" default:"open"`
	Account  string `help:"Only cases about this account." placeholder:"@HANDLE"`
	Assignee string `help:"Only cases of this person: me, nobody, or a login." placeholder:"LOGIN"`
	Overdue  bool   `help:"Only cases past their due time."`
	Order    string `help:"priority (of open cases, the most urgent first) or newest." enum:",priority,newest" default:""`
	Before   string `help:"Only what follows this case in the order: the next page." placeholder:"ID"`
	Limit    int    `help:"At most so many, 1 to 80." default:"40" placeholder:"N"`
}

// query is what the desk is asked.
func (c *deskCasesCmd) query() url.Values {
	q := url.Values{"state": {c.State}, "limit": {strconv.Itoa(c.Limit)}, "order": {c.Order}}
	if c.Order == "" {
		q.Set("order", "newest")
		if c.State == string(model.CaseOpen) {
			q.Set("order", "priority")
		}
	}
	for name, v := range map[string]string{"account": c.Account, "assignee": c.Assignee, "before": c.Before} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if c.Overdue {
		q.Set("overdue", "true")
	}
	return q
}

func (c *deskCasesCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Cases(ctx, c.query())
	if err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, list)
	}
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "CASE\tACCOUNT\tCLASS\tPRIORITY\tREPORTS\tDUE\tWORKS ON IT\tMAINLY")
	for _, v := range list {
		fmt.Fprintf(w, "%s\t@%s\t%s\t%d\t%d\t%s\t%s\t%s\n", v.ID, v.Account.Handle, v.Account.Class, v.Priority, v.ReportsCount,
			dueOf(v), nameOf(v.Assignee), mainly(v))
	}
	return w.Flush()
}

// dueOf says when a case is due, or what it came to.
func dueOf(v deskclient.Case) string {
	switch {
	case v.State == model.CaseResolved:
		return string(v.Outcome)
	case v.DueAt.IsZero():
		return "–"
	case v.Overdue:
		return v.DueAt.Local().Format(time.DateTime) + " overdue"
	}
	return v.DueAt.Local().Format(time.DateTime)
}

func nameOf(w *deskclient.Who) string {
	if w == nil {
		return "nobody"
	}
	return w.Name
}

// mainly is the reason that gives a case the most points.
func mainly(v deskclient.Case) string {
	var most deskclient.Reason
	for _, r := range v.Reasons {
		if r.Points > most.Points {
			most = r
		}
	}
	return most.What
}

type deskCaseCmd struct {
	Claim   deskClaimCmd   `cmd:"" help:"Take a case that nobody works on."`
	Assign  deskAssignCmd  `cmd:"" help:"Give a case to somebody who works on cases."`
	Release deskReleaseCmd `cmd:"" help:"Give your case back, so that somebody else can take it; a lead may take it from others."`
	Note    deskNoteCmd    `cmd:"" help:"Write a note on a case, for staff only."`
	Resolve deskResolveCmd `cmd:"" help:"Close a case. It hides and restores nothing."`
	Reopen  deskReopenCmd  `cmd:"" help:"Open a case again."`
}

// caseArg names a case.
type caseArg struct {
	Case string `arg:"" help:"The case's ID."`
}

// do does something on the case and prints what it is then.
func (a caseArg) do(ctx context.Context, con *console, root *cli, how string, in map[string]string) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	v, err := client.OnCase(ctx, a.Case, how, in)
	if err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, v)
	}
	fmt.Fprintf(con.out, "✓ case %s on @%s: %s, works on it: %s\n", v.ID, v.Account.Handle, stateOf(v), nameOf(v.Assignee))
	return nil
}

type deskClaimCmd struct{ caseArg }

func (c *deskClaimCmd) Run(ctx context.Context, con *console, root *cli) error {
	return c.do(ctx, con, root, "claim", map[string]string{})
}

type deskReleaseCmd struct{ caseArg }

func (c *deskReleaseCmd) Run(ctx context.Context, con *console, root *cli) error {
	return c.do(ctx, con, root, "release", map[string]string{})
}

type deskAssignCmd struct {
	caseArg
	To string `required:"" help:"The login of the person who gets it." placeholder:"LOGIN"`
}

func (c *deskAssignCmd) Run(ctx context.Context, con *console, root *cli) error {
	return c.do(ctx, con, root, "assign", map[string]string{"login": c.To})
}

type deskNoteCmd struct {
	caseArg
	Text string `arg:"" help:"What to write down."`
}

func (c *deskNoteCmd) Run(ctx context.Context, con *console, root *cli) error {
	return c.do(ctx, con, root, "notes", map[string]string{"text": c.Text})
}

type deskResolveCmd struct {
	caseArg
	Outcome string `help:"acted, or no_action: then its reports did not hold, and further ones by the same members weigh less. Without it: acted when a sanction or a strike names the case." enum:",acted,no_action" default:""`
	Note    string `help:"Why, in words, for staff only."`
}

func (c *deskResolveCmd) Run(ctx context.Context, con *console, root *cli) error {
	return c.do(ctx, con, root, "resolve", map[string]string{"outcome": c.Outcome, "note": c.Note})
}

type deskReopenCmd struct {
	caseArg
	Note string `help:"Why, in words, for staff only."`
}

func (c *deskReopenCmd) Run(ctx context.Context, con *console, root *cli) error {
	return c.do(ctx, con, root, "reopen", map[string]string{"note": c.Note})
}

// stateOf is a case's state with what it came to.
func stateOf(v deskclient.Case) string {
	if v.Outcome == model.OutcomeNone {
		return string(v.State)
	}
	return fmt.Sprintf("%s, %s", v.State, v.Outcome)
}

// printCase prints a case with its reports, evidence and history.
func printCase(out io.Writer, v deskclient.Case) {
	fmt.Fprintf(out, "case %s on @%s (%s): %s, %s, works on it: %s\n", v.ID, v.Account.Handle, v.Account.Class, stateOf(v),
		model.Counted(int64(v.ReportsCount), "report", "reports"), nameOf(v.Assignee))
	if v.State == model.CaseOpen {
		fmt.Fprintf(out, "  due %s\n", dueOf(v))
	}
	fmt.Fprintf(out, "  priority %d\n", v.Priority)
	for _, r := range v.Reasons {
		fmt.Fprintf(out, "    %+4d  %s\n", r.Points, r.What)
	}
	section(out, "reported posts, as they were", len(v.Evidence))
	for _, e := range v.Evidence {
		fmt.Fprintf(out, "    %s by @%s, %s, %s, reports: %d%s\n", e.Post, e.Author.Handle, e.Visibility,
			e.CreatedAt.Local().Format(time.DateTime), e.Named, since(e))
		fmt.Fprintf(out, "      %s\n", indented(strings.TrimPrefix(e.Spoiler+"\n"+e.Text, "\n")))
	}
	section(out, "reports, the newest first", len(v.Reports))
	for _, r := range v.Reports {
		fmt.Fprintf(out, "    @%s: %s, weighs %d%%%s\n", r.Reporter.Handle, r.Category, r.Weight, inBrackets(r.Doubts))
		if r.Comment != "" {
			fmt.Fprintf(out, "      %s\n", indented(r.Comment))
		}
	}
	section(out, "history, the newest first", len(v.Notes))
	for _, n := range v.Notes {
		fmt.Fprintf(out, "    %s %s\n", n.At.Local().Format(time.DateTime), history(n))
		if n.Text != "" {
			fmt.Fprintf(out, "      %s\n", indented(n.Text))
		}
	}
}

func section(out io.Writer, title string, n int) {
	if n > 0 {
		fmt.Fprintf(out, "  %s\n", title)
	}
}

// indented is what somebody wrote, below a line of ours. Characters that would drive the terminal are left out.
func indented(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
	return strings.ReplaceAll(text, "\n", "\n      ")
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// since says what became of a post after it was reported.
func since(e deskclient.Exhibit) string {
	switch {
	case e.Erased:
		return "; erased since"
	case !e.DeletedSince.IsZero():
		return "; deleted since, " + e.DeletedSince.Local().Format(time.DateTime)
	case !e.EditedSince.IsZero():
		return "; edited since, " + e.EditedSince.Local().Format(time.DateTime)
	}
	return ""
}

// history is one line of a case's history.
func history(n deskclient.Note) string {
	by := "the desk"
	if n.By != nil {
		by = n.By.Name
	}
	switch n.Kind {
	case model.NoteText:
		return by + " wrote"
	case model.NoteAssigned:
		return by + " gave it to " + nameOf(n.To)
	case model.NoteReleased:
		return by + " took it from " + nameOf(n.To)
	case model.NoteResolved:
		return fmt.Sprintf("%s resolved it: %s", by, n.Outcome)
	}
	return fmt.Sprintf("%s %s it", by, n.Kind)
}
