package keyturn_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// maxLines is how long a file may be before it is two.
const maxLines = 600

// selectors name what only some packages below internal/ may use, tests aside, by the words around the dot. The word
// before it is empty where it can be any.
var selectors = []struct {
	before, after string
	only          []string
	why           string
}{
	{"", "Privileged", []string{"guard"}, "only the guard opens privileged transactions"},
	{"time", "Now", realTime, "the time is passed in"},
	{"time", "Since", realTime, "the time is passed in"},
	{"time", "Until", realTime, "the time is passed in"},
	{"os", "Getenv", []string{"testkit"}, "configuration is read in cmd"},
	{"os", "LookupEnv", nil, "configuration is read in cmd"},
	{"os", "Environ", nil, "configuration is read in cmd"},
}

// realTime lists the packages below cmd that go by the machine's clock: those that measure, and testkit, which waits.
var realTime = []string{"bench", "drill", "testkit"}

// eachFile calls fn for every file of the repository with one of the extensions.
func eachFile(t *testing.T, fn func(path string), exts ...string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (path == "bin" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return fs.SkipDir
		}
		if d.Type().IsRegular() && slices.Contains(exts, filepath.Ext(path)) {
			files++
			fn(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Fatalf("no file with any of the extensions %v", exts)
	}
}

func TestFilesAreShort(t *testing.T) {
	eachFile(t, func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(text, []byte("\n")); lines > maxLines {
			t.Errorf("%s has %d lines, more than %d", path, lines, maxLines)
		}
	}, ".go", ".sql", ".html", ".css", ".js", ".sh", ".md")
}

func TestSelectorsStayInTheirPackages(t *testing.T) {
	files := token.NewFileSet()
	eachFile(t, func(path string) {
		name, below := strings.CutPrefix(filepath.Dir(path), "internal/")
		if !below || strings.HasSuffix(path, "_test.go") {
			return
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for n := range ast.Preorder(file) {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				continue
			}
			before, _ := s.X.(*ast.Ident)
			for _, f := range selectors {
				fits := s.Sel.Name == f.after && (f.before == "" || before != nil && before.Name == f.before)
				if fits && !slices.Contains(f.only, name) {
					t.Errorf("%s: %s.%s: %s (selectors in source_test.go)", files.Position(s.Pos()), f.before, f.after, f.why)
				}
			}
		}
	}, ".go")
}
