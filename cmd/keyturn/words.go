package main

import (
	"strings"

	"keyturn/internal/model"
)

// rolesInWords lists roles: "lead, security and government affairs".
func rolesInWords(roles []model.Role) string {
	names := make([]string, 0, len(roles))
	for _, r := range roles {
		names = append(names, strings.ReplaceAll(string(r), "_", " "))
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
