package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The routes that the server's code names, by the folder that names them. They are read from the code itself: a route
// that is added later is in them, and so in the tests that go through them all.
const (
	clientAPI   = "../../internal/mastodon"
	publicPages = "../../internal/pages"
	deskRoutes  = "../../internal/desk"
)

var routePattern = regexp.MustCompile(`^(GET|HEAD|POST|PUT|PATCH|DELETE) /`)

// patterns are the routes that the code in a folder names: every constant text of it that looks like one.
func patterns(t testing.TB, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Walk(routeFinder{found, map[string]string{}}, file)
	}
	if len(found) == 0 {
		t.Fatalf("%s names no route", dir)
	}
	return slices.Sorted(maps.Keys(found))
}

// routeFinder reads a file from its top.
type routeFinder struct {
	found     map[string]bool
	constants map[string]string // those that were declared last, by name
}

// Visit looks at one node. The parts of a constant text are no texts of their own.
func (f routeFinder) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if i < len(n.Values) {
				f.constants[name.Name] = f.constant(n.Values[i])
			}
		}
	case ast.Expr:
		if text := f.constant(n); routePattern.MatchString(text) {
			f.found[text] = true
			return nil
		}
	}
	return f
}

// constant is the text of an expression made of literals and constants; "" when it is not one.
func (f routeFinder) constant(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ := strconv.Unquote(e.Value) // the parser has checked it
			return text
		}
	case *ast.Ident:
		return f.constants[e.Name]
	case *ast.BinaryExpr:
		if left, right := f.constant(e.X), f.constant(e.Y); left != "" && right != "" {
			return left + right
		}
	}
	return ""
}

func TestRoutesAreReadFromTheCode(t *testing.T) {
	for dir, some := range map[string][]string{
		clientAPI: {"GET /api/v1/accounts/{id}", "POST /api/v1/accounts/{id}/follow", "GET /api/v1/custom_emojis",
			"POST /oauth/token", "GET /nodeinfo/2.0"},
		publicPages: {"GET /{name}/{id}", "GET /{$}"},
		deskRoutes:  {"POST /api/v1/requests/{id}/veto", "GET /sign-in", "GET /static/{file}"},
	} {
		for all, want := patterns(t, dir), some; len(want) > 0; want = want[1:] {
			if !slices.Contains(all, want[0]) {
				t.Errorf("%s is missing from those of %s: %q", want[0], dir, all)
			}
		}
	}
}
