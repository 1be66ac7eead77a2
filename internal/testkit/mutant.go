package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Mutant is the program with one thing about it wrong: a piece of a function's text is another.
type Mutant struct {
	File string // below internal, without .go
	Old  string // stands there exactly once
	New  string
}

// MutantNumber is the environment variable that chooses which mutant a program of BuildMutants is: from 1 on, in order;
// none without it.
const MutantNumber = "KEYTURN_MUTANT"

// BuildMutants runs go with some arguments, among them $overlay, so that what it builds is each of the mutants, as
// MutantNumber says when it runs. One build for all of them costs a hundredth of one build for each: a function that is
// mutated is there once more for every mutant of it, and begins by asking which of them it is to be.
func BuildMutants(t *testing.T, mutants []Mutant, args ...string) {
	t.Helper()
	root, dir := ModuleRoot(t), t.TempDir()
	replace := map[string]string{}
	put := func(path, text string) {
		changed := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[path] = changed
	}
	byFile := map[string][]int{}
	for i, m := range mutants {
		byFile[m.File] = append(byFile[m.File], i)
	}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		path := filepath.Join(root, "internal", file+".go")
		f := newMutatedFile(t, path)
		for _, i := range byFile[file] {
			f.add(i+1, mutants[i])
		}
		put(path, f.text())
		if number := filepath.Join(filepath.Dir(path), "mutant_number.go"); replace[number] == "" {
			put(number, fmt.Sprintf("package %s\n\nimport \"os\"\n\nvar mutantNumber = os.Getenv(%q)\n", f.file.Name.Name, MutantNumber))
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	overlay := filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		err = os.WriteFile(overlay, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "$overlay", overlay)
	}
	build := exec.CommandContext(t.Context(), "go", args...)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("a mutant does not build: %v\n%s", err, out)
	}
}

// ModuleRoot is the directory that go.mod is in.
func ModuleRoot(t testing.TB) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(strings.TrimSpace(string(out)))
}

// mutatedFile is a source file with mutants of its functions.
type mutatedFile struct {
	t      *testing.T
	path   string
	source []byte
	set    *token.FileSet
	file   *ast.File
	named  map[int]string // what a blank parameter is called, by where it stands
	begins map[int]string // what a function asks first, by where its body begins
	copies strings.Builder
}

func newMutatedFile(t *testing.T, path string) *mutatedFile {
	t.Helper()
	f := &mutatedFile{t: t, path: path, set: token.NewFileSet(), named: map[int]string{}, begins: map[int]string{}}
	var err error
	if f.source, err = os.ReadFile(path); err == nil {
		f.file, err = parser.ParseFile(f.set, path, f.source, parser.SkipObjectResolution)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *mutatedFile) offset(p token.Pos) int { return f.set.PositionFor(p, false).Offset }

// add puts the n-th mutant of all into the file.
func (f *mutatedFile) add(n int, m Mutant) {
	f.t.Helper()
	if found := bytes.Count(f.source, []byte(m.Old)); found != 1 {
		f.t.Errorf("mutant %d: its text stands in %s %d times, not once:\n%s", n, f.path, found, m.Old)
		return
	}
	at := bytes.Index(f.source, []byte(m.Old))
	for _, d := range f.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || at < f.offset(fn.Name.End()) || at+len(m.Old) > f.offset(fn.End()) {
			continue
		}
		name, from := fmt.Sprintf("%sMutant%d", fn.Name.Name, n), f.offset(fn.Name.End())
		rest := strings.Replace(string(f.source[from:f.offset(fn.End())]), m.Old, m.New, 1)
		fmt.Fprintf(&f.copies, "\n//line mutant_%d_of_%s:1\n%s%s%s\n", n, filepath.Base(f.path),
			f.source[f.offset(fn.Pos()):f.offset(fn.Name.Pos())], name, rest)
		f.begins[f.offset(fn.Body.Lbrace)+1] += fmt.Sprintf("\nif mutantNumber == \"%d\" { %s }", n, f.call(fn, name))
		return
	}
	f.t.Errorf("mutant %d: its text stands in no function of %s, so have it wrong where it is used:\n%s", n, f.path, m.Old)
}

// call is the call of a function's mutant with the function's own arguments.
func (f *mutatedFile) call(fn *ast.FuncDecl, name string) string {
	var args []string
	for _, field := range fn.Type.Params.List {
		for _, id := range field.Names {
			arg := id.Name
			if arg == "_" {
				arg = fmt.Sprintf("blank%d", len(args))
				f.named[f.offset(id.Pos())] = arg
			}
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				arg += "..."
			}
			args = append(args, arg)
		}
	}
	if fn.Recv != nil {
		name = fn.Recv.List[0].Names[0].Name + "." + name
	}
	text := fmt.Sprintf("%s(%s)", name, strings.Join(args, ", "))
	if fn.Type.Results != nil {
		return "return " + text
	}
	return text + "; return"
}

// text is the file with all that was added.
func (f *mutatedFile) text() string {
	var b strings.Builder
	for i, c := range f.source {
		b.WriteString(f.begins[i])
		if name := f.named[i]; name != "" {
			b.WriteString(name)
			continue
		}
		b.WriteByte(c)
	}
	return b.String() + f.copies.String()
}
