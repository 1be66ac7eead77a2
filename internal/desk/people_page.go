package desk

import (
	"net/http"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

// recentRecoveries is how many recoveries the page shows.
const recentRecoveries = 10

// peoplePage lists who works here and which passkeys wait to be enrolled, and asks for what brings somebody in: a role,
// an invitation, an enrolment.
func (d *desk) peoplePage(w http.ResponseWriter, r *http.Request, who caller) error {
	people, err := d.everyone(r.Context())
	if err != nil {
		return err
	}
	open, err := d.openEnrolments(r.Context())
	if err != nil {
		return err
	}
	recoveries, err := d.listRecoveries(r.Context(), store.Range{Limit: recentRecoveries})
	if err != nil {
		return err
	}
	gaps, err := d.listGaps(r.Context())
	if model.KindOf(err) == model.KindNotFound {
		gaps, err = nil, nil // there is no policy in force: an incident says so
	}
	if err != nil {
		return err
	}
	rights, err := d.rightsOf(r.Context(), who)
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, "people", view{Title: "People", Path: "/people", Person: who.person.Name,
		Data: map[string]any{"People": people, "Enrolments": open, "Recoveries": recoveries,
			"Stoppable": slices.ContainsFunc(recoveries, func(r recoveryEntity) bool { return r.State == store.RecoveryWaiting }), "Gaps": byPerson(gaps), "Roles": model.Roles(),
			"Auditor": onlyAudits(who), "Invites": d.invites(who), "Grants": rights.may(policy.VerbRequest, model.CmdGrantRole, ""),
			"Enrols": rights.may(policy.VerbRequest, model.CmdEnrollCredential, "")}})
}
