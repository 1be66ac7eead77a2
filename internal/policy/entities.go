package policy

import (
	"github.com/cedar-policy/cedar-go"

	"keyturn/internal/model"
)

// The entity types of schema.cedarschema.
const (
	typeAction     cedar.EntityType = "Action"
	typePerson     cedar.EntityType = "Person"
	typeRole       cedar.EntityType = "Role"
	typeTeam       cedar.EntityType = "Team"
	typeEmployment cedar.EntityType = "Employment"
	typeStatus     cedar.EntityType = "Status"
	typeClass      cedar.EntityType = "Class"
	typeGroup      cedar.EntityType = "Group"
	typeCommand    cedar.EntityType = "Command"
	typeDesk       cedar.EntityType = "Desk"
)

// The attributes of schema.cedarschema.
const (
	attrEmployment = "employment"
	attrStatus     = "status"
	attrLeaver     = "leaver"
	attrClass      = "class"
	attrHasCase    = "has_case"
	attrHour       = "hour"
)

// asker stands for whoever asks: policy names nobody, so that one name serves for all.
var asker = uid(typePerson, "asker")

func uid[S ~string](t cedar.EntityType, id S) cedar.EntityUID {
	return cedar.NewEntityUID(t, cedar.String(id))
}

// commandEntities is the catalogue as Cedar sees it: each command in its group.
func commandEntities() cedar.EntityMap {
	entities := cedar.EntityMap{}
	for _, c := range model.Catalogue() {
		id := uid(typeCommand, c.Kind)
		entities[id] = cedar.Entity{UID: id, Parents: cedar.NewEntityUIDSet(uid(typeGroup, c.Group))}
	}
	return entities
}

// world is the entities of one question: who asks, and the catalogue.
type world struct {
	person   cedar.Entity
	commands cedar.EntityMap
}

// Get finds an entity for Cedar.
func (w *world) Get(id cedar.EntityUID) (cedar.Entity, bool) {
	if id == asker {
		return w.person, true
	}
	return w.commands.Get(id)
}

// person is the subject of a settled question as Cedar sees it.
func (s Subject) person() cedar.Entity {
	parents := make([]cedar.EntityUID, 0, len(s.Roles)+1)
	for _, r := range s.Roles {
		parents = append(parents, uid(typeRole, r))
	}
	if s.Team != "" {
		parents = append(parents, uid(typeTeam, s.Team))
	}
	return cedar.Entity{
		UID:     asker,
		Parents: cedar.NewEntityUIDSet(parents...),
		Attributes: cedar.NewRecord(cedar.RecordMap{
			attrEmployment: uid(typeEmployment, s.Kind),
			attrStatus:     uid(typeStatus, s.Status),
			attrLeaver:     cedar.Boolean(s.Leaver),
		}),
	}
}

// request is a settled question as Cedar sees it.
func (q Question) request() cedar.Request {
	r := cedar.Request{
		Principal: asker,
		Action:    uid(typeAction, q.Verb),
		Resource:  uid(typeCommand, q.Command),
		Context: cedar.NewRecord(cedar.RecordMap{
			attrClass:   uid(typeClass, q.Class),
			attrHasCase: cedar.Boolean(q.HasCase),
			attrHour:    cedar.Long(q.Hour),
		}),
	}
	if q.Verb == VerbSee {
		r.Resource = uid(typeDesk, "desk")
	}
	return r
}
