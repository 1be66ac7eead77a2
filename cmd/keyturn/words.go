package main

import (
	"strings"
	"time"

	"keyturn/internal/model"
)

// counted is a number with its noun: "1 follower", "41,700,000 followers".
func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return model.Count(n) + " " + many
}

// lasting is a duration in words, from days to seconds: "15 minutes", "1 day 12 hours".
func lasting(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := int64(d / u.of); n > 0 && !(u.name == "day" && d < 48*time.Hour) {
			parts = append(parts, counted(n, u.name, u.name+"s"))
			d %= u.of
		}
	}
	if len(parts) == 0 {
		return "less than a second"
	}
	return strings.Join(parts, " ")
}

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
