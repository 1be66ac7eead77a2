package audit

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// people are the staff as the ledger has them so far: who they are, what they hold, and who is the same human as whom. What
// cannot be read is not there, so that nobody gains by it.
type people map[model.ID]*member

// member is one of them.
type member struct {
	model.Person // without grants
	grants       map[model.ID]model.RoleGrant
	held         map[model.ID]model.Credential
	merged       []model.ID // entries that are the same human
}

func (p people) member(id model.ID) *member {
	if p[id] == nil {
		p[id] = &member{grants: map[model.ID]model.RoleGrant{}, held: map[model.ID]model.Credential{}}
	}
	return p[id]
}

// put takes what an entry says of them.
func (p people) put(row ledger.Row) {
	id, err := model.ParseID("key", row.Key)
	if err != nil {
		return
	}
	person, _ := model.ParseID("person", cmp.Or(row.Values["person"], row.Before["person"]))
	switch row.Table {
	case "persons":
		m := p.member(id)
		m.Person, _ = store.PersonOf(row)
	case "role_grants":
		g, err := store.GrantOf(row)
		hold(p.member(person).grants, id, g, err == nil && g.RevokedAt.IsZero())
	case "credentials":
		c, err := store.CredentialOf(row)
		hold(p.member(person).held, id, c, err == nil && c.RevokedAt.IsZero())
	case "person_merges":
		if into, err := model.ParseID("into_person", row.Values["into_person"]); err == nil {
			p.member(id).merged = append(p.member(id).merged, into)
			p.member(into).merged = append(p.member(into).merged, id)
		}
	}
}

func hold[T any](all map[model.ID]T, id model.ID, v T, held bool) {
	if held {
		all[id] = v
	} else {
		delete(all, id)
	}
}

// person is somebody with the roles and the passkeys that they hold.
func (p people) person(id model.ID) (model.Person, []model.Credential) {
	m := p.member(id)
	person := m.Person
	person.ID, person.Grants = id, slices.Collect(maps.Values(m.grants))
	return person, slices.Collect(maps.Values(m.held))
}

// sameAs are the people who are the same human as somebody at first hand.
func (p people) sameAs(id model.ID, now time.Time) []model.ID {
	m, held := p.person(id)
	return append(guard.SameHuman(m, held, now), p.member(id).merged...)
}

// holder is somebody as the quorum counts them.
func (p people) holder(id model.ID, now time.Time) approval.Holder {
	m, _ := p.person(id)
	h := approval.Holder{Person: id, Roles: m.RoleSet(), Team: m.Team}
	for next := []model.ID{id}; len(next) > 0; next = next[1:] {
		for _, s := range p.sameAs(next[0], now) {
			if s != id && !slices.Contains(h.SameAs, s) {
				h.SameAs, next = append(h.SameAs, s), append(next, s)
			}
		}
	}
	return h
}
