package store

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/model"
)

var (
	personTable = table("persons", "id", "name", "team", "employment_kind", "employment_status", "ends_at")
	grantTable  = table("role_grants", "id", "person", "role", "sponsor", "granted_at", "revoked_at")
	loginTable  = table("logins", "id", "person", "name")
)

const (
	personCols = `id, name, team, employment_kind, employment_status, ends_at, leaf`
	grantCols  = `id, person, role, sponsor, granted_at, revoked_at, leaf`
	loginCols  = `id, person, name, leaf`
)

func scanPerson(row scanner) (p model.Person, err error) {
	var ends int64
	err = row.Scan(&p.ID, &p.Name, &p.Team, &p.Employment.Kind, &p.Employment.Status, &ends, &p.Leaf)
	p.Employment.EndsAt = fromMillis(ends)
	return p, err
}

func scanGrant(row scanner) (g model.RoleGrant, err error) {
	var granted, revoked int64
	err = row.Scan(&g.ID, &g.Person, &g.Role, &g.Sponsor, &granted, &revoked, &g.Leaf)
	g.GrantedAt, g.RevokedAt = fromMillis(granted), fromMillis(revoked)
	return g, err
}

func scanLogin(row scanner) (l model.Login, err error) {
	err = row.Scan(&l.ID, &l.Person, &l.Name, &l.Leaf)
	return l, err
}

// PutPerson writes a person's own row; roles are written by PutGrant.
func (p *PrivTx) PutPerson(ctx context.Context, m model.Person) error {
	return p.put(ctx, personTable, m.ID, m.Name, m.Team, string(m.Employment.Kind), string(m.Employment.Status),
		millis(m.Employment.EndsAt))
}

// PutGrant writes a role grant, new or revoked.
func (p *PrivTx) PutGrant(ctx context.Context, g model.RoleGrant) error {
	return p.put(ctx, grantTable, g.ID, g.Person, string(g.Role), g.Sponsor, millis(g.GrantedAt), millis(g.RevokedAt))
}

// PutLogin writes a login, new or mapped to another person.
func (p *PrivTx) PutLogin(ctx context.Context, l model.Login) error {
	return p.put(ctx, loginTable, l.ID, l.Person, l.Name)
}

// Person reads a person with the roles held.
func (r Reads) Person(ctx context.Context, id model.ID) (model.Person, error) {
	p, err := one(ctx, r.q, scanPerson, "person", `SELECT `+personCols+` FROM persons WHERE id = $1`, id)
	if err != nil {
		return model.Person{}, err
	}
	p.Grants, err = r.grants(ctx, `WHERE person = $1 AND revoked_at = 0 ORDER BY id`, id)
	return p, err
}

// People lists everyone who ever worked at the desk, with the roles that they hold.
func (r Reads) People(ctx context.Context) ([]model.Person, error) {
	people, err := collect(ctx, r.q, scanPerson, `SELECT `+personCols+` FROM persons ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("reading people: %w", err)
	}
	grants, err := r.grants(ctx, `WHERE revoked_at = 0 ORDER BY id`)
	if err != nil {
		return nil, err
	}
	for i := range people {
		for _, g := range grants {
			if g.Person == people[i].ID {
				people[i].Grants = append(people[i].Grants, g)
			}
		}
	}
	return people, nil
}

// EmploymentsOver are the people whose employment has come to its end date but is not marked as ended.
func (r Reads) EmploymentsOver(ctx context.Context, now time.Time) ([]model.Person, error) {
	return collect(ctx, r.q, scanPerson, `SELECT `+personCols+` FROM persons
		WHERE employment_status <> 'ended' AND ends_at > 0 AND ends_at <= $1 ORDER BY id`, millis(now))
}

// GrantsOf are all role grants that a person ever had, the oldest first.
func (r Reads) GrantsOf(ctx context.Context, person model.ID) ([]model.RoleGrant, error) {
	return r.grants(ctx, `WHERE person = $1 ORDER BY id`, person)
}

func (r Reads) grants(ctx context.Context, where string, args ...any) ([]model.RoleGrant, error) {
	list, err := collect(ctx, r.q, scanGrant, `SELECT `+grantCols+` FROM role_grants `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading role grants: %w", err)
	}
	return list, nil
}

// LoginNamed finds a login by its name.
func (r Reads) LoginNamed(ctx context.Context, name string) (model.Login, error) {
	return one(ctx, r.q, scanLogin, "login", `SELECT `+loginCols+` FROM logins WHERE name = $1`, name)
}

// Login reads a login.
func (r Reads) Login(ctx context.Context, id model.ID) (model.Login, error) {
	return one(ctx, r.q, scanLogin, "login", `SELECT `+loginCols+` FROM logins WHERE id = $1`, id)
}

// LoginsOf are a person's logins.
func (r Reads) LoginsOf(ctx context.Context, person model.ID) ([]model.Login, error) {
	return collect(ctx, r.q, scanLogin, `SELECT `+loginCols+` FROM logins WHERE person = $1 ORDER BY id`, person)
}
