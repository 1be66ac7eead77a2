package main

import (
	"bytes"
	"database/sql"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

// changeBySQL changes the database of a running server as somebody could who can write to it: sql DIR STATEMENT.
func changeBySQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql DIR STATEMENT")
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(ts.MkAbs(args[0]), "keyturn.db")+"?_pragma=busy_timeout(10000)")
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(args[1])
	ts.Check(err)
}

// incident waits until the desk's incidents say something: incident LOGIN SECONDS REGEXP. A machine that is busy with
// other tests gets more time than the watch may take.
func incident(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: incident LOGIN SECONDS REGEXP")
	}
	want, seconds := regexp.MustCompile(args[2]), 0
	seconds, err := strconv.Atoi(args[1])
	ts.Check(err)
	began := time.Now()
	for {
		cmd := exec.Command("keyturn", "desk", "--desk-url", ts.Getenv("DESKURL"), "--keys", ts.MkAbs("keys"), "--as", args[0], "incidents")
		cmd.Env = []string{"PATH=" + ts.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		if err == nil && want.Match(bytes.ReplaceAll(out, []byte("\n"), []byte(" "))) {
			ts.Logf("after %v", time.Since(began).Round(time.Millisecond))
			return
		}
		if time.Since(began) > time.Duration(seconds)*time.Second+30*time.Second {
			ts.Fatalf("no incident says %q: %s", args[2], out)
		}
		time.Sleep(500 * time.Millisecond) // each look is a sign-in, of which the desk lets few through a second
	}
}
