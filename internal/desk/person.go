package desk

import (
	"context"
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/web"
)

// personEntity is a member of staff in the API.
type personEntity struct {
	ID         model.ID     `json:"id"`
	Name       string       `json:"name"`
	Team       string       `json:"team"`
	Roles      []model.Role `json:"roles"`
	Logins     []string     `json:"logins"`
	Accounts   []string     `json:"accounts"` // the handles of the member accounts that are theirs now
	Employment employment   `json:"employment"`
	Leaver     bool         `json:"leaver"`
}

type employment struct {
	Kind   model.EmploymentKind   `json:"kind"`
	Status model.EmploymentStatus `json:"status"`
	EndsAt time.Time              `json:"ends_at,omitzero"`
}

// personRef names a member of staff.
type personRef struct {
	ID    model.ID `json:"id,omitzero"`
	Name  string   `json:"name"`
	Login string   `json:"login,omitempty"`
}

// nobody is who stands for a person that is not there (any more).
const nobody = "nobody"

func (d *desk) personOf(ctx context.Context, p model.Person) (personEntity, error) {
	logins, err := d.Store.LoginsOf(ctx, p.ID)
	if err != nil {
		return personEntity{}, err
	}
	e := personEntity{ID: p.ID, Name: p.Name, Team: p.Team, Roles: p.RoleSet(), Logins: []string{}, Accounts: []string{},
		Employment: employment(p.Employment), Leaver: p.Employment.Leaver(d.Now())}
	for _, l := range logins {
		e.Logins = append(e.Logins, l.Name)
	}
	if e.Roles == nil {
		e.Roles = []model.Role{}
	}
	links, err := d.Store.LinksOf(ctx, p.ID)
	if err != nil {
		return e, err
	}
	for _, l := range links {
		account, err := d.Store.Account(ctx, l.Account)
		if err != nil {
			return e, err
		}
		e.Accounts = append(e.Accounts, account.Handle)
	}
	return e, nil
}

// roster is everyone who ever worked at the desk, by ID.
type roster map[model.ID]model.Person

func (d *desk) roster(ctx context.Context) (roster, error) {
	people, err := d.Store.People(ctx)
	if err != nil {
		return nil, err
	}
	all := roster{}
	for _, p := range people {
		all[p.ID] = p
	}
	return all, nil
}

func (all roster) ref(id model.ID) personRef {
	if p, ok := all[id]; ok {
		return personRef{ID: id, Name: p.Name}
	}
	return personRef{ID: id, Name: nobody}
}

func (d *desk) me(w http.ResponseWriter, r *http.Request, who caller) error {
	p, err := d.personOf(r.Context(), who.person)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, p)
}

func (d *desk) people(w http.ResponseWriter, r *http.Request, _ caller) error {
	all, err := d.everyone(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

// everyone is everyone who ever worked at the desk.
func (d *desk) everyone(ctx context.Context) ([]personEntity, error) {
	people, err := d.Store.People(ctx)
	if err != nil {
		return nil, err
	}
	all := []personEntity{}
	for _, p := range people {
		e, err := d.personOf(ctx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func (d *desk) person(w http.ResponseWriter, r *http.Request, _ caller) error {
	login, err := d.Store.LoginNamed(r.Context(), r.PathValue("login"))
	if err != nil {
		return err
	}
	p, err := d.Store.Person(r.Context(), login.Person)
	if err != nil {
		return err
	}
	e, err := d.personOf(r.Context(), p)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, e)
}
