package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

type deskPrivateCmd struct {
	Request string `arg:"" help:"The request's ID."`
	Before  string `help:"Only posts older than this one." placeholder:"ID"`
}

func (c *deskPrivateCmd) Run(ctx context.Context, con *console, root *cli) error {
	if c.Before != "" {
		if _, err := model.ParseID("before", c.Before); err != nil {
			return err
		}
	}
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	p, err := client.Look(ctx, url.PathEscape(c.Request), c.Before)
	if err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, p)
	}
	email := p.Email
	if email == "" {
		email = "no e-mail address"
	}
	fmt.Fprintf(con.out, "@%s: %s\n  reading %d, recorded in entry %d; until %s\n", p.Account.Handle, email, p.Readings, p.Leaf, p.EndsAt.Local().Format(time.TimeOnly))
	for _, post := range p.Posts {
		fmt.Fprintf(con.out, "  %s %s (%s): %s\n", post.ID, post.CreatedAt.Local().Format(time.DateTime), post.Visibility, post.Text)
	}
	return nil
}
