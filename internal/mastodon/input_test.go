package mastodon

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"keyturn/internal/web"
)

// TestBadInputIsNamed sends what is wrong in every way, and looks that the answer says what, and that nothing changed.
func TestBadInputIsNamed(t *testing.T) {
	s := newServer(t)
	uncle, post := s.as("uncle"), s.Post("aunt", "hello").String()
	before := uncle.get("/api/v1/timelines/home").body + uncle.get("/api/v1/accounts/verify_credentials").body
	const jsonType, formType = "application/json", "application/x-www-form-urlencoded"
	accounts := "/api/v1/accounts/" + s.id("aunt")
	tests := []struct {
		method, path, contentType, body string
		status                          int
		field                           string
	}{
		{"POST", "/api/v1/statuses", jsonType, `{"status":`, 400, "body"},
		{"POST", "/api/v1/statuses", jsonType, `[]`, 400, "body"},
		{"POST", "/api/v1/statuses", jsonType, `{"status":["x"]}`, 422, "status"},
		{"POST", "/api/v1/statuses", jsonType, `{"status":"x","visibility":"secret"}`, 422, "visibility"},
		{"POST", "/api/v1/statuses", jsonType, `{"status":"x","sensitive":"perhaps"}`, 422, "sensitive"},
		{"POST", "/api/v1/statuses", jsonType, `{"status":"x","in_reply_to_id":"one"}`, 422, "in_reply_to_id"},
		{"POST", "/api/v1/statuses", jsonType, `{"status":"x","language":"` + strings.Repeat("e", 100) + `"}`, 422, "language"},
		{"POST", "/api/v1/statuses", jsonType, `{"status":"x","poll":{"options":["a"]}}`, 422, "poll"},
		{"POST", "/api/v1/statuses", jsonType, `{"status":"x","media_ids":["1"]}`, 422, "media_ids"},
		{"POST", "/api/v1/statuses", jsonType, `{"status":"x","scheduled_at":"2030-01-01T00:00:00Z"}`, 422, "scheduled_at"},
		{"POST", "/api/v1/statuses", formType, `status=` + strings.Repeat("x", 501), 422, "status"},
		{"POST", "/api/v1/statuses", formType, `status=%ff`, 422, "status"},
		{"POST", "/api/v1/statuses", formType, `status=%zz`, 400, "body"},
		{"POST", "/api/v1/statuses", formType, ``, 422, "status"},
		{"POST", "/api/v1/statuses", formType, `status=` + strings.Repeat("x", web.MaxBody), 413, "body"},
		{"POST", "/api/v1/statuses", "text/plain", `hello`, 400, "body"},
		{"GET", "/api/v1/timelines/home?limit=many", "", "", 422, "limit"},
		{"GET", "/api/v1/timelines/home?limit=0", "", "", 422, "limit"},
		{"GET", "/api/v1/timelines/home?limit[]=1", "", "", 422, "limit"},
		{"GET", "/api/v1/timelines/home?max_id=yesterday", "", "", 422, "max_id"},
		{"GET", "/api/v1/timelines/home?max_id=-5", "", "", 422, "max_id"},
		{"GET", "/api/v1/timelines/home?since_id=99999999999999999999999", "", "", 422, "since_id"},
		{"GET", "/api/v1/timelines/public?min_id=1.5", "", "", 422, "min_id"},
		{"GET", "/api/v1/timelines/public?local=maybe", "", "", 422, "local"},
		{"GET", "/api/v1/timelines/public?a=%zz", "", "", 422, "query"},
		{"GET", accounts + "/statuses?exclude_replies=x", "", "", 422, "exclude_replies"},
		{"GET", accounts + "/followers?max_id=x", "", "", 422, "max_id"},
		{"POST", accounts + "/follow", formType, `reblogs=x`, 422, "reblogs"},
		{"POST", accounts + "/mute", formType, `duration=60`, 422, "duration"},
		{"GET", "/api/v1/accounts/relationships?id[]=x", "", "", 422, "id"},
		{"GET", "/api/v1/accounts/search", "", "", 422, "q"},
		{"GET", "/api/v2/search?q=a&type=planets", "", "", 422, "type"},
		{"GET", "/api/v2/search?q=a&offset=1000000", "", "", 422, "offset"},
		{"GET", "/api/v2/search?q=" + strings.Repeat("x", 1000), "", "", 422, "q"},
		{"GET", "/api/v1/accounts/lookup", "", "", 422, "acct"},
		{"GET", "/api/v1/notifications?account_id=x", "", "", 422, "account_id"},
		{"POST", "/api/v1/markers", jsonType, `{"notifications":{"last_read_id":"x"}}`, 422, "notifications[last_read_id]"},
		{"PATCH", "/api/v1/accounts/update_credentials", formType, `display_name=` + strings.Repeat("x", 31), 422, "display_name"},
		{"PATCH", "/api/v1/accounts/update_credentials", formType, `note=` + strings.Repeat("x", 501), 422, "note"},
		{"PATCH", "/api/v1/accounts/update_credentials", formType, `locked=x`, 422, "locked"},
		{"PATCH", "/api/v1/accounts/update_credentials", formType, `fields_attributes[0][name]=x`, 422, "fields_attributes"},
		{"POST", "/api/v1/reports", formType, `comment=x`, 422, "account_id"},
		{"POST", "/api/v1/reports", formType, `account_id=` + s.id("aunt") + `&category=boring`, 422, "category"},
		{"POST", "/api/v1/reports", formType, `account_id=` + s.id("aunt") + `&status_ids[]=x`, 422, "status_ids"},
		{"POST", "/api/v1/reports", formType, `account_id=` + s.id("niece") + `&status_ids[]=` + post, 422, "status_ids"},
		{"POST", "/api/v1/reports", formType, `account_id=` + s.id("aunt") + `&rule_ids[]=1`, 422, "rule_ids"},
		{"POST", "/api/v1/reports", formType, `account_id=` + s.id("aunt") + `&comment=` + strings.Repeat("x", 1001), 422, "comment"},
		{"POST", "/api/v1/apps", formType, `redirect_uris=urn:ietf:wg:oauth:2.0:oob`, 422, "client_name"},
		{"POST", "/api/v1/apps", formType, `client_name=x`, 422, "redirect_uris"},
		{"POST", "/api/v1/apps", formType, `client_name=x&redirect_uris=javascript:alert(1)`, 422, "redirect_uris"},
		{"POST", "/api/v1/apps", formType, `client_name=x&redirect_uris=urn:ietf:wg:oauth:2.0:oob&scopes=admin`, 422, "scopes"},
	}
	for _, tt := range tests {
		a := uncle.do(tt.method, tt.path, tt.contentType, tt.body)
		var told struct{ Error, Field string }
		if err := json.Unmarshal([]byte(a.body), &told); err != nil {
			t.Errorf("%s %s: %v: %s", tt.method, tt.path, err, a.body)
			continue
		}
		if a.status != tt.status || told.Field != tt.field || !strings.HasPrefix(told.Error, tt.field+": ") {
			t.Errorf("%s %.60s with %.60s is %d %s, want %d about %s", tt.method, tt.path, tt.body, a.status, a.body, tt.status, tt.field)
		}
	}
	if after := uncle.get("/api/v1/timelines/home").body + uncle.get("/api/v1/accounts/verify_credentials").body; after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s := newServer(t)
	uncle := s.as("uncle")
	for _, call := range []string{"GET /api/v1/nothing", "GET /api/v9/timelines/home", "POST /api/v1/lists", "GET /api/v1/streaming/user",
		"POST /api/v1/statuses/1/bookmark", "GET /api/v1/statuses/1", "GET /api/v1/statuses/abc", "GET /api/v1/statuses/99999999999999999999",
		"GET /api/v1/accounts/1", "GET /api/v1/accounts/me", "POST /api/v1/accounts/1/follow", "GET /api/v1/accounts/1/followers",
		"GET /api/v1/accounts/1/statuses", "GET /api/v1/notifications/1", "DELETE /api/v1/statuses/1", "PUT /api/v1/statuses/1",
		"POST /api/v2/media", "GET /api/v1/admin/ip_blocks", "GET /api/v1/push/subscription", "GET /oauth/nothing", "GET /.well-known/webfinger"} {
		method, path, _ := strings.Cut(call, " ")
		a := uncle.do(method, path, "", "").want(http.StatusNotFound)
		var told struct{ Error string }
		if err := json.Unmarshal([]byte(a.body), &told); err != nil || told.Error == "" {
			t.Errorf("%s is told as %s: %v", call, a.body, err)
		}
	}
}

func TestBrowsersMayCallFromAnywhere(t *testing.T) {
	s := newServer(t)
	a := s.anyone().do(http.MethodOptions, "/api/v1/statuses", "", "").want(http.StatusNoContent)
	if a.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Idempotency-Key") {
		t.Errorf("headers are %v", a.header)
	}
	a = s.anyone().get("/api/v1/timelines/public").want(http.StatusOK)
	if a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers are %v", a.header)
	}
}
