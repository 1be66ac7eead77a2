package testkit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// PostgresServer is a PostgreSQL of one test's own, which the test may stop, crash and start again. It ends with the
// test.
type PostgresServer struct {
	t     testing.TB
	c     *cluster
	owner *syscall.Credential
}

// NewPostgresServer starts a server with one empty database.
func NewPostgresServer(t testing.TB) *PostgresServer {
	t.Helper()
	s := &PostgresServer{t: t}
	var err error
	if s.c, err = startCluster(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.end)
	if s.owner, err = postgresOwner(); err != nil {
		t.Fatal(err)
	}
	if err := s.c.run("createdb", "keyturn"); err != nil {
		t.Fatal(err)
	}
	return s
}

// end has the server's script stop it and remove it.
func (s *PostgresServer) end() {
	if err := s.c.alive.Close(); err != nil {
		s.t.Error(err)
	}
	Eventually(s.t, 30*time.Second, func() error {
		if _, err := os.Stat(s.c.dir); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is still there (%v)", s.c.dir, err)
		}
		return nil
	})
}

// URL is the address of the database.
func (s *PostgresServer) URL() string { return s.c.url("keyturn") }

// Stop shuts the server down: transactions under way are rolled back, connections are told.
func (s *PostgresServer) Stop() { s.control("stop", "-m", "fast") }

// Crash ends every process of the server at once, so that it recovers from its log when it is started again.
func (s *PostgresServer) Crash() { s.control("stop", "-m", "immediate") }

// Start starts a server that was stopped or that crashed, and returns when it takes connections.
func (s *PostgresServer) Start() {
	s.control("start", "-w", "-l", filepath.Join(s.c.dir, "log"))
}

func (s *PostgresServer) control(args ...string) {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(s.c.bin, "pg_ctl"), append([]string{"-s", "-D", filepath.Join(s.c.dir, "data")}, args...)...)
	cmd.Dir, cmd.Env = s.c.dir, []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.owner}
	if err := cmd.Run(); err != nil { // no pipe to its output: the server would inherit it
		s.t.Fatalf("pg_ctl %v: %v", args, err)
	}
}
