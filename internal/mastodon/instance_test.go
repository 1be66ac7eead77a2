package mastodon

import (
	"net/http"
	"strings"
	"testing"
)

func TestInstance(t *testing.T) {
	s := newServer(t)
	v1 := into[struct {
		URI, Title, Version, Description string
		Rules                            []any
		Configuration                    struct {
			Statuses struct {
				Max int `json:"max_characters"`
			}
		}
	}](s.anyone().get("/api/v1/instance/"))
	if v1.URI != "network.example" || v1.Title != "Network" || v1.Version != "4.2.0 (compatible; Keyturn 1.2.3)" ||
		v1.Description != "All of &lt;us&gt;" || v1.Rules == nil || v1.Configuration.Statuses.Max != 500 {
		t.Errorf("v1 is %+v", v1)
	}
	v2 := into[struct {
		Domain        string
		Registrations struct{ Enabled bool }
	}](s.anyone().get("/api/v2/instance"))
	if v2.Domain != "network.example" || !v2.Registrations.Enabled {
		t.Errorf("v2 is %+v", v2)
	}
	links := into[struct{ Links []struct{ Rel, Href string } }](s.anyone().get("/.well-known/nodeinfo"))
	path := strings.TrimPrefix(links.Links[0].Href, publicURL)
	if info := s.anyone().get(path).want(http.StatusOK); !strings.Contains(info.body, `"software":{"name":"keyturn","version":"1.2.3"}`) {
		t.Errorf("nodeinfo is %s", info.body)
	}
	meta := into[map[string]any](s.anyone().get("/.well-known/oauth-authorization-server"))
	if meta["token_endpoint"] != publicURL+"/oauth/token" {
		t.Errorf("metadata is %v", meta)
	}
	if health := s.anyone().get("/api/v1/streaming/health").want(http.StatusOK); health.body != "OK" {
		t.Errorf("health is %s", health.body)
	}
}

func TestNewRefusesABadAddress(t *testing.T) {
	for _, address := range []string{"", "network.example", "http://network.example/", "http://%zz"} {
		if _, err := New(nil, Config{URL: address}); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
}
