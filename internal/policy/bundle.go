package policy

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gowebpki/jcs"

	"keyturn/internal/model"
)

// Bundle is one policy: the table of keys, the budgets, the breaker and the Cedar text. It is immutable and safe for
// concurrent use.
type Bundle struct {
	table   map[cell]model.Requirement
	budgets map[model.Role]Budget
	breaker Breaker
	rules   *rules
	encoded []byte
	hash    string
}

// version is the form of document that this package reads and writes.
const version = 1

// Parse reads a bundle's JSON document: {version, rows, budgets, breaker, cedar}. It is strict. Whatever is missing,
// unknown, there twice, out of bounds or against a law is a model.KindInvalid error that names its path, such as
// "rows.suspend.government.keys"; so is Cedar text that does not hold against the schema, and a bundle under which
// nobody could govern, freeze, restore or stop a request.
func Parse(doc []byte) (*Bundle, error) {
	r := &reader{}
	return r.bundle(r.document(doc))
}

// ParseParts reads a bundle whose Cedar text stands apart from the rest of its document, as people write it.
func ParseParts(rest []byte, cedar string) (*Bundle, error) {
	r := &reader{}
	doc := r.document(rest)
	if members, ok := doc.(map[string]any); ok {
		if _, twice := members["cedar"]; twice {
			r.fail("cedar", "stands there twice: in the document and apart from it")
		}
		members["cedar"] = cedar
	}
	b, err := r.bundle(doc)
	if err == nil && len(b.encoded) > MaxDocument {
		return nil, model.Invalid("policy", "must have at most %d bytes", MaxDocument)
	}
	return b, err
}

// bundle reads a document that was taken apart.
func (r *reader) bundle(doc any) (*Bundle, error) {
	fields := object(r, "", doc, "version", "rows", "budgets", "breaker", "cedar")
	r.integer("version", fields["version"], version, version)
	b := &Bundle{
		table:   r.table(fields["rows"]),
		budgets: r.budgets(fields["budgets"]),
		breaker: r.breaker(fields["breaker"]),
	}
	text := r.text("cedar", fields["cedar"])
	if r.err != nil {
		return nil, r.err
	}
	var err error
	if b.rules, err = parseRules(text); err != nil {
		return nil, err
	}
	if err := b.governable(); err != nil {
		return nil, err
	}
	return b, b.seal()
}

// seal writes the document that the hash is over.
func (b *Bundle) seal() error {
	doc, err := json.Marshal(map[string]any{
		"version": version,
		"rows":    encodeTable(b.table),
		"budgets": encodeBudgets(b.budgets),
		"breaker": encodeBreaker(b.breaker),
		"cedar":   b.rules.text,
	})
	if err != nil {
		return fmt.Errorf("encoding a policy: %w", err)
	}
	if b.encoded, err = jcs.Transform(doc); err != nil {
		return fmt.Errorf("encoding a policy: %w", err)
	}
	sum := sha256.Sum256(b.encoded)
	b.hash = "sha256:" + hex.EncodeToString(sum[:])
	return nil
}

//go:embed shipped.json
var shippedTable []byte

//go:embed shipped.cedar
var shippedCedar string

// Shipped is the bundle that a new store begins with.
func Shipped() (*Bundle, error) {
	b, err := ParseParts(shippedTable, shippedCedar)
	if err != nil {
		return nil, fmt.Errorf("reading the shipped policy: %w", err)
	}
	return b, nil
}

// Encode is the bundle's one JSON document (RFC 8785), which Parse reads back.
func (b *Bundle) Encode() []byte { return slices.Clone(b.encoded) }

// Hash names the bundle: "sha256:" and the hex SHA-256 of Encode.
func (b *Bundle) Hash() string { return b.hash }

// Cedar is the bundle's Cedar text.
func (b *Bundle) Cedar() string { return b.rules.text }

// Requirement is whose keys the row takes on the class. The class is not looked at for a row that has one cell. A
// missing cell is an error, on which the guard refuses.
func (b *Bundle) Requirement(row Row, class model.Class) (model.Requirement, error) {
	if !row.ByClass() {
		class = ""
	}
	need, ok := b.table[cell{row, class}]
	if !ok {
		return model.Requirement{}, model.Errorf(model.KindForbidden, "the policy's table has no place for %s on %q",
			row, class)
	}
	need.Roles = slices.Clone(need.Roles)
	return need, nil
}
