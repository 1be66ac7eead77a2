package keyturn_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	module       = "keyturn/"
	internal     = module + "internal/"
	command      = module + "cmd/keyturn"
	architecture = "docs/ARCHITECTURE.md"
)

// mayImport lists every package below internal/, lowest first, with those below internal/ that it may import. A new
// package takes a line here and one in docs/ARCHITECTURE.md. cmd/keyturn may import all but testkit, tests anything.
var mayImport = map[string][]string{
	"model":    {},
	"ledger":   {"model"},
	"passkey":  {"model"},
	"softkey":  {},
	"policy":   {"model"},
	"approval": {"ledger", "model"},
	"recovery": {"model"},
	"store":    {"ledger", "model"},

	"reference": {"model"}, // shares nothing with what it is held against

	"guard": {"approval", "ledger", "model", "passkey", "policy", "recovery", "store"},
	"audit": {"approval", "guard", "ledger", "model", "passkey", "policy", "recovery", "store"},

	"moderation": {"guard", "ledger", "model", "recovery", "store"},
	"social":     {"model", "moderation", "store"}, // a member's report is weighed where it is filed
	"staff":      {"guard", "model", "passkey", "recovery", "store"},
	"owner":      {"guard", "model", "moderation", "passkey", "social", "store"},
	"watch":      {"audit", "guard", "ledger", "model", "store"},

	"markup":    {"model", "social"},
	"web":       {"model"},
	"logserver": {"ledger", "model", "store", "web"},
	"mastodon":  {"approval", "guard", "markup", "model", "moderation", "social", "web"},
	"pages":     {"markup", "model", "moderation", "owner", "social", "web"},
	"desk":      {"approval", "audit", "guard", "ledger", "model", "moderation", "passkey", "policy", "staff", "store", "watch", "web"},
	"founding":  {"desk", "guard", "model", "passkey", "policy", "recovery", "store", "web"},

	"demo":       {"guard", "model", "moderation", "passkey", "policy", "recovery", "social", "softkey", "store"},
	"deskclient": {"audit", "model", "softkey"},
	"drill":      {"audit", "deskclient", "model", "softkey"},
	"prove":      {"approval", "demo", "guard", "ledger", "model", "policy", "reference", "softkey", "staff", "store"},
	"bench":      {"guard", "model", "policy", "social", "store"},
	"testkit":    {"demo", "guard", "ledger", "model", "moderation", "passkey", "policy", "recovery", "softkey", "store"},
}

// toCome are packages that have their place but need not be there yet.
var toCome []string

// fences name what only some packages may import: SQL is in store, HTTP at the edge, and each library that shapes the
// design behind one package of ours.
var fences = []struct {
	prefix string
	only   []string
}{
	{"database/sql", []string{"store", "bench", "testkit"}}, // bench measures the engine alone
	{"github.com/jackc/pgx", []string{"store"}},
	{"github.com/pressly/goose", []string{"store"}},
	{"modernc.org/sqlite", []string{"store"}},
	{"net/http", []string{"web", "logserver", "mastodon", "pages", "desk", "founding", "deskclient", "drill", "bench",
		"cmd/keyturn"}},
	{"github.com/cedar-policy", []string{"policy"}},
	{"golang.org/x/mod/sumdb", []string{"ledger", "recovery", "store", "testkit"}},
	{"github.com/go-webauthn/webauthn", []string{"passkey", "softkey"}},
	{"github.com/descope/virtualwebauthn", nil},
	{"pgregory.net/rapid", nil},
	{"testing", []string{"testkit"}},
}

// goPackage is what `go list -json` says of a package.
type goPackage struct {
	ImportPath string
	Dir        string
	Doc        string
	GoFiles    []string
	Imports    []string
}

// name is the package's path without the module and internal/.
func (p goPackage) name() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, internal), module)
}

// listPackages lists the module's packages that have code, which the root has not. What does not compile is for the compiler
// to say (-e).
func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Dir,Doc,GoFiles,Imports", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
	if len(all) < 10 {
		t.Fatalf("go list names %d packages only", len(all))
	}
	return all
}

func TestImportsPointDownward(t *testing.T) {
	for _, p := range listPackages(t) {
		if p.ImportPath == command {
			if slices.Contains(p.Imports, internal+"testkit") {
				t.Error("cmd/keyturn imports testkit, which is for tests")
			}
			continue
		}
		allowed, known := mayImport[p.name()]
		if !known {
			t.Errorf("package %s is in no layer: add it to mayImport in architecture_test.go, and to %s", p.name(), architecture)
			continue
		}
		for _, path := range p.Imports {
			name, ours := strings.CutPrefix(path, internal)
			if ours && !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s: imports point downward only (mayImport in architecture_test.go)", p.name(), name)
			}
		}
	}
}

// TestLayersAreLayers holds the list to its own rule, for the packages that do not exist yet: nobody may come to import
// itself.
func TestLayersAreLayers(t *testing.T) {
	var visit func(name string, above []string)
	visit = func(name string, above []string) {
		if slices.Contains(above, name) {
			t.Fatalf("the layers go round: %s", strings.Join(append(above, name), " → "))
		}
		for _, below := range mayImport[name] {
			if _, known := mayImport[below]; !known {
				t.Errorf("%s may import %s, which is in no layer", name, below)
			}
			visit(below, append(slices.Clip(above), name))
		}
	}
	for name := range mayImport {
		visit(name, nil)
	}
}

func TestLibrariesStayBehindTheirPackage(t *testing.T) {
	for _, p := range listPackages(t) {
		for _, path := range p.Imports {
			for _, f := range fences {
				if (path == f.prefix || strings.HasPrefix(path, f.prefix+"/")) && !slices.Contains(f.only, p.name()) {
					t.Errorf("%s imports %s, which is for %v only", p.name(), path, f.only)
				}
			}
		}
	}
}

func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	for _, p := range listPackages(t) {
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.name())
		}
		if strings.HasPrefix(p.ImportPath, internal) && len(p.GoFiles) > 1 && !slices.Contains(p.GoFiles, "doc.go") {
			t.Errorf("%s has more than one file and no doc.go", p.name())
		}
	}
}

// TestArchitectureListsPackages compares the tables of ARCHITECTURE.md, whose rows begin with "| `package` |", with what
// is there.
func TestArchitectureListsPackages(t *testing.T) {
	text, err := os.ReadFile(architecture)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|").FindAllSubmatch(text, -1) {
		listed = append(listed, string(row[1]))
	}
	slices.Sort(listed)
	want := slices.Sorted(maps.Keys(mayImport))
	want = append(want, "cmd/keyturn")
	slices.Sort(want)
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("%s and mayImport differ (-mayImport +%[1]s):\n%s", architecture, diff)
	}
	var there []string
	for _, p := range listPackages(t) {
		there = append(there, p.name())
	}
	for _, name := range listed {
		if !slices.Contains(there, name) && !slices.Contains(toCome, name) {
			t.Errorf("%s lists %s, which does not exist", architecture, name)
		}
	}
}
