//go:build mutants

package prove_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"keyturn/internal/guard"
	"keyturn/internal/prove"
)

// mutant is the program with one law taken out.
type mutant struct {
	law      string
	what     string
	file     string // below internal/
	old, new string
	rogue    string // who, and in which scene, is enough to find it
	scene    string
}

func mutants() []mutant {
	return []mutant{
		{law: guard.LawTwoKeys, what: "a brief lock as often as one likes", rogue: "gov", scene: "locked", file: "guard/params.go",
			old: "\t\tif !had {", new: "\t\tif !had || true {"},
		{law: guard.LawTwoKeys, what: "every account is decided as if it were standard", rogue: "gov", file: "guard/requirement.go",
			old: "b.Requirement(d.row, d.strictest)", new: "b.Requirement(d.row, \"standard\")"},
		{law: guard.LawNoLoneGovernor, what: "lowering a class counts as tightening", rogue: "gov", file: "guard/params.go",
			old: "d.loosens = to.Rank() < d.class.Rank()", new: "d.loosens = false"},
		{law: guard.LawLeavers, what: "nobody is a leaver to the laws", rogue: "lastday", scene: "first", file: "guard/laws.go",
			old: "\tif !p.Employment.Leaver(now) {\n\t\treturn nil", new: "\tif true {\n\t\treturn nil"},
		{law: guard.LawLeavers, what: "passkeys outlive the employment", rogue: "auditor", file: "guard/effect_staff.go",
			old: "\t\tc.RevokedAt = p.Now()\n\t\tif err := p.PutCredential(ctx, c); err != nil {\n\t\t\treturn err\n\t\t}\n", new: "\t\t_ = c\n"},
		{law: guard.LawOneHuman, what: "sponsors are other humans", rogue: "lead", scene: "newcomer", file: "guard/laws.go",
			old: "h.SameAs = slices.Compact(h.SameAs)", new: "h.SameAs = nil"},
		{law: guard.LawOneHuman, what: "whoever darkens decides the appeal", rogue: "lead", scene: "first", file: "guard/appeal.go",
			old: "\t\tif !two {", new: "\t\tif !two && d.info.Kind == \"\" {"},
		{law: guard.LawSigned, what: "any key stands", rogue: "gov", file: "guard/laws.go",
			old: "k model.Key, held []model.Credential) *model.Error {\n", new: "k model.Key, held []model.Credential) *model.Error {\n\tif g != nil {\n\t\treturn nil\n\t}\n"},
		{law: guard.LawLedger, what: "the entry does not say which rows changed", rogue: "auditor", file: "store/privileged.go",
			old: "\tp.rows = append(p.rows, row)\n", new: "\tif t != personTable {\n\t\tp.rows = append(p.rows, row)\n\t}\n"},
		{law: guard.LawDark, what: "readers are not told", rogue: "gov", file: "store/privileged.go",
			old: "\t\tp.emit(Event{Kind: EventSanctions, Account: account, Sanctions: active})\n", new: "\t\t_, _ = account, active\n"},
		{law: guard.LawLight, what: "restoring takes what darkening took, at once", rogue: "gov", scene: "20 minutes", file: "guard/laws.go",
			old: "now.Sub(made.sanction.Start) <= UndoWindow &&", new: "now.Sub(made.sanction.Start) <= 0 &&"},
		{law: guard.LawBounded, what: "a budget has no end", rogue: "agent", scene: "20 minutes", file: "guard/laws.go",
			old: "\tbudget := b.Budget(p.RoleSet()...)\n", new: "\tif p.ID != 0 {\n\t\treturn nil\n\t}\n\tbudget := b.Budget(p.RoleSet()...)\n"},
		{law: guard.LawBounded, what: "one person freezes as often as they like", rogue: "security", scene: "has begun", file: "guard/freeze.go",
			old: "\tif begun == 0 {", new: "\tif begun >= 0 {"},
		{law: guard.LawClass, what: "a lowered class is lower at once", rogue: "gov", scene: "lowered", file: "guard/laws.go",
			old: "now.Sub(c.LoweredAt) < LoweredFor", new: "now.Sub(c.LoweredAt) < 0"},
		{law: guard.LawFailClosed, what: "the clock is always right", rogue: "gov", file: "guard/laws.go",
			old: "case now.Before(doubt.last):", new: "case now.Before(doubt.last) && d.cmd.Kind == \"\":"},
	}
}

// TestProveFindsEachMutant builds the program with one law taken out after the other and has it prove that nothing is
// wrong: it must find the law that is broken.
func TestProveFindsEachMutant(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants() {
		t.Run(m.law+", "+m.what, func(t *testing.T) {
			r := m.prove(t, root)
			if r.Found == nil {
				t.Fatalf("no counterexample in %d transitions", r.Transitions)
			}
			t.Logf("%s, after %d transitions: %s\n%q by %v: %s", r.Found.Law, r.Transitions, r.Found.Why, r.Found.Scene, r.Found.Rogue, strings.Join(r.Found.Steps, "; "))
			if r.Found.Law != m.law {
				t.Errorf("the law that it says is broken is %s", r.Found.Law)
			}
		})
	}
}

// prove builds the mutant and runs its keyturn prove.
func (m mutant) prove(t *testing.T, root string) (r prove.Result) {
	t.Helper()
	original := filepath.Join(root, "internal", m.file)
	text, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte(m.old)); n != 1 {
		t.Fatalf("what it changes is %d times in %s: %q", n, m.file, m.old)
	}
	dir := t.TempDir()
	changed := filepath.Join(dir, "changed.go")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{changed: bytes.Replace(text, []byte(m.old), []byte(m.new), 1), filepath.Join(dir, "overlay.json"): overlay} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "keyturn")
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-buildvcs=false", "-o", program, "./cmd/keyturn")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the mutant: %v\n%s", err, out)
	}
	run := exec.CommandContext(t.Context(), program, "prove", "--json", "--rogue", m.rogue, "--scene", m.scene)
	run.Stderr = os.Stderr
	out, _ := run.Output() // it ends with 1 for what it found
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("reading what it found: %v", err)
	}
	return r
}
