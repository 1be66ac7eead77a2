package demo

import (
	"strings"
	"time"

	"keyturn/internal/model"
)

// Member of staff of the demo.
type Member struct {
	Name       string
	Team       string
	Roles      []model.Role
	Employment model.Employment
	Logins     []string // the first is the one that people use
	Handle     string   // of the member account that is theirs
	About      string   // one line, for the person who tries the demo
}

// lastShift is how long the demo's contractor still has when it is born.
const lastShift = 8 * time.Hour

// Staff lists who works at the demo's desk.
func Staff(now time.Time) []Member {
	employee := model.Employment{Kind: model.Employee, Status: model.EmploymentActive}
	today := model.Employment{Kind: model.Contractor, Status: model.EmploymentActive,
		EndsAt: now.Add(lastShift).UTC().Truncate(time.Second)}
	member := func(login, name, team, about string, roles ...model.Role) Member {
		return Member{Name: name, Team: team, Roles: roles, Employment: employee, Logins: []string{login},
			Handle: strings.ToLower(name), About: about}
	}
	lastday := member("lastday", "Bastian", "support-west", "contractor, on the last shift of the contract", model.RoleAgent)
	lastday.Employment = today
	lead := member("lead", "Leila", "support-east", "leads a support team; has two logins", model.RoleLead)
	lead.Logins = append(lead.Logins, "lead.oncall")
	return []Member{
		lastday,
		member("agent", "Ada", "support-west", "handles reports", model.RoleAgent),
		member("agent2", "Aron", "support-east", "handles reports", model.RoleAgent),
		lead,
		member("lead2", "Lou", "support-west", "leads a support team", model.RoleLead),
		member("gov", "Grace", "government-affairs", "government affairs", model.RoleGovernmentAffairs),
		member("security", "Sam", "security", "security", model.RoleSecurity),
		member("admin", "Amal", "operations", "administers the desk", model.RoleAdmin),
		member("admin2", "Andrea", "platform", "administers the desk", model.RoleAdmin),
		member("auditor", "Otto", "audit", "sees everything, turns no key", model.RoleAuditor),
	}
}
