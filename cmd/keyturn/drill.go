package main

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/drill"
	"keyturn/internal/softkey"
)

type drillCmd struct {
	ElevenMinutes elevenMinutesCmd `cmd:"" name:"eleven-minutes" help:"The night of 2 November 2017, against a running demo. Exit 1 if a law or a time is missed."`
}

type elevenMinutesCmd struct {
	URL     string `required:"" help:"The network's address." placeholder:"URL"`
	DeskURL string `required:"" help:"The desk's address." placeholder:"URL"`
	Keys    string `required:"" help:"Directory of the staff's software keys." type:"existingdir" placeholder:"DIR"`
	JSON    bool   `help:"Print the score as JSON."`
}

func (c *elevenMinutesCmd) Run(ctx context.Context, con *console) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	o := drill.Options{URL: c.URL, DeskURL: c.DeskURL, Keys: softkey.Dir(c.Keys)}
	if !c.JSON {
		o.Progress = func(what string) { fmt.Fprintln(con.err, "…", what) }
	}
	score, err := drill.Run(ctx, o, time.Now())
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(con.out, score)
	} else {
		score.Print(con.out)
	}
	if err == nil && !score.OK {
		err = failed{}
	}
	return err
}
