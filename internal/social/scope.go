package social

import (
	"slices"
	"strings"

	"keyturn/internal/model"
)

// topScopes are the scopes of Mastodon's API that stand for all below them. "follow" stands for a few that do not
// begin with it.
func topScopes() []string { return []string{"read", "write", "follow", "push", "profile", "admin"} }

// checkScopes refuses what is no scope, and drops repetitions; no scopes is "read".
func checkScopes(scopes []string) ([]string, error) {
	if len(scopes) == 0 {
		return []string{"read"}, nil
	}
	if len(scopes) > maxScopes {
		return nil, model.Invalid("scopes", "must be at most %d", maxScopes)
	}
	var kept []string
	for _, s := range scopes {
		top, rest, _ := strings.Cut(s, ":")
		if !slices.Contains(topScopes(), top) || len(rest) > 40 || strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz_:") != "" {
			return nil, model.Invalid("scopes", "the requested scope is invalid, unknown, or malformed")
		}
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept, nil
}

// Covers reports whether scopes allow what another asks for: it or one that stands above it is among them.
func Covers(scopes []string, want string) bool {
	for _, s := range scopes {
		if s == want || strings.HasPrefix(want, s+":") {
			return true
		}
		if _, about, _ := strings.Cut(want, ":"); s == "follow" && slices.Contains([]string{"follows", "blocks", "mutes"}, about) {
			return true
		}
	}
	return false
}

func coversAll(scopes, want []string) bool {
	return !slices.ContainsFunc(want, func(s string) bool { return !Covers(scopes, s) })
}
