package prove_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/prove"
	"keyturn/internal/testkit"
)

// proof is the page that says of each mutant how it was found.
const proof = "docs/PROOF.md"

// Where the list of mutants begins and ends in it.
const (
	proofBegins = "<!-- what the test writes begins here -->\n"
	proofEnds   = "<!-- and ends here -->\n"
)

// TestProveFindsEachMutant builds the program with one law taken out after the other, and has it prove that nothing is
// wrong: it must find the law that is broken, and by the way that docs/PROOF.md says. KEYTURN_WRITE_PROOF=1 writes that
// page anew.
func TestProveFindsEachMutant(t *testing.T) {
	root, list := testkit.ModuleRoot(t), mutants()
	for _, law := range prove.LawsChecked() {
		if !slices.ContainsFunc(list, func(m mutant) bool { return m.law == law }) {
			t.Errorf("there is no mutant of %s", law)
		}
	}
	var built []testkit.Mutant
	for _, m := range list {
		built = append(built, testkit.Mutant{File: m.file, Old: m.old, New: m.new})
	}
	program := filepath.Join(t.TempDir(), "keyturn")
	testkit.BuildMutants(t, built, "build", "-overlay=$overlay", "-buildvcs=false", "-race=false", "-ldflags=-s -w", "-o", program, "./cmd/keyturn")
	found := make([]string, len(list))
	t.Run("each", func(t *testing.T) {
		for i, m := range list {
			t.Run(fmt.Sprintf("%d, %s, %s", i+1, m.law, m.what), func(t *testing.T) {
				t.Parallel()
				r := m.prove(t, program, i+1)
				if r.Found == nil {
					t.Fatalf("no counterexample in %d transitions", r.Transitions)
				}
				if r.Found.Law != m.law {
					t.Errorf("the law that it says is broken is %s: %s", r.Found.Law, r.Found.Why)
				}
				found[i] = m.words(*r.Found)
			})
		}
	})
	if !t.Failed() {
		holdProof(t, filepath.Join(root, proof), strings.Join(found, "\n"))
	}
}

// prove runs keyturn prove as the n-th mutant, in one thread, so that it finds the same every time.
func (m mutant) prove(t *testing.T, program string, n int) (r prove.Result) {
	t.Helper()
	run := exec.CommandContext(t.Context(), program, "prove", "--json", "--rogue", m.rogue, "--scene", m.scene)
	run.Env = append(os.Environ(), fmt.Sprintf("%s=%d", testkit.MutantNumber, n), "GOMAXPROCS=1")
	run.Stderr = os.Stderr
	out, _ := run.Output() // it ends with 1 for what it found
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("reading what it found: %v", err)
	}
	return r
}

// ids say nothing to a reader.
var ids = regexp.MustCompile(`[0-9]{12,}`)

// words is a mutant and its counterexample, for the page.
func (m mutant) words(c prove.Counter) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s: %s\n\n", m.law, m.what)
	fmt.Fprintf(&b, "In `internal/%s.go`. %s, under the %s policy, where %s:\n\n", m.file, strings.Join(c.Rogue, " and "), c.Policy, c.Scene)
	for i, s := range c.Steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, s)
	}
	fmt.Fprintf(&b, "\nFound: %s.\n", strings.TrimSuffix(ids.ReplaceAllString(c.Why, "…"), "."))
	return b.String()
}

// holdProof holds the page to what was found, or writes it.
func holdProof(t *testing.T, path, found string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(text), proofBegins)
	said, after, ok2 := strings.Cut(rest, proofEnds)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for what was found", proof)
	}
	if said == found {
		return
	}
	if os.Getenv("KEYTURN_WRITE_PROOF") == "" {
		t.Fatalf("%s says otherwise; KEYTURN_WRITE_PROOF=1 writes it anew. What was found:\n%s", proof, found)
	}
	if err := os.WriteFile(path, []byte(before+proofBegins+found+proofEnds+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
