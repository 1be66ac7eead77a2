package main

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"keyturn/internal/testkit"
)

// seen is everything that the public can read, by who reads it and where.
type seen map[string]string

// readers are those who see the network differently: nobody in particular, whom the President mentions and answers, whom
// the President asked to follow. In the long test everybody.
func (l *life) readers() []string {
	few := []string{"stranger", "uncle", "aunt", "niece"}
	return testkit.Size(few, append(slices.Collect(maps.Keys(l.members)), "stranger"))
}

// crawl reads every public route as some readers, or as all: posts and notifications, all pages of every list. Pages are
// the same for everybody.
func (l *life) crawl(readers ...string) seen {
	l.TB.Helper()
	if len(readers) == 0 {
		readers = l.readers()
	}
	all := seen{}
	for _, who := range readers {
		c, routes := l.members[who], l.readable(clientAPI)
		if who == "stranger" {
			c, routes = l.stranger(), append(routes, l.readable(publicPages)...)
		}
		for _, route := range routes {
			for _, path := range l.paths(route) {
				all.follow(who, c, path)
			}
		}
	}
	return all
}

// readable are the routes of a folder that show something.
func (l *life) readable(dir string) (routes []string) {
	l.TB.Helper()
	for _, pattern := range patterns(l.TB, dir) {
		if route, shows := strings.CutPrefix(pattern, http.MethodGet+" "); shows {
			routes = append(routes, route)
		}
	}
	return routes
}

var (
	linked = regexp.MustCompile(`<http://localhost:8080(/[^>]*)>`)
	older  = regexp.MustCompile(`href="(/[^"]*\?max_id=[0-9]+)"`)
)

// follow reads a path and the pages that it leads to.
func (s seen) follow(who string, c client, path string) {
	for open := []string{path}; len(open) > 0; open = open[1:] {
		at := who + " " + open[0]
		if _, read := s[at]; read {
			continue
		}
		a := c.get(open[0])
		s[at] = fmt.Sprintf("%d %q %q %q\n%s", a.status, a.header["Link"], a.header["Location"], a.header["Content-Type"], a.body)
		for _, found := range slices.Concat(linked.FindAllStringSubmatch(a.header.Get("Link"), -1), older.FindAllStringSubmatch(a.body, -1)) {
			open = append(open, found[1])
		}
	}
}

// queries are what lists are asked for, besides nothing.
var queries = map[string][]string{
	"/api/v1/accounts/{id}/statuses":          {"exclude_replies=true", "exclude_reblogs=true", "limit=3", "max_id={p3}", "min_id={p2}", "since_id={p4}"},
	"/api/v1/accounts/{id}/followers":         {"limit=2"},
	"/api/v1/accounts/{id}/following":         {"limit=2", "max_id={p3}"},
	"/api/v1/statuses/{id}/favourited_by":     {"limit=1"},
	"/api/v1/timelines/home":                  {"limit=3", "max_id={p3}", "min_id={p2}", "since_id={p4}"},
	"/api/v1/timelines/public":                {"limit=3", "max_id={p3}", "min_id={p2}", "since_id={p4}", "local=true"},
	"/api/v1/favourites":                      {"limit=1"},
	"/api/v1/notifications":                   {"limit=2", "types[]=mention", "exclude_types[]=favourite", "account_id={president}", "account_id={uncle}"},
	"/api/v1/markers":                         {"timeline[]=notifications&timeline[]=home"},
	"/api/v1/accounts/relationships":          {"id[]={president}&id[]={uncle}", "id={president}"},
	"/api/v1/accounts/familiar_followers":     {"id[]={president}"},
	"/api/v1/accounts/lookup":                 {"acct=president", "acct=@PRESIDENT@localhost:8080", "acct=uncle"},
	"/api/v1/accounts/search":                 {"q=president", "q=PRES", "q=Head+of", "q=@president@localhost:8080", "q=n", "q=u&following=true"},
	"/api/v1/search":                          {"q=president", "q=http://localhost:8080/@president"},
	"/api/v2/search":                          {"q=pres&type=accounts&resolve=true", "q=http://localhost:8080/@president/{p1}", "q=quagga", "q=n&offset=1&limit=1"},
	"/{$}":                                    {"max_id={p3}"},
	"/{name}":                                 {"max_id={p3}"},
	"/api/v1/timelines/tag/{tag}":             {"limit=2"},
	"/.well-known/oauth-authorization-server": {"resource=acct:president@localhost:8080"},
}

// paths are a route's, with everything that there is in the place of its wildcards.
func (l *life) paths(route string) (paths []string) {
	var fills []string
	switch prefix, _, _ := strings.Cut(route, "{id}"); prefix {
	case "/api/v1/accounts/":
		for _, handle := range []string{"president", "uncle", "niece", "newsroom"} {
			fills = append(fills, l.accounts[handle])
		}
	case "/api/v1/statuses/", "/{name}/":
		fills = slices.Sorted(maps.Values(l.posts))
	case "/api/v1/notifications/":
		fills = l.notices
	default:
		fills = []string{""}
	}
	for _, id := range fills {
		path := strings.NewReplacer("{id}", id, "{$}", "", "{file}", "avatar.png", "{tag}", presidentsWord).Replace(route)
		for _, query := range append([]string{""}, queries[route]...) {
			paths = append(paths, strings.TrimSuffix(path+"?"+l.named(query), "?"))
		}
	}
	if !strings.Contains(route, "{name}") {
		return paths
	}
	var named []string
	for _, handle := range []string{"@president", "@uncle", "@newsroom"} {
		for _, path := range paths {
			named = append(named, strings.Replace(path, "{name}", handle, 1))
		}
	}
	return named
}

// differ are the paths at which two crawls saw something different.
func (s seen) differ(other seen) (paths []string) {
	for at := range s {
		if s[at] != other[at] {
			paths = append(paths, at)
		}
	}
	for at := range other {
		if _, ok := s[at]; !ok {
			paths = append(paths, at)
		}
	}
	slices.Sort(paths)
	return paths
}

// traces are the places at which any of the texts stands, without regard to case.
func (s seen) traces(texts ...string) (paths []string) {
	for at, body := range s {
		body = strings.ToLower(body)
		if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(body, strings.ToLower(text)) }) {
			paths = append(paths, at)
		}
	}
	slices.Sort(paths)
	return paths
}
