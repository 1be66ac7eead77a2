package mastodon

import (
	"net/http"
	"strings"
	"testing"

	"keyturn/internal/social"
)

// TestEveryRouteAsksForItsScope calls each route without a token, and with a token that has every scope but the one that
// the route needs.
func TestEveryRouteAsksForItsScope(t *testing.T) {
	s := newServer(t)
	a := &api{net: s.net}
	appOnly, err := s.net.IssueToken(t.Context(), s.app, social.Proof{}, s.app.Scopes)
	if err != nil {
		t.Fatal(err)
	}
	for _, rt := range a.routes() {
		method, path, _ := strings.Cut(strings.ReplaceAll(rt.pattern, "{id}", s.id("aunt")), " ")
		if rt.access != anyone {
			s.anyone().do(method, path, "", "").want(http.StatusUnauthorized)
		}
		if rt.access >= member {
			(caller{s, appOnly.Token}).do(method, path, "", "").want(http.StatusForbidden)
			if rt.scope == "" {
				t.Errorf("%s is open to every token of a member", rt.pattern)
			}
		}
		if rt.scope == "" {
			continue
		}
		var others []string
		for _, scope := range knownScopes() {
			if !social.Covers([]string{scope}, rt.scope) {
				others = append(others, scope)
			}
		}
		got := s.as("uncle", others...).do(method, path, "", "").want(http.StatusForbidden)
		if !strings.Contains(got.body, rt.scope) {
			t.Errorf("%s does not say that it needs %s: %s", rt.pattern, rt.scope, got.body)
		}
		if method == http.MethodGet && !strings.Contains(rt.pattern, "{") {
			if got := s.as("cousin", rt.scope).do(method, path, "", ""); got.status == http.StatusForbidden {
				t.Errorf("%s refuses its own scope %s", rt.pattern, rt.scope)
			}
		}
	}
}

func TestReadingNeverWrites(t *testing.T) {
	for _, rt := range (&api{}).routes() {
		reads := strings.HasPrefix(rt.pattern, "GET ")
		scope := strings.TrimPrefix(rt.scope, "admin:")
		if (rt.access == desk) != (scope != rt.scope) {
			t.Errorf("%s needs %s", rt.pattern, rt.scope)
		}
		if reads && strings.HasPrefix(scope, "write") || !reads && strings.HasPrefix(scope, "read") {
			t.Errorf("%s needs %s", rt.pattern, rt.scope)
		}
	}
}

func TestBadTokens(t *testing.T) {
	s := newServer(t)
	for _, header := range []string{"Bearer nonsense", "Bearer", "Bearer ", "Basic abc", "nonsense", "Bearer " + strings.Repeat("x", 10_000)} {
		for _, path := range []string{"/api/v1/timelines/home", "/api/v1/timelines/public"} {
			r := newRequest(http.MethodGet, path)
			r.Header.Set("Authorization", header)
			s.anyone().send(r).want(http.StatusUnauthorized)
		}
	}
}
