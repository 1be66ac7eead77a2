package audit

import (
	"slices"
	"strconv"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// people are the staff as the ledger has them so far: who they are, what they hold, and who is the same human as whom. What
// cannot be read is not there, so that nobody gains by it.
type people struct {
	persons     map[model.ID]model.Person // without grants
	grants      map[model.ID]model.RoleGrant
	credentials map[model.ID]model.Credential
	merged      map[model.ID]model.ID // into whom
}

func newPeople() *people {
	return &people{persons: map[model.ID]model.Person{}, grants: map[model.ID]model.RoleGrant{},
		credentials: map[model.ID]model.Credential{}, merged: map[model.ID]model.ID{}}
}

// put takes what an entry says of them.
func (p *people) put(row ledger.Row) {
	n, err := strconv.ParseInt(row.Key, 10, 64)
	if err != nil {
		return
	}
	id := model.ID(n)
	switch row.Table {
	case "persons":
		keep(p.persons, id, row, store.PersonOf)
	case "role_grants":
		keep(p.grants, id, row, store.GrantOf)
	case "credentials":
		keep(p.credentials, id, row, store.CredentialOf)
	case "person_merges":
		keep(p.merged, id, row, func(row ledger.Row) (model.ID, error) { return model.ParseID("into_person", row.Values["into_person"]) })
	}
}

func keep[T any](all map[model.ID]T, id model.ID, row ledger.Row, read func(ledger.Row) (T, error)) {
	v, err := read(row)
	if err != nil {
		delete(all, id)
		return
	}
	all[id] = v
}

// person is somebody with the roles that they hold.
func (p *people) person(id model.ID) (m model.Person, held []model.Credential) {
	m = p.persons[id]
	for _, g := range p.grants {
		if g.Person == id && g.RevokedAt.IsZero() {
			m.Grants = append(m.Grants, g)
		}
	}
	for _, c := range p.credentials {
		if c.Person == id && c.RevokedAt.IsZero() {
			held = append(held, c)
		}
	}
	return m, held
}

// sameAs are the people who are the same human as somebody at first hand.
func (p *people) sameAs(id model.ID, now time.Time) []model.ID {
	m, held := p.person(id)
	same := guard.SameHuman(m, held, now)
	for person, into := range p.merged {
		switch id {
		case person:
			same = append(same, into)
		case into:
			same = append(same, person)
		}
	}
	return same
}

// holder is somebody as the quorum counts them.
func (p *people) holder(id model.ID, now time.Time) approval.Holder {
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
