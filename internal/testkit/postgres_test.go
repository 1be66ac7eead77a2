package testkit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// holdCluster in the environment makes this program start a cluster, say where, and wait to be killed.
const holdCluster = "KEYTURN_TESTKIT_HOLD_CLUSTER"

func TestMain(m *testing.M) {
	if os.Getenv(holdCluster) == "" {
		Main(m)
	}
	c, err := sharedCluster()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(c.dir)
	select {}
}

func TestPostgresGivesEachTestItsOwn(t *testing.T) {
	for _, url := range []string{Postgres(t), Postgres(t)} {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := conn.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		// The second database would refuse if it were the first.
		if _, err := conn.Exec(t.Context(), "CREATE TABLE posts (id bigint)"); err != nil {
			t.Fatal(err)
		}
		var sorted string
		err = conn.QueryRow(t.Context(), "SELECT string_agg(w, '' ORDER BY w) FROM (VALUES ('b'), ('A'), ('a')) AS v (w)").Scan(&sorted)
		if err != nil || sorted != "aAb" {
			t.Errorf("text is sorted %q (%v), want it as in English", sorted, err)
		}
	}
}

func TestPostgresEndsWithItsProcess(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdCluster+"=1")
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(errors.Join(err, cmd.Wait()))
	}
	dir := strings.TrimSpace(line)
	conn, err := net.Dial("unix", filepath.Join(dir, ".s.PGSQL."+postgresPort))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the process ended by itself")
	}
	// The script removes the directory when the server has stopped, which pg_ctl gives a minute.
	Eventually(t, 90*time.Second, func() error {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is still there (%v)", dir, err)
		}
		return nil
	})
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the server's connection: %v, want it closed", err)
	}
}
