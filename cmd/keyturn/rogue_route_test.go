package main

import (
	"net/http"
	"slices"
	"strings"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

// routes goes through every route of the desk and of the network, as the rogue's staff self, as a member and as nobody,
// with everything that could be meant in the place of its wildcards, and with bodies that fit some route or other.
func (r *rogue) routes() {
	q, _ := r.asks(deskclient.Order{Kind: model.CmdSuspend, Account: "@president", Case: r.cases["president"]})
	staff := r.asStaff()
	desk := client{tb: r.t, h: r.srv.desk, addr: "10.9.9.9:9"}
	for _, pattern := range patterns(r.t, deskRoutes) {
		if pattern == "DELETE /api/v1/session" {
			continue // the rogue stays
		}
		r.every(pattern, q.ID.String(), desk, staff.token, r.member.token)
	}
	if r.thorough {
		network := client{tb: r.t, h: r.srv.network, addr: "10.9.9.9:9"}
		for _, pattern := range slices.Concat(patterns(r.t, clientAPI), patterns(r.t, publicPages)) {
			r.every(pattern, q.ID.String(), network, "", staff.token, r.member.token, r.moderator().token)
		}
	}
}

// every tries a route in every sense, with every token.
func (r *rogue) every(pattern, request string, c client, tokens ...string) {
	r.t.Helper()
	method, route, _ := strings.Cut(pattern, " ")
	for i, path := range r.meant(route, request) {
		for _, token := range tokens {
			r.step()
			a := r.any(c.with(token), method, path, i)
			if a.status >= 500 {
				r.t.Errorf("%s", a)
			}
			if method != http.MethodGet {
				r.tried(a.call)
			}
		}
	}
}

// meant are a route's paths with what could be meant by each wildcard.
func (r *rogue) meant(route, request string) []string {
	if !strings.Contains(route, "{") || strings.HasSuffix(route, "{$}") {
		return []string{strings.TrimSuffix(route, "{$}")}
	}
	ids := []string{r.id("president"), r.posts["president"][0], r.cases["president"]}
	if strings.Contains(route, "requests") {
		ids = []string{request, r.id("president")}
	}
	var paths []string
	for _, id := range ids {
		paths = append(paths, strings.NewReplacer("{id}", id, "{login}", "lead", "{handle}", "@president", "{name}", "@president",
			"{token}", strings.Repeat("A", 43), "{file}", "avatar.png", "{tag}", "one").Replace(route))
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// any makes a call with all parameters that any route has, as a form or as JSON.
func (r *rogue) any(c client, method, path string, i int) answer {
	if method == http.MethodGet {
		return c.get(path)
	}
	target, post := r.id("president"), r.posts["president"][0]
	if strings.Contains(path, "/requests") || strings.Contains(path, "/explain") || strings.Contains(path, "/cases") || strings.Contains(path, "/enrol") {
		bodies := []any{struct{}{}, map[string]string{"reason": "no"}, deskclient.Order{Kind: model.CmdBan, Account: "@president", Reason: "now"}}
		return c.json(method, path, bodies[i%len(bodies)])
	}
	return c.form(method, path, formOf("account_id", target, "id", target, "status", "hello", "in_reply_to_id", post, "status_ids[]", post,
		"category", "legal", "comment", "dangerous", "username", "president", "email", "president@example.org", "password", "12345678",
		"agreement", "true", "display_name", "The President", "locked", "true", "client_name", "x", "redirect_uris", outOfBand,
		"notifications[last_read_id]", post, "token", r.owners["president"].token, "moved_to", r.member.token, "suspended", "true",
		"type", "suspend", "text", "now", "resolved", "true"))
}
