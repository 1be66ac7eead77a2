package testkit

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

//go:embed postgres.sh
var postgresScript string

const (
	postgresBins = "/usr/lib/postgresql/*/bin" // where Debian puts the server programs, by major version
	postgresUser = "keyturn"                   // superuser of the throwaway cluster
	postgresPort = "5432"                      // names the socket only: the cluster has no TCP
	socketDirs   = "/tmp"                      // not TMPDIR: a socket's path may have 107 bytes at most
)

// Postgres gives a test an empty database of its own, in a throwaway PostgreSQL cluster that all tests of the process
// share and that ends with it, however it ends. The cluster does not sync to disk. At the test's end the database is
// dropped, and a connection that is still open fails the test. A machine without PostgreSQL fails it too.
func Postgres(t testing.TB) (databaseURL string) {
	t.Helper()
	c, err := sharedCluster()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("test_%d", c.databases.Add(1))
	if err := c.run("createdb", name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.run("dropdb", name); err != nil {
			t.Error(err)
		}
	})
	return c.url(name)
}

// sharedCluster is started by the first test that wants it.
var sharedCluster = sync.OnceValues(startCluster)

// cluster is a running PostgreSQL. Its script stops it when the write end of alive is closed: by the kernel, when this
// process ends.
type cluster struct {
	bin       string
	dir       string
	alive     *os.File
	databases atomic.Int64
}

func startCluster() (*cluster, error) {
	c := &cluster{}
	var err error
	if c.bin, err = postgresBin(); err != nil {
		return nil, err
	}
	owner, err := postgresOwner()
	if err != nil {
		return nil, err
	}
	if c.dir, err = os.MkdirTemp(socketDirs, "kt"); err != nil {
		return nil, fmt.Errorf("making room for PostgreSQL: %w", err)
	}
	if owner != nil {
		if err := os.Chown(c.dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return nil, fmt.Errorf("making room for PostgreSQL: %w", err)
		}
	}
	if err := c.start(owner); err != nil {
		return nil, fmt.Errorf("starting PostgreSQL: %w", errors.Join(err, os.RemoveAll(c.dir)))
	}
	return c, nil
}

// start runs the script as the given user, and returns when the cluster takes connections.
func (c *cluster) start(owner *syscall.Credential) error {
	stdin, alive, err := os.Pipe()
	if err != nil {
		return err
	}
	defer stdin.Close()
	said, stdout, err := os.Pipe()
	if err != nil {
		return errors.Join(err, alive.Close())
	}
	defer said.Close()

	cmd := exec.Command("/bin/sh", "-c", postgresScript, "postgres.sh", c.bin, c.template(), c.dir)
	cmd.Dir, cmd.Stdin, cmd.Stdout = c.dir, stdin, stdout
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"} // none of PostgreSQL's own variables
	// A group of its own: Ctrl-C must reach the tests, not what cleans up after them.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: owner}
	err = errors.Join(cmd.Start(), stdout.Close())
	if err != nil {
		return errors.Join(err, alive.Close())
	}
	if err := awaitReady(said); err != nil {
		return errors.Join(err, alive.Close(), cmd.Wait())
	}
	c.alive = alive
	return nil
}

// awaitReady reads what the script says until it says "ready".
func awaitReady(said *os.File) error {
	var text strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := said.Read(buf)
		text.Write(buf[:n])
		if strings.HasSuffix(text.String(), "ready\n") {
			return nil
		}
		if err != nil {
			return errors.New(strings.TrimSpace(text.String()))
		}
	}
}

// template is shared by all processes that would make it in the same way.
func (c *cluster) template() string {
	sum := sha256.Sum256([]byte(c.bin + postgresScript))
	return filepath.Join(socketDirs, fmt.Sprintf("keyturn-postgres-%d-%x", os.Getuid(), sum[:6]))
}

// run runs one of PostgreSQL's client programs on a database.
func (c *cluster) run(program, database string) error {
	cmd := exec.Command(filepath.Join(c.bin, program), "-h", c.dir, "-p", postgresPort, "-U", postgresUser, database)
	cmd.Env = []string{}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

func (c *cluster) url(database string) string {
	q := url.Values{"host": {c.dir}, "port": {postgresPort}, "user": {postgresUser}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: q.Encode()}).String()
}

// postgresBin finds the server programs of the newest version.
func postgresBin() (string, error) {
	bins, err := filepath.Glob(filepath.Join(postgresBins, "initdb"))
	if err != nil || len(bins) == 0 {
		return "", fmt.Errorf("no PostgreSQL server in %s: run make test-deps", postgresBins)
	}
	version := func(initdb string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb)))) // 0 for what is no number
		return n
	}
	newest := slices.MaxFunc(bins, func(a, b string) int { return cmp.Compare(version(a), version(b)) })
	return filepath.Dir(newest), nil
}

// postgresOwner is whom PostgreSQL runs as, nil for us: it refuses to run as root.
func postgresOwner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("no user to run PostgreSQL as: %w: run make test-deps", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}
