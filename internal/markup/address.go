package markup

import (
	"net/url"
	"strings"
)

// trimAddress takes away what ends a sentence rather than an address, and a closing bracket that was opened before it.
func trimAddress(s string) string {
	for {
		trimmed := strings.TrimRight(s, ".,;:!?'*_~…")
		for _, pair := range []string{"()", "[]", "{}"} {
			if strings.HasSuffix(trimmed, pair[1:]) && strings.Count(trimmed, pair[1:]) > strings.Count(trimmed, pair[:1]) {
				trimmed = trimmed[:len(trimmed)-1]
			}
		}
		if trimmed == s {
			return s
		}
		s = trimmed
	}
}

// linkable reports whether an address names a host and hides no user name in front of it.
func linkable(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Hostname() != "" && u.User == nil
}
