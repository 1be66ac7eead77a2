package policy

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	"keyturn/internal/model"
)

//go:embed schema.cedarschema
var schemaText []byte

// vocabulary is what Cedar text may speak about. It is the only user of cedar-go's experimental schema packages.
type vocabulary struct {
	schema    *resolved.Schema
	validator *validate.Validator
}

func loadVocabulary() (*vocabulary, error) {
	var s schema.Schema
	if err := s.UnmarshalCedar(schemaText); err != nil {
		return nil, fmt.Errorf("reading the policy schema: %w", err)
	}
	r, err := s.Resolve()
	if err != nil {
		return nil, fmt.Errorf("reading the policy schema: %w", err)
	}
	return &vocabulary{schema: r, validator: validate.New(r)}, nil
}

// check refuses a policy that uses an action, type, attribute or value that the schema does not have.
func (v *vocabulary) check(r rule) error {
	if err := v.validator.Policy("", (*ast.Policy)(r.policy.AST())); err != nil {
		// The validator says the same of each action, and in no order.
		lines := strings.Split(err.Error(), "\n")
		slices.Sort(lines)
		lines = slices.Compact(lines)
		return errors.New(strings.Join(lines[:min(len(lines), 3)], "; "))
	}
	var unknown []string
	for uid := range r.said.entities {
		if !v.knows(uid) {
			unknown = append(unknown, uid.String())
		}
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%s is not known here", slices.Min(unknown))
	}
	return nil
}

// holds refuses what Cedar is to be asked when the schema does not have it.
func (v *vocabulary) holds(person cedar.Entity, request cedar.Request) error {
	if err := v.validator.Entity(person); err != nil {
		return err
	}
	return v.validator.Request(request)
}

// knows reports whether a value may stand in a policy. cedar-go's validator looks at types only, so that
// Role::"laed" would pass it. A person is no such value: policy names nobody.
func (v *vocabulary) knows(uid cedar.EntityUID) bool {
	switch uid.Type {
	case typeAction:
		_, ok := v.schema.Actions[uid]
		return ok
	case typeTeam:
		return uid.ID != ""
	case typeCommand:
		_, ok := model.InfoOf(model.CommandKind(uid.ID))
		return ok
	}
	return slices.Contains(v.schema.Enums[uid.Type].Values, uid)
}
