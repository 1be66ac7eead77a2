package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"text/tabwriter"
	"time"

	"keyturn/internal/deskclient"
)

// appealLine is an appeal as the desk lists it.
type appealLine struct {
	ID      string         `json:"id"`
	Account deskclient.Who `json:"account"`
	State   string         `json:"state"`
	Text    string         `json:"text"`
	DueAt   time.Time      `json:"due_at"`
	Overdue bool           `json:"overdue"`
	Against struct {
		Kind   string `json:"kind"`
		Ground string `json:"ground"`
	} `json:"statement"`
}

type deskAppealsCmd struct {
	State string `help:"Those in this state: ${enum}." enum:"open,granted,rejected,settled" default:"open"`
	After string `help:"Of the open ones, those after this." placeholder:"ID"`
}

func (c *deskAppealsCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	query := url.Values{"state": {c.State}}
	if c.After != "" {
		query.Set("after", c.After)
	}
	var raw json.RawMessage
	if err := client.Get(ctx, "/api/v1/appeals?"+query.Encode(), &raw); err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, raw)
	}
	var list []appealLine
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("the desk's answer makes no sense: %w", err)
	}
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "APPEAL\tACCOUNT\tCLASS\tAGAINST\tGROUND\tSTATE\tDUE")
	for _, a := range list {
		due := a.DueAt.Local().Format(time.DateTime)
		if a.Overdue {
			due += " overdue"
		}
		fmt.Fprintf(w, "%s\t@%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Account.Handle, a.Account.Class, a.Against.Kind, a.Against.Ground, a.State, due)
	}
	return w.Flush()
}
