package main

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/deskclient"
)

type deskFreezesCmd struct{}

func (c *deskFreezesCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Freezes(ctx)
	if err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		err = printJSON(con.out, list)
	} else {
		printFreezes(con, list)
	}
	if err == nil && len(list) > 0 {
		err = failed{}
	}
	return err
}

func printFreezes(con *console, list []deskclient.Freeze) {
	if len(list) == 0 {
		fmt.Fprintln(con.out, "no freeze is on")
	}
	for _, f := range list {
		what := map[string]string{"protected": "protected accounts", "all": "all accounts"}[f.Scope]
		by := "the breaker"
		if f.StartedBy != nil {
			by = f.StartedBy.Name
		}
		until := "until two people end it (unfreeze)"
		if !f.EndsAt.IsZero() {
			until = "until " + f.EndsAt.Local().Format(time.DateTime) + ", unless a second person confirms it (freeze)"
		} else if f.ConfirmedBy != nil {
			until += ", confirmed by " + f.ConfirmedBy.Name
		}
		fmt.Fprintf(con.out, "freeze %s of %s, by %s since %s, %s; ledger entry %d\n", f.ID, what, by, f.StartedAt.Local().Format(time.DateTime), until, f.Leaf)
	}
}
