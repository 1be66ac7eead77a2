package policy

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"keyturn/internal/model"
)

// shipped is the bundle that a new store begins with.
func shipped(t testing.TB) *Bundle {
	t.Helper()
	b, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tree is a JSON object that tests take apart.
type tree = map[string]any

// documentOf is the bundle's document as a tree.
func documentOf(t testing.TB, b *Bundle) tree {
	t.Helper()
	var doc tree
	if err := json.Unmarshal(b.Encode(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// at is the object at a path such as "rows.suspend".
func at(t testing.TB, doc tree, path string) tree {
	t.Helper()
	for _, name := range strings.Split(path, ".") {
		next, ok := doc[name].(tree)
		if !ok {
			t.Fatalf("there is no object %s in the document", path)
		}
		doc = next
	}
	return doc
}

// parseTree parses a changed document.
func parseTree(t testing.TB, doc tree) (*Bundle, error) {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(text)
}

// changed is the shipped bundle with a change to its document, which must be a good one.
func changed(t testing.TB, change func(doc tree)) *Bundle {
	t.Helper()
	doc := documentOf(t, shipped(t))
	change(doc)
	b, err := parseTree(t, doc)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// withCedar is the shipped table with another Cedar text.
func withCedar(t testing.TB, text string) (*Bundle, error) {
	t.Helper()
	doc := documentOf(t, shipped(t))
	doc["cedar"] = text
	return parseTree(t, doc)
}

// replaced is the shipped Cedar text with one piece replaced, which must stand in it once.
func replaced(t testing.TB, piece, by string) string {
	t.Helper()
	text := shipped(t).Cedar()
	if strings.Count(text, piece) != 1 {
		t.Fatalf("%q stands %d times in the shipped text", piece, strings.Count(text, piece))
	}
	return strings.Replace(text, piece, by, 1)
}

// wantInvalid checks that err is an invalid error about a field, whose message has a piece.
func wantInvalid(t *testing.T, err error, field, piece string) {
	t.Helper()
	e, ok := errors.AsType[*model.Error](err)
	if !ok || e.Kind != model.KindInvalid || e.Field != field || !strings.Contains(e.Message, piece) {
		t.Errorf("got %v (%T), want an invalid error about %q with %q", err, err, field, piece)
	}
}

// staff is somebody of the roles who stays.
func staff(roles ...model.Role) Subject {
	return Subject{Roles: roles, Team: "trust", Kind: model.Employee, Status: model.EmploymentActive}
}
