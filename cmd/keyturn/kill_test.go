package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn/internal/demo"
	"keyturn/internal/deskclient"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// TestKillMinusNine ends the real program with SIGKILL while members post and staff ask, sign and take back, over and
// over on one data directory. After each end the ledger is whole and everything that was acknowledged is there.
func TestKillMinusNine(t *testing.T) {
	v := newVictim(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := testkit.Rand(seed)
	for round := range testkit.Size(20, 500) {
		v.start()
		if round == 0 {
			v.signIn()
		}
		v.live(20+random.IntN(100), time.Duration(random.IntN(10_000))*time.Microsecond)
		v.examine(round)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d posts and %d requests were acknowledged", len(v.posts), len(v.requests))
	v.start()
	for _, id := range v.posts[max(0, len(v.posts)-20):] {
		v.members[0].good(v.members[0].get("/api/v1/statuses/" + id))
	}
	v.kill()
}

// victim is a server that is killed again and again, and who uses it.
type victim struct {
	*testing.T
	program, dir, keys string
	network, desk, ops string // addresses
	cmd                *exec.Cmd
	said               bytes.Buffer // what it printed; read when it has ended
	members            []client
	staff              []*deskclient.Client
	mu                 sync.Mutex
	posts              []string                      // that were acknowledged
	requests           map[string]model.RequestState // the last state that was acknowledged
}

func newVictim(t *testing.T) *victim {
	t.Helper()
	dir := t.TempDir()
	v := &victim{T: t, program: filepath.Join(dir, "keyturn"), dir: filepath.Join(dir, "data"), keys: filepath.Join(dir, "keys"),
		requests: map[string]model.RequestState{}}
	build := exec.CommandContext(t.Context(), "go", "build", "-race=false", "-buildvcs=false", "-o", v.program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, addr := range []*string{&v.network, &v.desk, &v.ops} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		*addr = ln.Addr().String()
		ln.Close()
	}
	t.Cleanup(v.kill)
	return v
}

// start starts the program, and returns when it can serve.
func (v *victim) start() {
	v.Helper()
	v.said.Reset()
	v.cmd = exec.Command(v.program, "demo", "--data", v.dir, "--keys", v.keys, "--followers", "100", "--listen", v.network,
		"--desk", v.desk, "--ops", v.ops)
	v.cmd.Stdout, v.cmd.Stderr = &v.said, &v.said
	if err := v.cmd.Start(); err != nil {
		v.Fatal(err)
	}
	testkit.Eventually(v, time.Minute, func() error {
		res, err := http.Get("http://" + v.ops + "/readyz")
		if err != nil {
			return err
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return errors.New(res.Status)
		}
		return nil
	})
}

// kill ends the program as kill -9 does.
func (v *victim) kill() {
	if v.cmd == nil {
		return
	}
	if err := v.cmd.Process.Kill(); err != nil {
		v.Errorf("it has ended before: %v\n%s", err, &v.said)
	}
	_ = v.cmd.Wait() // says that it was killed
	v.cmd = nil
}

// signIn signs everybody in: their sessions outlive the program.
func (v *victim) signIn() {
	v.Helper()
	target, err := url.Parse("http://" + v.network)
	if err != nil {
		v.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = log.New(&bytes.Buffer{}, "", 0) // that the program is gone is what happens here
	n := &network{World: &testkit.World{TB: v}}
	stranger := client{tb: v, h: proxy, addr: "127.0.0.1:1"}
	n.app = n.newApp(stranger)
	for _, member := range append(demo.Members(), demo.Members()...) {
		form := n.asks("grant_type", "password", "username", member, "password", demo.Password)
		v.members = append(v.members, stranger.with(into[tokenAnswer](v, stranger.form(http.MethodPost, "/oauth/token", form)).Token))
	}
	for _, login := range []string{"agent", "agent2", "lead", "gov"} {
		ring, err := softkey.Dir(v.keys).Load(login)
		if err != nil {
			v.Fatal(err)
		}
		c, err := deskclient.SignIn(v.Context(), localURL(v.desk), ring)
		if err != nil {
			v.Fatal(err)
		}
		v.staff = append(v.staff, c)
	}
}

// live has everybody at work, and kills the program a moment after so many acknowledgements.
func (v *victim) live(enough int, moment time.Duration) {
	v.Helper()
	var n atomic.Int64
	done := make(chan struct{})
	acknowledged := func() {
		if n.Add(1) == int64(enough) {
			close(done)
		}
	}
	var work sync.WaitGroup
	for i, c := range v.members {
		work.Go(func() { v.write(c, i, acknowledged) })
	}
	for i, c := range v.staff {
		work.Go(func() { v.moderate(c, []string{"uncle", "niece", "", ""}[i], acknowledged) })
	}
	select {
	case <-done:
		<-time.After(moment)
	case <-time.After(time.Minute):
		v.Errorf("%d things are acknowledged in a minute\n%s", n.Load(), &v.said)
	}
	v.kill()
	work.Wait()
}

// write posts until the program is gone.
func (v *victim) write(c client, i int, acknowledged func()) {
	for n := 0; ; n++ {
		a := c.post("/api/v1/statuses", "status", fmt.Sprintf("member %d says %d", i, n))
		if a.status >= 500 {
			return
		}
		id := into[entity](v, a).ID
		v.mu.Lock()
		v.posts = append(v.posts, id)
		v.mu.Unlock()
		acknowledged()
	}
}

// moderate limits and restores an ordinary account, if there is a handle, and asks for @president's suspension, signs, and thinks better of it,
// until the program is gone.
func (v *victim) moderate(c *deskclient.Client, handle string, acknowledged func()) {
	ctx := v.Context()
	alive := func(r deskclient.Request, err error) bool {
		if no, refused := deskclient.Refused(err); refused {
			return no.Status < 500
		}
		if err != nil {
			return false
		}
		v.mu.Lock()
		v.requests[r.ID.String()] = r.State
		v.mu.Unlock()
		acknowledged()
		return true
	}
	for {
		r, err := c.Request(ctx, deskclient.Order{Kind: model.CmdSuspend, Account: "@president", Reason: "under load"})
		if !alive(r, err) {
			return
		}
		if turned, err := c.Turn(ctx, r.ID.String()); !alive(turned, err) {
			return
		}
		if r, err := c.Stop(ctx, "withdraw", r.ID.String(), "no"); !alive(r, err) {
			return
		}
		for _, kind := range []model.CommandKind{model.CmdLimit, model.CmdRestore} {
			if handle == "" {
				break
			}
			if r, err := c.Request(ctx, deskclient.Order{Kind: kind, Account: "@" + handle, Reason: "under load"}); !alive(r, err) {
				return
			}
		}
	}
}

// examine looks at what the program has left, before it is started again.
func (v *victim) examine(round int) {
	v.Helper()
	verify := exec.CommandContext(v.Context(), v.program, "ledger", "verify", "--data", v.dir)
	if out, err := verify.CombinedOutput(); err != nil {
		v.Errorf("round %d: keyturn ledger verify: %v\n%s", round, err, out)
	}
	st, err := store.Open(v.Context(), store.Config{Dir: v.dir, ReadOnly: true, Now: time.Now})
	if err != nil {
		v.Fatal(err)
	}
	defer st.Close()
	for _, id := range v.posts {
		if err := v.there(id, func(ctx context.Context, id model.ID) error { _, err := st.Post(ctx, id); return err }); err != nil {
			v.Errorf("round %d: the post %s was acknowledged: %v", round, id, err)
		}
	}
	for id, state := range v.requests {
		err := v.there(id, func(ctx context.Context, id model.ID) error {
			q, err := st.Request(ctx, id)
			if err == nil && q.State != state && !state.Open() {
				err = fmt.Errorf("it is %s now", q.State)
			}
			return err
		})
		if err != nil {
			v.Errorf("round %d: the request %s was said to be %s: %v", round, id, state, err)
		}
	}
}

func (v *victim) there(text string, read func(context.Context, model.ID) error) error {
	id, err := model.ParseID("id", strings.TrimSpace(text))
	if err != nil {
		return err
	}
	return read(v.Context(), id)
}
