package mastodon

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"keyturn/internal/model"
)

// roleEntity is https://docs.joinmastodon.org/entities/Role/, with the numbers as text, as Mastodon sends them.
type roleEntity struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Permissions string `json:"permissions"`
	Color       string `json:"color"`
	Highlighted bool   `json:"highlighted"`
}

// The permissions of Mastodon's that mean something here. They tell an app what to offer; the guard decides.
const (
	viewAuditLog  = 0x4
	manageReports = 0x10
	manageUsers   = 0x400
)

// roleOf is what somebody is on this network: nobody's account has the role of everyone.
func roleOf(p *model.Person) roleEntity {
	if p == nil || len(p.RoleSet()) == 0 {
		return roleEntity{ID: "-99", Permissions: "0"}
	}
	held := p.RoleSet()
	names, permissions := []string{}, viewAuditLog
	for _, r := range held {
		names = append(names, strings.ReplaceAll(string(r), "_", " "))
		if r != model.RoleAuditor && r != model.RoleAdmin {
			permissions |= manageReports | manageUsers
		}
	}
	return roleEntity{ID: roleID(held[0]), Name: strings.Join(names, ", "), Permissions: strconv.Itoa(permissions)}
}

// roleID is the number of a role.
func roleID(r model.Role) string { return strconv.Itoa(slices.Index(model.Roles(), r) + 1) }

// rolesWith are the roles with some of the numbers.
func rolesWith(ids []string) []model.Role {
	return slices.DeleteFunc(model.Roles(), func(r model.Role) bool { return !slices.Contains(ids, roleID(r)) })
}

// ownRole is the caller's.
func (c *call) ownRole(ctx context.Context) (roleEntity, error) {
	_, p, err := c.api.cfg.Guard.Linked(ctx, c.actor())
	switch model.KindOf(err) {
	case model.KindForbidden:
		return roleOf(nil), nil
	case "":
		return roleOf(&p), err
	}
	return roleEntity{}, err
}
