package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"keyturn/internal/prove"
)

type proveCmd struct {
	Deep  bool   `help:"One action deeper everywhere, and more pairs of people: takes hours."`
	Rogue string `help:"Only those of whom this login of the demo's staff is one." placeholder:"LOGIN"`
	Scene string `help:"Only scenes in whose name this is: what has happened before the rogues begin." placeholder:"TEXT"`
	Data  string `help:"Directory for the worlds; one in memory by default, where there is one." type:"existingdir" placeholder:"DIR"`
	JSON  bool   `help:"Print the result as JSON."`
}

func (c *proveCmd) Run(ctx context.Context, con *console) error {
	dir, err := os.MkdirTemp(c.place(), "keyturn-prove-")
	if err != nil {
		return fmt.Errorf("making a directory for the worlds: %w", err)
	}
	defer os.RemoveAll(dir)
	debug.SetGCPercent(400) // many small worlds come and go: memory is there, time is what counts
	o := prove.Options{Dir: dir, Deep: c.Deep, Rogue: c.Rogue, Scene: c.Scene, Now: time.Now, Workers: runtime.GOMAXPROCS(0)}
	if !c.JSON {
		o.Progress = func(done, all int) { fmt.Fprintf(con.err, "\r… %d of %d", done, all) }
	}
	result, err := prove.Run(ctx, o)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(con.out, result)
	} else {
		fmt.Fprintln(con.err)
		err = result.Print(con.out)
	}
	if err == nil && result.Found != nil {
		err = failed{}
	}
	return err
}

// place is where the worlds are: nothing in them has to survive, so memory does.
func (c *proveCmd) place() string {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); c.Data == "" && err == nil && info.IsDir() {
		return memory
	}
	return c.Data
}
