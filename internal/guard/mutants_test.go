//go:build mutants

package guard_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutant is the guard with one thing about it wrong. The tests of its law must notice.
type mutant struct {
	law  int
	file string // below internal, without .go
	old  string // stands there exactly once
	new  string
	run  string // the tests that must fail, of those of the law
}

// TestMutants builds each mutant and runs tests against it that must fail. A mutant that survives, that does not build,
// or whose text is not found, fails this test: then a law is held by nothing, or this list is out of date.
func TestMutants(t *testing.T) {
	root := moduleRoot(t)
	for i, m := range mutants() {
		t.Run(fmt.Sprintf("law %02d, %d in %s", m.law, i, m.file), func(t *testing.T) {
			t.Parallel()
			out, err := m.test(t, root)
			if err == nil {
				t.Fatalf("it survives %s:\n-%s\n+%s", m.pattern(), m.old, m.new)
			}
			if !bytes.Contains(out, []byte("--- FAIL: TestLaw")) && !bytes.Contains(out, []byte("panic: ")) {
				t.Fatalf("its tests did not run: %v\n%s", err, out)
			}
		})
	}
}

// TestMutantsControl runs the same way what is not mutated: it must pass, or no mutant's failing would mean anything.
func TestMutantsControl(t *testing.T) {
	same := mutant{law: 1, file: "guard/laws", old: "package guard\n", new: "package guard\n", run: "BriefLock"}
	if out, err := same.test(t, moduleRoot(t)); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(strings.TrimSpace(string(out)))
}

func (m mutant) pattern() string { return fmt.Sprintf("^TestLaw%02d.*(%s)", m.law, m.run) }

// test builds the mutant and runs its tests; the error is theirs.
func (m mutant) test(t *testing.T, root string) ([]byte, error) {
	t.Helper()
	path := filepath.Join(root, "internal", m.file+".go")
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		t.Fatalf("its text stands in %s %d times, not once:\n%s", m.file, n, m.old)
	}
	dir := t.TempDir()
	changed, overlay, binary := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "guard.test")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(os.WriteFile(changed, bytes.Replace(source, []byte(m.old), []byte(m.new), 1), 0o600), os.WriteFile(overlay, replace, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-race=false", "-ldflags=-s -w", "-overlay="+overlay, "-o", binary, "./internal/guard")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("it does not build: %v\n%s", err, out)
	}
	tests := exec.CommandContext(t.Context(), binary, "-test.run="+m.pattern(), "-test.count=1", "-test.failfast", "-test.timeout=60s")
	tests.Dir = filepath.Join(root, "internal", "guard")
	tests.Env = append(os.Environ(), "TMPDIR="+memory(dir))
	return tests.CombinedOutput()
}

// memory is a directory that is not on a disk where there is one: a mutant's stores need not survive.
func memory(otherwise string) string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return otherwise
}
