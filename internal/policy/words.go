package policy

import (
	"fmt"
	"strings"
	"time"

	"keyturn/internal/model"
)

// Words writes a requirement as the table of POLICY.md has it: "3 · lead, security, two teams · 15 min".
func Words(need model.Requirement) string {
	var with []string
	for _, r := range need.Roles {
		with = append(with, string(r))
	}
	if need.Teams > 1 {
		with = append(with, number(need.Teams)+" teams")
	}
	parts := []string{fmt.Sprint(need.Keys)}
	if len(with) > 0 {
		parts = append(parts, strings.Join(with, ", "))
	}
	if need.Wait > 0 {
		parts = append(parts, wait(need.Wait))
	}
	return strings.Join(parts, " · ")
}

func number(n int) string {
	if names := []string{"no", "one", "two", "three"}; n < len(names) {
		return names[n]
	}
	return fmt.Sprint(n)
}

// wait writes a whole number of hours or minutes as such, anything else as Go does.
func wait(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d < time.Hour && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return span(d)
}
