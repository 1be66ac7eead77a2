package main

import (
	"context"
	"fmt"
	"net/url"
	"text/tabwriter"
	"time"

	"keyturn/internal/deskclient"
)

// recoveryView is a recovery as the desk shows it.
type recoveryView struct {
	ID          string         `json:"id"`
	Person      deskclient.Who `json:"person"`
	Fingerprint string         `json:"fingerprint"`
	State       string         `json:"state"`
	StartedAt   time.Time      `json:"started_at"`
	EffectAt    time.Time      `json:"effect_at"`
}

type deskRecoveriesCmd struct{}

func (c *deskRecoveriesCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	var list []recoveryView
	if err := client.Get(ctx, "/api/v1/recoveries", &list); err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, list)
	}
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "RECOVERY\tOF\tLOGIN\tPASSKEY\tSTATE\tTAKES EFFECT")
	for _, r := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Person.Name, r.Person.Login, r.Fingerprint, r.State, r.EffectAt.Local().Format(time.DateTime))
	}
	return w.Flush()
}

type deskStopRecoveryCmd struct {
	Recovery string `arg:"" help:"The recovery's ID."`
	Reason   string `required:"" help:"Why, in words."`
}

func (c *deskStopRecoveryCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	var r recoveryView
	err = client.Post(ctx, "/api/v1/recoveries/"+url.PathEscape(c.Recovery)+"/stop", map[string]string{"reason": c.Reason}, &r)
	if err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, r)
	}
	fmt.Fprintf(con.out, "✓ recovery %s of %s is %s\n", r.ID, r.Person.Name, r.State)
	return nil
}

// gapView is a gap as the desk shows it.
type gapView struct {
	Row     string          `json:"row"`
	Class   string          `json:"class,omitempty"`
	Need    deskclient.Need `json:"need"`
	Missing deskclient.Need `json:"missing"`
	Without *deskclient.Who `json:"without,omitempty"`
}

type deskGapsCmd struct{}

func (c *deskGapsCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	var list []gapView
	if err := client.Get(ctx, "/api/v1/gaps", &list); err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	open := false
	for _, g := range list {
		open = open || g.Without == nil
	}
	if root.Desk.JSON {
		err = printJSON(con.out, list)
	} else {
		err = printGaps(con, list)
	}
	if err == nil && open {
		err = failed{}
	}
	return err
}

func printGaps(con *console, list []gapView) error {
	if len(list) == 0 {
		fmt.Fprintln(con.out, "✓ every row of the table can be met, whoever is lost")
		return nil
	}
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ROW\tCLASS\tCANNOT BE MET\tMISSING KEYS")
	for _, g := range list {
		when := "now"
		if g.Without != nil {
			when = "without " + g.Without.Name
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", g.Row, g.Class, when, keysAndRoles(g.Missing))
	}
	return w.Flush()
}
