package prove

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/reference"
)

// The budget of whoever may darken and the breaker, cut to what a world of five accounts can use up.
const (
	budgetHour = 2
	budgetDay  = 3
	breakerAt  = 3
	breakerFor = 10 * time.Minute
)

// weak is the name of the policy that asks for least.
const weak = "weakest"

// rulebook is a policy under which a world is explored, and what the laws make of it.
type rulebook struct {
	name   string
	bundle *policy.Bundle
	table  reference.Table
}

// shipped is the policy that is shipped.
func shipped() (rulebook, error) {
	table, err := reference.ReadTable()
	if err != nil {
		return rulebook{}, err
	}
	bundle, err := rewrite(func(document) {})
	return rulebook{"shipped", bundle, table}, err
}

// weakest asks as little as can be written in a policy: the fewest keys, of whomever, at once. What the laws ask for then
// is two people for what harms the protected, governs or ends a freeze, and one for everything else.
func weakest() (rulebook, error) {
	bundle, err := rewrite(weaken)
	if err != nil {
		return rulebook{}, err
	}
	table := reference.Table{}
	for _, row := range slices.Concat(policy.ClassRows(), policy.SingleRows()) {
		table[string(row)] = map[model.Class]model.Requirement{"": {Keys: fewest(row, model.ClassGovernment), Teams: 1}}
		for _, class := range model.Classes() {
			table[string(row)][class] = model.Requirement{Keys: fewest(row, class), Teams: 1}
		}
	}
	return rulebook{weak, bundle, table}, nil
}

// fewest is how few keys a policy may ask for.
func fewest(row policy.Row, class model.Class) int {
	switch row {
	case policy.RowWarn, policy.RowLockBrief, policy.RowViewPrivate, policy.RowDecideAppeal, policy.RowTighten, policy.RowFreeze,
		policy.RowRestore:
		return 1
	}
	if row.ByClass() && !class.Protected() {
		return 1
	}
	return 2
}

type document map[string]any

func (d document) at(name string) document { return d[name].(map[string]any) }

func weaken(doc document) {
	rows := doc.at("rows")
	for name := range rows {
		if !policy.Row(name).ByClass() {
			rows[name] = cell(fewest(policy.Row(name), ""))
			continue
		}
		for _, class := range model.Classes() {
			rows.at(name)[string(class)] = cell(fewest(policy.Row(name), class))
		}
	}
	doc["cedar"] = `@id("all") permit (principal, action, resource);`
}

func cell(keys int) document {
	return document{"keys": keys, "roles": []string{}, "teams": 1, "wait": "0s"}
}

// rewrite is the shipped policy, changed, with budgets that a small world can use up.
func rewrite(change func(document)) (*policy.Bundle, error) {
	from, err := policy.Shipped()
	if err != nil {
		return nil, err
	}
	var doc document
	if err := json.Unmarshal(from.Encode(), &doc); err != nil {
		return nil, fmt.Errorf("reading the shipped policy: %w", err)
	}
	change(doc)
	for _, role := range []model.Role{model.RoleAgent, model.RoleLead, model.RoleSecurity, model.RoleGovernmentAffairs} {
		doc.at("budgets")[string(role)] = document{"accounts_per_hour": budgetHour, "accounts_per_day": budgetDay,
			"reach_per_hour": 1000, "reach_per_day": 1000}
	}
	doc["breaker"] = document{"darkenings": breakerAt, "window": "10m", "freeze": "30m"}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	b, err := policy.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("making a policy to explore: %w", err)
	}
	return b, nil
}
