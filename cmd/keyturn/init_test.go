package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"keyturn/internal/founding"
	"keyturn/internal/guard"
	"keyturn/internal/testkit"
)

// running is a command that runs in this process.
type running struct {
	t     *testing.T
	stop  context.CancelFunc
	lines chan string // of its output; closed at its end
	code  chan int
}

// start runs a command. What it prints to standard error goes to the test's log.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{t: t, stop: stop, lines: make(chan string, 100), code: make(chan int, 1)}
	out, outW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	errR, errW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		text, _ := io.ReadAll(errR)
		t.Logf("%s: %s", args[0], text)
	}()
	go func() {
		defer close(r.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			r.lines <- s.Text()
		}
	}()
	go func() {
		code := run(ctx, args, outW, errW)
		outW.Close()
		errW.Close()
		<-read
		r.code <- code
	}()
	t.Cleanup(stop)
	return r
}

// event reads one line of JSON.
func (r *running) event(kind string) initEvent {
	r.t.Helper()
	var e initEvent
	select {
	case line := <-r.lines:
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Event != kind {
			r.t.Fatalf("%q, want the event %s: %v", line, kind, err)
		}
	case <-time.After(20 * time.Second):
		r.t.Fatalf("no event %s", kind)
	}
	return e
}

// ends waits for the command's end.
func (r *running) ends(code int) {
	r.t.Helper()
	select {
	case got := <-r.code:
		if got != code {
			r.t.Errorf("exit code %d, want %d", got, code)
		}
	case <-time.After(30 * time.Second):
		r.t.Fatal("the command does not end")
	}
}

// post sends JSON to a founder's page, and reads the answer into out.
func post(t *testing.T, url string, in, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s: %d %s %v", url, res.StatusCode, answer, err)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		t.Fatal(err)
	}
}

// makePasskey does what a founder's page does.
func makePasskey(t *testing.T, link, name string) {
	t.Helper()
	origin, token, _ := strings.Cut(link, "/founding?link=")
	var options struct {
		PublicKey json.RawMessage `json:"publicKey"`
	}
	post(t, origin+"/api/v1/founding/options?link="+token, struct{}{}, &options)
	response, err := testkit.NewToken(name).Register(origin, options.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var made struct{ Fingerprint string }
	post(t, origin+"/api/v1/founding/passkeys?link="+token, map[string]any{"name": name, "credential": json.RawMessage(response)}, &made)
}

// initArgs are the flags of a first start at a port that is free.
func initArgs(t *testing.T, dir string, more ...string) []string {
	t.Helper()
	l, err := listen("127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	return append([]string{"init", "--json", "--data", dir, "--desk-url", localURL(l.desk.Addr().String())}, more...)
}

func TestInit(t *testing.T) {
	dir := t.TempDir()
	args := initArgs(t, dir, "--founder", "admin=ada:Ada, Countess:operations", "--founder", "security=sam:Sam:security",
		"--founder", "lead=leila:Leila:moderation")
	r := start(t, args...)
	var links []initEvent
	for range 3 {
		links = append(links, r.event("link"))
	}
	if links[0].Name != "Ada, Countess" || links[0].Login != "ada" || links[1].Role != "security" || links[2].Team != "moderation" {
		t.Errorf("links %+v", links)
	}
	for _, l := range links {
		for i := range founding.KeysEach {
			makePasskey(t, l.Link, fmt.Sprint("key ", i))
			if e := r.event("passkey"); e.Login != l.Login || e.Made != i+1 || e.Of != 2 || e.Fingerprint == "" {
				t.Errorf("told %+v", e)
			}
		}
	}
	born := r.event("born")
	r.ends(0)

	again := start(t, args...)
	again.ends(exitFailed)
	if line, more := <-again.lines; more {
		t.Errorf("a second first start prints %s", line)
	}
	verify := start(t, "ledger", "verify", "--data", dir)
	verify.ends(0)

	_, next, _ := strings.Cut(born.Next, " ")
	serve := start(t, append(strings.Fields(next), "--listen", "127.0.0.1:0", "--ops", "127.0.0.1:0")...)
	testkit.Eventually(t, 20*time.Second, func() error {
		res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(born.DeskURL + "/sign-in")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return errors.New(res.Status)
		}
		return nil
	})
	serve.stop()
	serve.ends(0)
}

func TestInitThatFoundsNothing(t *testing.T) {
	dir := t.TempDir()
	r := start(t, initArgs(t, dir)...)
	makePasskey(t, r.event("link").Link, "key")
	r.stop()
	for _, kind := range []string{"link", "link", "passkey", "stopped"} {
		r.event(kind)
	}
	r.ends(exitTrouble)

	r = start(t, initArgs(t, dir, "--timeout", "100ms")...) // the store is as empty as before
	for _, kind := range []string{"link", "link", "link", "stopped"} {
		r.event(kind)
	}
	r.ends(exitFailed)

	for _, bad := range [][]string{
		{"--founder", "admin=ada:Ada:ops"}, {"--founder", "boss"}, {"--url", "http://social.example"},
		{"--desk-url", "http://127.0.0.1:8081"}, {"--high-profile-at", "0"},
	} {
		start(t, initArgs(t, dir, bad...)...).ends(exitUsage)
	}
	start(t, "init").ends(exitUsage)
}

func TestInitAsks(t *testing.T) {
	var c initCmd
	var cfg founding.Config
	var out bytes.Buffer
	in := lines(strings.NewReader("https://social.example\n\n Ada \nada\n\nSam\n"))
	if err := c.answers(t.Context(), asker{in, &out}, &cfg); err != nil {
		t.Fatal(err)
	}
	want := []founding.Founder{
		{Role: "admin", Login: "ada", Name: "Ada", Team: "operations"},
		{Role: "security", Login: "security", Name: "Sam", Team: "security"},
		founding.Usual("lead"),
	}
	if cfg.URL != "https://social.example" || cfg.DeskURL != usualDeskURL || !slices.Equal(cfg.Founders, want) {
		t.Errorf("answered %+v", cfg)
	}
	if !strings.Contains(out.String(), "[http://localhost:8081]") {
		t.Errorf("asked %s", out.String())
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := c.answers(ctx, asker{make(chan string), &out}, &founding.Config{}); err != errInterrupted {
		t.Errorf("interrupted while asking: %v", err)
	}
}

func TestInitListensWhereTheDeskIs(t *testing.T) {
	for deskURL, want := range map[string]string{
		"http://localhost:8181": "127.0.0.1:8181", "http://localhost": "127.0.0.1:80", "https://desk.example": "127.0.0.1:8081",
		"https://desk.example:8443": "127.0.0.1:8081",
	} {
		if got := (&initCmd{}).listenAddress(deskURL); got != want {
			t.Errorf("for %s on %s, want %s", deskURL, got, want)
		}
	}
	if got := (&initCmd{Desk: ":9000"}).listenAddress("https://desk.example"); got != ":9000" {
		t.Errorf("--desk :9000 listens on %s", got)
	}
}

func TestInitShipsTheGuardsThreshold(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, kong.Vars{"version": "test"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"init"}); err != nil {
		t.Fatal(err)
	}
	if c.Init.HighProfileAt != guard.HighProfileAt {
		t.Errorf("--high-profile-at is %d by default, the guard's %d", c.Init.HighProfileAt, guard.HighProfileAt)
	}
}
