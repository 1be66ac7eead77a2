package prove_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"keyturn/internal/prove"
	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestNoWayRound has a part of the rogues try; make test-long all of them, one action deeper. keyturn prove is the whole.
func TestNoWayRound(t *testing.T) {
	o := prove.Options{Dir: inMemory(t), Now: time.Now, Workers: runtime.GOMAXPROCS(0), Rogue: testkit.Size("lastday", ""), Deep: testkit.Size(false, true)}
	r, err := prove.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := r.Print(&out); err != nil {
		t.Fatal(err)
	}
	t.Log(out.String())
	if r.Found != nil {
		t.Error("there is a way round")
	}
	if r.States < 100 || r.Transitions < 1000 {
		t.Errorf("%d states and %d transitions are no exploration", r.States, r.Transitions)
	}
}

// inMemory is a directory that costs no waiting for a disk, where there is one.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "keyturn-prove-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
