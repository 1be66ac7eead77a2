package policy

import (
	"maps"
	"slices"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
)

// mentions is what Cedar text speaks of: every entity that is written out in it, and every name of an attribute. An
// attribute that is not named cannot change an answer: the schema leaves no other way to look at one.
type mentions struct {
	entities map[cedar.EntityUID]bool
	names    map[types.String]bool
}

func newMentions() mentions {
	return mentions{entities: map[cedar.EntityUID]bool{}, names: map[types.String]bool{}}
}

// mentionsOf reads one policy.
func mentionsOf(p *cedar.Policy) mentions {
	m := newMentions()
	tree := (*ast.Policy)(p.AST())
	m.scope(tree.Principal)
	m.scope(tree.Action)
	m.scope(tree.Resource)
	for _, c := range tree.Conditions {
		ast.Inspect(ast.NewNode(c.Body), m.node)
	}
	return m
}

func (m mentions) scope(s ast.IsScopeNode) {
	switch s := s.(type) {
	case ast.ScopeTypeEq:
		m.entities[s.Entity] = true
	case ast.ScopeTypeIn:
		m.entities[s.Entity] = true
	case ast.ScopeTypeIsIn:
		m.entities[s.Entity] = true
	case ast.ScopeTypeInSet:
		for _, e := range s.Entities {
			m.entities[e] = true
		}
	}
}

func (m mentions) node(n ast.IsNode) bool {
	switch n := n.(type) {
	case ast.NodeValue:
		if uid, ok := n.Value.(cedar.EntityUID); ok {
			m.entities[uid] = true
		}
	case ast.NodeTypeAccess:
		m.names[n.Value] = true
	case ast.NodeTypeHas:
		m.names[n.Value] = true
	case ast.NodeTypeRecord: // compared with the whole context
		for _, e := range n.Elements {
			m.names[e.Key] = true
		}
	}
	return true
}

// speaksOf reports whether the policy's scope lets it answer about the verb at all. The schema's actions have no
// parents, so that being in an action is being it.
func speaksOf(p *cedar.Policy, verb Verb) bool {
	action := uid(typeAction, verb)
	switch s := (*ast.Policy)(p.AST()).Action.(type) {
	case ast.ScopeTypeEq:
		return s.Entity == action
	case ast.ScopeTypeIn:
		return s.Entity == action
	case ast.ScopeTypeInSet:
		return slices.Contains(s.Entities, action)
	}
	return true
}

// ofType reports whether an entity of the type is mentioned.
func (m mentions) ofType(t cedar.EntityType) bool {
	for uid := range m.entities {
		if uid.Type == t {
			return true
		}
	}
	return false
}

// join adds what another policy mentions.
func (m mentions) join(other mentions) {
	maps.Copy(m.entities, other.entities)
	maps.Copy(m.names, other.names)
}
