package policy

import (
	"fmt"
	"strings"

	"keyturn/internal/model"
)

// Parts is the document in the two parts that ParseParts reads, laid out for people: a line for each cell, in the order of
// the table.
func (b *Bundle) Parts() (rest []byte, cedar string) {
	var rows, budgets []string
	for _, row := range ClassRows() {
		var classes []string
		for _, class := range model.Classes() {
			classes = append(classes, "      "+member(string(class), cellText(b.table[cell{row, class}])))
		}
		rows = append(rows, "    "+member(string(row), "{\n"+strings.Join(classes, ",\n")+"\n    }"))
	}
	for _, row := range SingleRows() {
		rows = append(rows, "    "+member(string(row), cellText(b.table[cell{row: row}])))
	}
	for _, role := range model.Roles() {
		of := b.budgets[role]
		budgets = append(budgets, "    "+member(string(role), fmt.Sprintf(
			`{"accounts_per_hour": %d, "accounts_per_day": %d, "reach_per_hour": %d, "reach_per_day": %d}`,
			of.AccountsPerHour, of.AccountsPerDay, of.ReachPerHour, of.ReachPerDay)))
	}
	text := fmt.Sprintf("{\n  \"version\": %d,\n  \"rows\": {\n%s\n  },\n  \"budgets\": {\n%s\n  },\n  %s\n}\n", version,
		strings.Join(rows, ",\n"), strings.Join(budgets, ",\n"), member("breaker", fmt.Sprintf(
			`{"darkenings": %d, "window": "%s", "freeze": "%s"}`, b.breaker.Darkenings, span(b.breaker.Window), span(b.breaker.Freeze))))
	return []byte(text), b.rules.text
}

func member(name, value string) string { return `"` + name + `": ` + value }

func cellText(need model.Requirement) string {
	roles := []string{}
	for _, r := range need.Roles {
		roles = append(roles, `"`+string(r)+`"`)
	}
	return fmt.Sprintf(`{"keys": %d, "roles": [%s], "teams": %d, "wait": "%s"}`, need.Keys, strings.Join(roles, ", "), need.Teams, span(need.Wait))
}
