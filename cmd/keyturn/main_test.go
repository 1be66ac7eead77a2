package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"keyturn/internal/deskclient"
	"keyturn/internal/softkey"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"keyturn": main})
}

// TestScripts drives the real program. Each script has addresses of its own in $LISTEN, $DESK and $OPS, which browsers
// and keys know as $URL and $DESKURL.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: addresses,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ready": ready, "answers": answers, "setenv": setenv, "allow": allow, "code": code, "sql": changeBySQL, "incident": incident,
			"kept": kept,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// addresses reserves three loopback ports for a script.
func addresses(env *testscript.Env) error {
	for _, name := range []string{"LISTEN", "DESK", "OPS"} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		env.Setenv(name, "127.0.0.1:"+port)
		env.Setenv(map[string]string{"LISTEN": "URL", "DESK": "DESKURL", "OPS": "OPSURL"}[name], "http://localhost:"+port)
		if err := ln.Close(); err != nil {
			return err
		}
	}
	return nil
}

// ready waits until the server's ops listener says that it can serve.
func ready(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: ready")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, ts.Getenv("OPSURL")+"/readyz", nil)
		ts.Check(err)
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("the server did not become ready")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// answers waits until the network answers a path with a status: answers 404 /@president.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: answers STATUS PATH")
	}
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get(ts.Getenv("URL") + args[1])
		ts.Check(err)
		res.Body.Close()
		if fmt.Sprint(res.StatusCode) == args[0] {
			return
		}
		if time.Since(began) > 30*time.Second {
			ts.Fatalf("%s is answered with %s", args[1], res.Status)
		}
	}
}

// kept waits until a file has the checkpoint of all that the server's ledger has: kept FILE.
func kept(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: kept FILE")
	}
	size := func(checkpoint []byte) string {
		if lines := strings.Split(string(checkpoint), "\n"); len(lines) > 1 {
			return lines[1]
		}
		return ""
	}
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		res, err := http.Get(ts.Getenv("URL") + "/ledger/checkpoint")
		ts.Check(err)
		served, err := io.ReadAll(res.Body)
		res.Body.Close()
		ts.Check(err)
		if file, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && size(file) == size(served) && size(file) != "" {
			return
		}
		if time.Since(began) > 30*time.Second {
			ts.Fatalf("%s does not keep the checkpoint of %s entries", args[0], size(served))
		}
	}
}

// code runs a program that must end with an exit code: code 2 keyturn desk ….
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N PROGRAM …")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit %d, want %s", got, args[0])
	}
}

// allow has somebody allow the code that keyturn desk login shows in a file, as the desk's page does: allow LOGIN FILE.
func allow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: allow LOGIN FILE")
	}
	code := ""
	for began := time.Now(); code == ""; time.Sleep(20 * time.Millisecond) {
		shown, err := os.ReadFile(ts.MkAbs(args[1]))
		ts.Check(err)
		code = regexp.MustCompile(`[B-Z]{4}-[B-Z]{4}`).FindString(string(shown))
		if time.Since(began) > 30*time.Second {
			ts.Fatalf("there is no code in %q", shown)
		}
	}
	ring, err := softkey.Dir(ts.MkAbs("keys")).Load(args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := deskclient.SignIn(ctx, ts.Getenv("DESKURL"), ring)
	ts.Check(err)
	options, err := c.Options(ctx, "/api/v1/device/options", map[string]string{"code": code})
	ts.Check(err)
	credential, err := ring.Assert(ts.Getenv("DESKURL"), options)
	ts.Check(err)
	ts.Check(c.Post(ctx, "/api/v1/device/allow", map[string]any{"code": code, "credential": json.RawMessage(credential)}, nil))
}

// setenv sets a variable to what a JSON answer in a file has for a name: setenv REQUEST stdout id.
func setenv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: setenv NAME FILE FIELD")
	}
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), fmt.Sprintf("%q: ", args[2])); ok {
			ts.Setenv(args[0], strings.Trim(rest, `",`))
			return
		}
	}
	ts.Fatalf("there is no %q in the answer", args[2])
}

// TestExitCodes holds the codes that scripts rely on.
func TestExitCodes(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for args, want := range map[string]int{
		"--help":                                 0,
		"--version":                              0,
		"":                                       exitUsage,
		"nonsense":                               exitUsage,
		"serve":                                  exitUsage,
		"demo --followers 3":                     exitUsage,
		"demo --listen 0.0.0.0:0":                exitUsage,
		"ledger verify --data /nonexistent":      exitUsage,
		"ledger who @x --database postgres://[x": exitUsage,
		"ledger verify --database postgres://127.0.0.1:1/none?connect_timeout=2": exitTrouble,
	} {
		if got := run(t.Context(), strings.Fields(args), null, null); got != want {
			t.Errorf("keyturn %s: exit %d, want %d", args, got, want)
		}
	}
}
