// Command keyturn is the whole of Keyturn: the server with its desk, a demo of it, and the commands that look at a
// store or speak to a running server.
//
// Commands that open a store only read it. Every change goes through the running server's desk, with keys.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"keyturn/internal/model"
)

// The exit codes that scripts can use.
const (
	exitFailed  = 1 // the command did its work and the answer is no: a drill missed, verify found something, a refusal
	exitUsage   = 2 // the command line or its input is wrong
	exitTrouble = 3 // something that is needed does not work: the store, the network
)

// cli is the command line.
type cli struct {
	Demo     demoCmd     `cmd:"" help:"A seeded network and desk on loopback, with software keys, nothing to set up."`
	Init     initCmd     `cmd:"" help:"First start of a real store: three founders enrol their passkeys in the browser."`
	Serve    serveCmd    `cmd:"" help:"Run the server: the network, the desk and the ops listener."`
	Drill    drillCmd    `cmd:"" help:"Replay an incident against a running server and keep the score."`
	Recovery recoveryCmd `cmd:"" help:"Recovery keys, for the day on which too few people hold keys."`
	Desk     deskCmd     `cmd:"" help:"What the desk's API does, for scripts and for people on call."`
	Ledger   ledgerCmd   `cmd:"" help:"Check the ledger, and ask it who did what. Only reads."`
	Policy   policyCmd   `cmd:"" help:"Show, check, compare and try policies, and ask the one in force. Only reads."`
	Report   reportCmd   `cmd:"" help:"Statements of reasons for the DSA Transparency Database, and counts for a transparency report. Only reads."`
	Prove    proveCmd    `cmd:"" help:"Explore the real guard in a small world, looking for a way round the laws. Exit 1 when there is one."`
	Bench    benchCmd    `cmd:"" help:"The project's own benchmarks, with the machine's limit beside each."`

	Version kong.VersionFlag `help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// failed is the answer no, which has been printed already.
type failed struct{}

func (failed) Error() string { return "no" }

// badInput is input that was wrong, which has been printed already.
type badInput struct{}

func (badInput) Error() string { return "the input is wrong" }

// run is main without the process: tests call it in their own.
func run(ctx context.Context, args []string, stdout, stderr *os.File) int {
	var c cli
	code := -1
	parser, err := kong.New(&c, kong.Name("keyturn"), kong.Vars{"version": version()},
		kong.Description("A social network server, and the staff desk that runs it, in which no single employee can make a protected account disappear."),
		kong.UsageOnError(), kong.Writers(stdout, stderr), kong.Exit(func(n int) { code = n }))
	if err != nil {
		fmt.Fprintln(stderr, "keyturn:", err)
		return exitTrouble
	}
	k, err := parser.Parse(args)
	if code >= 0 {
		return code // --help and --version have answered
	}
	if err != nil {
		fmt.Fprintln(stderr, "keyturn:", err)
		return exitUsage
	}
	k.BindTo(ctx, (*context.Context)(nil))
	err = k.Run(&console{out: stdout, err: stderr})
	return exitCode(err, stderr)
}

// console is where a command prints.
type console struct{ out, err *os.File }

// exitCode prints an error once and says with which code to end.
func exitCode(err error, stderr *os.File) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, failed{}):
		return exitFailed
	case errors.Is(err, badInput{}):
		return exitUsage
	}
	fmt.Fprintln(stderr, "keyturn:", err)
	switch model.KindOf(err) {
	case model.KindInvalid, model.KindNotFound: // what is not there was named on the command line
		return exitUsage
	case "", model.KindUnavailable:
		return exitTrouble
	}
	return exitFailed
}
