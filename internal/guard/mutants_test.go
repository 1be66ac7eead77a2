package guard_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"keyturn/internal/testkit"
)

// mutant is the guard with one thing about it wrong. The tests of its law must notice.
type mutant struct {
	law  int
	file string // below internal, without .go
	old  string // stands there exactly once, in a function
	new  string
	run  string // the tests that must fail, of those of the law
}

// TestMutants builds all mutants and runs tests against each that must fail. A mutant that survives, that does not build,
// or whose text is not found, fails this test: then a law is held by nothing, or this list is out of date.
func TestMutants(t *testing.T) {
	list := mutants()
	for law := 1; law <= 12; law++ {
		if !slices.ContainsFunc(list, func(m mutant) bool { return m.law == law }) {
			t.Errorf("there is no mutant of law %d", law)
		}
	}
	began := time.Now()
	var built []testkit.Mutant
	for _, m := range list {
		built = append(built, testkit.Mutant{File: m.file, Old: m.old, New: m.new})
	}
	program := filepath.Join(t.TempDir(), "guard.test")
	testkit.BuildMutants(t, built, "test", "-c", "-race=false", "-ldflags=-s -w", "-overlay=$overlay", "-o", program, "./internal/guard")
	t.Logf("%d mutants, built in %v", len(list), time.Since(began).Round(time.Second))
	// The same program without a mutant must pass, or no mutant's failing would mean anything.
	if out, err := runMutant(t, program, 0, "^TestLaw(01.*BriefLock|09.*OnceByCase)"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, m := range list {
		t.Run(fmt.Sprintf("law %02d, %d in %s", m.law, i+1, m.file), func(t *testing.T) {
			t.Parallel()
			out, err := runMutant(t, program, i+1, m.pattern())
			if err == nil {
				t.Fatalf("it survives %s:\n-%s\n+%s\n%s", m.pattern(), m.old, m.new, out)
			}
			if !bytes.Contains(out, []byte("--- FAIL: TestLaw")) && !bytes.Contains(out, []byte("panic: ")) {
				t.Fatalf("its tests did not run: %v\n%s", err, out)
			}
		})
	}
}

func (m mutant) pattern() string { return fmt.Sprintf("^TestLaw%02d.*(%s)", m.law, m.run) }

// runMutant runs some tests of the i-th mutant; the error is theirs.
func runMutant(t *testing.T, program string, i int, tests string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "-test.run="+tests, "-test.count=1", "-test.failfast", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", testkit.MutantNumber, i), "TMPDIR="+testkit.Memory(t))
	return cmd.CombinedOutput()
}
