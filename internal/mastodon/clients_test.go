package mastodon

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"keyturn/internal/store"
)

// python is Debian's, which has the packages that make test-deps installs.
const python = "/usr/bin/python3"

// listening is a server that clients reach over loopback.
func listening(t *testing.T) (s *server, address string) {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	address = "http://" + srv.Listener.Addr().String()
	s = newServerAt(t, address, Limits{})
	srv.Config.Handler = s.handler
	srv.Start()
	t.Cleanup(srv.Close)
	return s, address
}

// need fails the test when a client is not installed.
func need(t *testing.T, module string) {
	t.Helper()
	if out, err := exec.Command(python, "-c", "import "+module).CombinedOutput(); err != nil {
		t.Fatalf("%s cannot be imported by %s; run make test-deps: %v\n%s", module, python, err, out)
	}
}

func TestMastodonPy(t *testing.T) {
	need(t, "mastodon")
	_, address := listening(t)
	out, err := exec.CommandContext(t.Context(), python, "testdata/mastodonpy.py", address).CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "all so\n") {
		t.Fatalf("Mastodon.py: %v\n%s", err, out)
	}
}

// TestMastodonPyModerates has Mastodon.py do what moderators do with it, as an agent's own account.
func TestMastodonPyModerates(t *testing.T) {
	need(t, "mastodon")
	s, address := listening(t)
	s.Write(func(tx *store.Tx) error {
		for _, handle := range []string{"cousin", "uncle", "aunt"} {
			if err := tx.AddCredentials(t.Context(), credentials(s, handle)); err != nil {
				return err
			}
		}
		return nil
	})
	s.Post("uncle", "bridges, again")
	out, err := exec.CommandContext(t.Context(), python, "testdata/moderates.py", address).CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "all so\n") {
		t.Fatalf("Mastodon.py: %v\n%s", err, out)
	}
}

// toot is the command-line client, signed in or not.
type toot struct {
	t      *testing.T
	config string // its configuration directory
}

// run runs a command and returns what it printed. in is what it reads.
func (c toot) run(in string, args ...string) string {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), python, append([]string{"-c", "from toot.console import main; main()"}, args...)...)
	cmd.Stdin = strings.NewReader(in)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+c.config, "HOME="+c.config, "PYTHONIOENCODING=utf-8")
	out, err := cmd.CombinedOutput()
	// toot tells some errors with exit code 0.
	if err != nil || regexp.MustCompile(`(?m)^(Error|Traceback|.*\[Errno)`).Match(out) {
		c.t.Fatalf("toot %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// shows fails the test unless a command's output has each of some texts.
func (c toot) shows(texts []string, args ...string) string {
	c.t.Helper()
	out := c.run("", args...)
	for _, text := range texts {
		if !strings.Contains(out, text) {
			c.t.Errorf("toot %v does not show %q:\n%s", args, text, out)
		}
	}
	return out
}

var posted = regexp.MustCompile(`Toot posted: http://\S+/(\d+)`)

// post posts and returns the new post's ID.
func (c toot) post(args ...string) string {
	c.t.Helper()
	out := c.run("", append([]string{"post"}, args...)...)
	m := posted.FindStringSubmatch(out)
	if m == nil {
		c.t.Fatalf("toot post %v does not say where: %s", args, out)
	}
	return m[1]
}

func TestToot(t *testing.T) {
	need(t, "toot")
	s, address := listening(t)
	s.register("grace")
	s.register("linus")
	host := strings.TrimPrefix(address, "http://")
	grace, linus := toot{t, t.TempDir()}, toot{t, t.TempDir()}
	for name, c := range map[string]toot{"grace": grace, "linus": linus} {
		out := c.run(password, "login_cli", "--disable-https", "-i", host, "-e", name+"@mail.example")
		if !strings.Contains(out, "Successfully logged in") {
			t.Fatalf("signing in: %s", out)
		}
	}
	grace.shows([]string{"@grace", "Followers: 0"}, "whoami")
	grace.shows([]string{"Network", "running Mastodon 4.2.0"}, "instance", "--disable-https")

	first := grace.post("Hello @linus & all", "--spoiler-text", "greeting", "--language", "en")
	reply := linus.post("@grace hello yourself", "--reply-to", first)
	grace.shows([]string{"Hello @linus & all", "hello yourself", "In reply to " + first}, "thread", first)
	linus.shows([]string{"Status favourited"}, "favourite", first)
	linus.shows([]string{"Status reblogged"}, "reblog", first)
	linus.shows([]string{"@linus"}, "reblogged_by", first)
	grace.shows([]string{"mentioned you in", "favourited your status", "reblogged your status"}, "notifications")
	linus.shows([]string{"unfavourited"}, "unfavourite", first)
	linus.shows([]string{"unreblogged"}, "unreblog", first)

	linus.shows([]string{"@grace"}, "search", "grace")
	linus.shows([]string{"You are now following grace"}, "follow", "grace")
	linus.shows([]string{"You are now following"}, "follow", "grace@"+host)
	linus.shows([]string{"* @grace"}, "following", "linus")
	grace.shows([]string{"* @linus"}, "followers", "grace")
	linus.shows([]string{"ID:", "Followers: 1", address + "/@grace"}, "whois", "grace")
	linus.shows([]string{"Hello @linus", "In reply to " + first}, "timeline", "--once")
	out := linus.shows([]string{reply}, "timeline", "--once", "--count", "1")
	if strings.Contains(out, "ID "+first) {
		t.Errorf("a timeline of one has more:\n%s", out)
	}
	linus.shows([]string{"Hello @linus"}, "timeline", "--public", "--once")
	linus.shows([]string{"muted grace"}, "mute", "grace")
	linus.shows([]string{"no longer muted"}, "unmute", "grace")
	linus.shows([]string{"blocking grace"}, "block", "grace")
	linus.shows([]string{"no longer blocked"}, "unblock", "grace")
	linus.shows([]string{"following grace"}, "follow", "grace")
	linus.shows([]string{"no longer following"}, "unfollow", "grace")
	grace.shows([]string{"Status deleted"}, "delete", first)
	if out := linus.run("", "timeline", "--public", "--once"); strings.Contains(out, "Hello @linus") {
		t.Errorf("the deleted post is still there:\n%s", out)
	}
	grace.shows([]string{"Cleared notifications"}, "notifications", "--clear")
	grace.shows([]string{"No notification"}, "notifications")
	grace.shows([]string{"not following any hashtags"}, "tags_followed")
	grace.shows(nil, "bookmarks", "--once")
	grace.shows([]string{"logged out"}, "logout", "grace@"+host)
}
