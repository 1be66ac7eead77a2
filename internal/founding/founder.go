package founding

import (
	"slices"
	"strings"

	"keyturn/internal/guard"
	"keyturn/internal/model"
)

// KeysEach is how many passkeys each founder makes: one for every day, one that lies elsewhere.
const KeysEach = 2

// Founder is one of the people who found a store.
type Founder struct {
	Role  model.Role
	Login string
	Name  string
	Team  string
}

// Roles are the roles that found a store, one person each: together they can bring in everyone else.
func Roles() []model.Role {
	return []model.Role{model.RoleAdmin, model.RoleSecurity, model.RoleLead}
}

// Usual is the founder of a role when nobody says who it is.
func Usual(r model.Role) Founder {
	f := Founder{Role: r, Login: string(r)}
	switch r {
	case model.RoleAdmin:
		f.Name, f.Team = "Founding admin", "operations"
	case model.RoleSecurity:
		f.Name, f.Team = "Founding security officer", "security"
	default:
		f.Name, f.Team = "Founding lead", "moderation"
	}
	return f
}

// ParseFounder reads ROLE=LOGIN:NAME:TEAM. What is not so is invalid.
func ParseFounder(s string) (Founder, error) {
	role, rest, ok := strings.Cut(s, "=")
	login, rest, ok2 := strings.Cut(rest, ":")
	name, team, ok3 := strings.Cut(rest, ":")
	if !ok || !ok2 || !ok3 || strings.Contains(team, ":") {
		return Founder{}, model.Invalid("founder", "must be ROLE=LOGIN:NAME:TEAM, like admin=ada:Ada Lovelace:operations")
	}
	f := Founder{Role: model.Role(strings.TrimSpace(role)), Login: strings.TrimSpace(login), Name: strings.TrimSpace(name),
		Team: strings.TrimSpace(team)}
	return f, f.check()
}

func (f Founder) check() error {
	if !slices.Contains(Roles(), f.Role) {
		return model.Invalid("founder", "must have one of the roles %v, not %q", Roles(), f.Role)
	}
	for _, text := range []string{f.Name, f.Team} {
		if !printable(text) {
			return model.Invalid("founder", "must be of letters that can be printed, not %q", text)
		}
	}
	return guard.CheckNewcomer("founder."+string(f.Role)+".", f.Login, f.Name, f.Team)
}

// checkFounders holds three people to what a founding needs, and puts them in the order of Roles.
func checkFounders(given []Founder) ([]Founder, error) {
	var all []Founder
	for _, r := range Roles() {
		i := slices.IndexFunc(given, func(f Founder) bool { return f.Role == r })
		if i < 0 {
			return nil, model.Invalid("founder", "must be three people, and nobody is %s", r)
		}
		all = append(all, given[i])
	}
	if len(given) != len(all) {
		return nil, model.Invalid("founder", "must be three people, one of each role of %v", Roles())
	}
	logins, names, teams := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, f := range all {
		if err := f.check(); err != nil {
			return nil, err
		}
		logins[f.Login], names[strings.ToLower(f.Name)], teams[strings.ToLower(f.Team)] = true, true, true
	}
	switch {
	case len(logins) < len(all):
		return nil, model.Invalid("founder", "must have a login of their own each")
	case len(names) < len(all):
		return nil, model.Invalid("founder", "must be three different people")
	case len(teams) < 2:
		return nil, model.Invalid("founder", "must be from at least two teams")
	}
	return all, nil
}
