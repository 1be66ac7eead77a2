package desk

import (
	"fmt"
	"net/http"

	"keyturn/internal/audit"
	"keyturn/internal/model"
	"keyturn/internal/policy"
)

// policyView is a bundle as its page shows it.
type policyView struct {
	policyEntity
	Classes []model.Class
	Rows    []policyRow // those with a cell for each class
	Single  []policyRow // those with one
	Budgets []policyBudget
	Breaker string
	Cedar   string
	History []audit.Publication
	Older   int64
	At      int64 // HighProfileAt
	Asks    bool  // the viewer may ask for another policy
	Sets    bool  // and for another setting
}

type policyRow struct {
	Row   policy.Row
	Cells []string
}

type policyBudget struct {
	Role model.Role
	policy.Budget
}

// policyPage shows a policy, the one in force unless another is named, and when each came into force.
func (d *desk) policyPage(w http.ResponseWriter, r *http.Request, who caller) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	p, err := audit.PolicyNamed(r.Context(), d.Store.Reads, r.PathValue("hash"))
	if err != nil {
		return err
	}
	inForce, err := d.Store.PolicyHash(r.Context())
	if err != nil {
		return err
	}
	b, err := policy.Parse(p.Document)
	if err != nil {
		return err
	}
	v := policyView{policyEntity: policyOf(p, inForce), Classes: model.Classes(), Breaker: breakerWords(b.Breaker()), Cedar: b.Cedar(),
		At: d.Guard.HighProfileAt()}
	rights, err := d.rightsOf(r.Context(), who)
	if err != nil {
		return err
	}
	v.Asks, v.Sets = rights.may(policy.VerbRequest, model.CmdPublishPolicy, ""), rights.may(policy.VerbRequest, model.CmdSetSetting, "")
	if v.Rows, err = cellsOf(b, policy.ClassRows(), model.Classes()); err != nil {
		return err
	}
	if v.Single, err = cellsOf(b, policy.SingleRows(), []model.Class{""}); err != nil {
		return err
	}
	for _, role := range model.Roles() {
		v.Budgets = append(v.Budgets, policyBudget{role, b.Budget(role)})
	}
	if v.History, err = audit.Publications(r.Context(), d.Store.Reads, int64(l.before), l.limit); err != nil {
		return err
	}
	if n := len(v.History); n == l.limit {
		v.Older = v.History[n-1].Leaf
	}
	return d.show(w, r, http.StatusOK, "policy", view{Title: "Policy", Path: "/policy", Person: who.person.Name, Data: v})
}

func breakerWords(b policy.Breaker) string {
	return fmt.Sprintf("past %s by everyone together within %s, darkening stops for everyone for %s",
		model.Counted(int64(b.Darkenings), "darkening", "darkenings"), model.Lasting(b.Window), model.Lasting(b.Freeze))
}

func cellsOf(b *policy.Bundle, rows []policy.Row, classes []model.Class) (all []policyRow, err error) {
	for _, row := range rows {
		line := policyRow{Row: row}
		for _, class := range classes {
			need, err := b.Requirement(row, class)
			if err != nil {
				return nil, err
			}
			line.Cells = append(line.Cells, policy.Words(need))
		}
		all = append(all, line)
	}
	return all, nil
}
