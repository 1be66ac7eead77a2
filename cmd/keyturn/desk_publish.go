package main

import (
	"context"
	"fmt"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

type deskPublishCmd struct {
	File     string `arg:"" optional:"" help:"The bundle: its JSON document, or a directory with policy.json and policy.cedar."`
	Rollback string `help:"Publish a bundle again that was in force before: its hash, or how it begins." placeholder:"HASH"`
	Reason   string `required:"" help:"Why, in words."`
}

func (c *deskPublishCmd) Run(ctx context.Context, con *console, root *cli) error {
	if (c.File == "") == (c.Rollback == "") {
		return model.Invalid("file", "or --rollback is needed, and only one of them")
	}
	var document string
	if c.File != "" {
		b, err := readBundle(c.File)
		if err != nil {
			return err
		}
		document = string(b.Encode())
	}
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	if c.Rollback != "" {
		p, err := client.Policy(ctx, c.Rollback)
		if err != nil {
			return root.Desk.answer(con, deskclient.Request{}, err)
		}
		document = string(p.Document)
	}
	r, err := client.Publish(ctx, document, c.Reason)
	return root.Desk.answer(con, r, err)
}

// printClientChanges prints what a policy would change, as signers must have read it.
func printClientChanges(con *console, r deskclient.Request) {
	if r.Unread != "" {
		fmt.Fprintln(con.out, "  what it changes cannot be told:", r.Unread)
	}
	for _, c := range r.Changes {
		fmt.Fprintf(con.out, "  %-7s  %s\n", c.Mark, c.Words)
	}
}
