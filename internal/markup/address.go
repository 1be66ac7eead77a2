package markup

import (
	"net/url"
	"strings"
	"unicode"
)

// findAddress finds the first http or https address in a line, with what may follow it up to a space, quote or angle
// bracket. There is none when start and end are the same.
func findAddress(line string) (start, end int) {
	for from := 0; ; {
		at := strings.Index(line[from:], "://")
		if at < 0 {
			return 0, 0
		}
		at += from
		from = at + len("://")
		for _, scheme := range []string{"https", "http"} {
			if strings.HasSuffix(line[:at], scheme) {
				rest := strings.IndexFunc(line[from:], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`<>"`, r) })
				if rest < 0 {
					rest = len(line) - from
				}
				return at - len(scheme), from + rest
			}
		}
	}
}

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
