package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

type deskBulkCmd struct {
	Kind     string            `arg:"" help:"The command: warn, lock, sensitive, limit, deactivate, suspend or restore."`
	Accounts []string          `arg:"" help:"The accounts, as @handle: at most 100."`
	Reason   string            `required:"" help:"Why, in words."`
	Rule     string            `help:"The rule that was broken."`
	Param    map[string]string `help:"A parameter of the command, such as for=72h." placeholder:"K=V" mapsep:"none"`
}

func (c *deskBulkCmd) Run(ctx context.Context, con *console, root *cli) error {
	kind, err := parseKind("kind", c.Kind)
	if err != nil {
		return err
	}
	if err := checkParams(kind, c.Param); err != nil {
		return err
	}
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	results, err := client.Bulk(ctx, deskclient.BulkOrder{Kind: kind, Accounts: c.Accounts, Params: c.Param, Rule: c.Rule, Reason: c.Reason})
	if err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if err := c.print(con, root, results); err != nil {
		return err
	}
	for _, r := range results {
		if r.Refusal != nil {
			return failed{}
		}
	}
	return nil
}

func (c *deskBulkCmd) print(con *console, root *cli, results []deskclient.BulkResult) error {
	if root.Desk.JSON {
		return printJSON(con.out, results)
	}
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	for _, r := range results {
		if r.Refusal != nil {
			fmt.Fprintf(w, "✗\t@%s\t%v\n", r.Account.Handle, r.Refusal)
		} else {
			fmt.Fprintf(w, "%s\t@%s\trequest %s\n", stateMark(r.State), r.Account.Handle, r.Request)
		}
	}
	return w.Flush()
}

type deskExplainCmd struct {
	orderArgs
}

func (c *deskExplainCmd) Run(ctx context.Context, con *console, root *cli) error {
	o, err := c.order("")
	if err != nil {
		return err
	}
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	x, err := client.Explain(ctx, o)
	if err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		if err := printJSON(con.out, x); err != nil {
			return err
		}
	} else {
		printExplanation(con, x)
	}
	if x.Refusal != nil {
		return failed{}
	}
	return nil
}

func printExplanation(con *console, x deskclient.Explanation) {
	if p := x.Preview; p != nil {
		printPreview(con, p.Words, p.Hour, p.Day)
	}
	switch {
	case x.Refusal != nil:
		fmt.Fprintln(con.out, "✗ refused:", x.Refusal)
		return
	case x.Allowed:
		fmt.Fprintln(con.out, "✓ you can do this alone")
	case x.Key != nil:
		fmt.Fprintln(con.out, "… you can ask for this, but not sign:", x.Key)
	default:
		fmt.Fprintln(con.out, "… you can ask for this and sign, with others")
	}
	fmt.Fprintf(con.out, "  it takes %s\n", describeNeed(x.Need.Requirement()))
}

// printPreview says what a darkening does, and what is left of the budget for it.
func printPreview(con *console, words string, hour, day deskclient.Left) {
	fmt.Fprintf(con.out, "%s\n  left this hour: %s of %s followers, %d of %d accounts; today: %s of %s, %d of %d\n", words,
		model.Count(hour.ReachLeft), model.Count(hour.Reach), hour.AccountsLeft, hour.Accounts,
		model.Count(day.ReachLeft), model.Count(day.Reach), day.AccountsLeft, day.Accounts)
}
