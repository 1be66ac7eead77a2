package policy

import (
	"slices"

	"keyturn/internal/model"
)

// Covers reports whether strict asks at least what loose asks: as many keys, every role, as many teams, as long a wait.
// No team and one team ask the same.
func Covers(strict, loose model.Requirement) bool {
	for _, r := range loose.Roles {
		if !slices.Contains(strict.Roles, r) {
			return false
		}
	}
	return strict.Keys >= loose.Keys && max(strict.Teams, 1) >= max(loose.Teams, 1) && strict.Wait >= loose.Wait
}

// Join is the least requirement that covers both: of each field the stricter, the roles of both in the order of
// model.Roles, and at least as many keys as roles, since each role takes a person of its own.
func Join(a, b model.Requirement) model.Requirement {
	roles := []model.Role{}
	for _, r := range model.Roles() {
		if slices.Contains(a.Roles, r) || slices.Contains(b.Roles, r) {
			roles = append(roles, r)
		}
	}
	return model.Requirement{
		Keys:  max(a.Keys, b.Keys, len(roles)),
		Roles: roles,
		Teams: max(a.Teams, b.Teams),
		Wait:  max(a.Wait, b.Wait),
	}
}
