package mastodon

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestProfile(t *testing.T) {
	s := newServer(t)
	uncle := s.as("uncle")
	edited := uncle.do(http.MethodPatch, "/api/v1/accounts/update_credentials", "multipart/form-data; boundary=b",
		"--b\r\nContent-Disposition: form-data; name=\"display_name\"\r\n\r\nThe <Uncle>\r\n"+
			"--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nfishing\n& more\r\n"+
			"--b\r\nContent-Disposition: form-data; name=\"locked\"\r\n\r\ntrue\r\n--b--\r\n")
	got := into[gotAccount](edited)
	if got.DisplayName != "The <Uncle>" || got.Note != "<p>fishing<br />&amp; more</p>" || got.Source.Note != "fishing\n& more" {
		t.Errorf("profile is %+v", got)
	}
	if got := into[gotAccount](s.anyone().get("/api/v1/accounts/lookup?acct=@Uncle@network.example")); got.ID != s.id("uncle") {
		t.Errorf("looked up %+v", got)
	}
	if got := into[gotAccount](s.anyone().get("/api/v1/accounts/" + s.id("astronaut"))); len(got.Roles) > 1 {
		t.Errorf("roles are %+v", got.Roles)
	}
	s.anyone().get("/api/v1/accounts/lookup?acct=uncle@elsewhere.example").want(http.StatusNotFound)
	s.anyone().get("/api/v1/accounts/lookup?acct=no%20handle").want(http.StatusNotFound)

	aunt := s.as("aunt")
	aunt.post("/api/v1/accounts/" + s.id("uncle") + "/unfollow").want(http.StatusOK)
	if got := into[gotRelation](aunt.post("/api/v1/accounts/" + s.id("uncle") + "/follow")); !got.Requested || got.Following {
		t.Errorf("asking to follow gives %+v", got)
	}
	if got := into[gotAccount](uncle.get("/api/v1/accounts/verify_credentials")); got.Source.FollowRequests != 1 {
		t.Errorf("%d wait", got.Source.FollowRequests)
	}
	if got := into[[]gotAccount](uncle.get("/api/v1/follow_requests")); len(got) != 1 || got[0].Acct != "aunt" {
		t.Errorf("those who wait are %+v", got)
	}
	if got := into[gotRelation](uncle.post("/api/v1/follow_requests/" + s.id("aunt") + "/authorize")); !got.FollowedBy {
		t.Errorf("consenting gives %+v", got)
	}
}

func TestRelationships(t *testing.T) {
	s := newServer(t)
	aunt := s.as("aunt")
	path := "/api/v1/accounts/" + s.id("niece")
	steps := []struct {
		call  string
		check func(gotRelation) bool
	}{
		{"/follow", func(r gotRelation) bool { return r.Following && r.ShowingReblogs }},
		{"/mute", func(r gotRelation) bool { return r.Following && r.Muting }},
		{"/unmute", func(r gotRelation) bool { return !r.Muting }},
		{"/unfollow", func(r gotRelation) bool { return !r.Following }},
		{"/follow", func(r gotRelation) bool { return r.Following }},
		{"/block", func(r gotRelation) bool { return r.Blocking && !r.Following }},
		{"/unblock", func(r gotRelation) bool { return !r.Blocking }},
	}
	for _, step := range steps {
		if got := into[gotRelation](aunt.post(path + step.call)); !step.check(got) {
			t.Errorf("after %s it is %+v", step.call, got)
		}
	}
	if got := into[gotRelation](aunt.post(path+"/follow", "reblogs", "0")); got.ShowingReblogs {
		t.Errorf("following without boosts gives %+v", got)
	}
	list := into[[]gotRelation](aunt.get("/api/v1/accounts/relationships?id[]=" + s.id("niece") + "&id[]=" + s.id("uncle")))
	if len(list) != 2 || list[0].ID != s.id("niece") || list[1].ID != s.id("uncle") {
		t.Errorf("relationships are %+v", list)
	}
	if one := into[[]gotRelation](aunt.get("/api/v1/accounts/relationships?id=" + s.id("niece"))); len(one) != 1 {
		t.Errorf("relationship is %+v", one)
	}
	following := into[[]gotAccount](s.anyone().get("/api/v1/accounts/" + s.id("aunt") + "/following"))
	if !slices.ContainsFunc(following, func(a gotAccount) bool { return a.Acct == "niece" }) {
		t.Errorf("following are %+v", following)
	}
	page := s.anyone().get("/api/v1/accounts/" + s.id("president") + "/followers?limit=2")
	if got := into[[]gotAccount](page); len(got) != 2 || !strings.Contains(page.header.Get("Link"), `rel="next"`) {
		t.Errorf("followers are %+v with link %s", got, page.header.Get("Link"))
	}
}

func TestSearch(t *testing.T) {
	s := newServer(t)
	type found struct {
		Accounts           []gotAccount
		Statuses, Hashtags []any
	}
	for _, q := range []string{"uncle", "@uncle", "UNC", "uncle@network.example", "@uncle@NETWORK.example", "http://network.example/@uncle"} {
		for _, version := range []string{"v1", "v2"} {
			got := into[found](s.anyone().get("/api/" + version + "/search?resolve=True&type=accounts&q=" + q))
			if len(got.Accounts) != 1 || got.Accounts[0].Acct != "uncle" || got.Statuses == nil || got.Hashtags == nil {
				t.Errorf("%s for %q found %+v", version, q, got)
			}
		}
	}
	for _, query := range []string{"uncle@elsewhere.example", "nobody", "uncle&type=statuses"} {
		if got := into[found](s.anyone().get("/api/v2/search?q=" + query)); len(got.Accounts) != 0 || got.Accounts == nil {
			t.Errorf("%q found %+v", query, got)
		}
	}
}

func TestNotifications(t *testing.T) {
	s := newServer(t)
	uncle, aunt := s.as("uncle"), s.as("aunt")
	made := into[gotStatus](uncle.post("/api/v1/statuses", "status", "something"))
	aunt.post("/api/v1/statuses/" + made.ID + "/favourite").want(http.StatusOK)
	aunt.post("/api/v1/statuses/" + made.ID + "/reblog").want(http.StatusOK)
	aunt.post("/api/v1/statuses", "status", "@uncle indeed").want(http.StatusOK)
	kinds := func(path string) string {
		var kinds []string
		for _, n := range into[[]gotNotification](uncle.get(path)) {
			kinds = append(kinds, n.Type)
			if n.Account.Acct != "aunt" || n.Status == nil {
				t.Errorf("notification is %+v", n)
			}
		}
		return strings.Join(kinds, " ")
	}
	for path, want := range map[string]string{
		"":                              "mention reblog favourite",
		"?types[]=mention&types[]=poll": "mention",
		"?exclude_types[]=mention":      "reblog favourite",
		"?limit=1":                      "mention",
		"?account_id=" + s.id("niece"):  "",
		"?account_id=" + s.id("aunt") + "&types[]=reblog": "reblog",
	} {
		if got := kinds("/api/v1/notifications" + path); got != want {
			t.Errorf("%q gives %q, want %q", path, got, want)
		}
	}
	all := into[[]gotNotification](uncle.get("/api/v1/notifications"))
	if got := into[struct{ Count int }](uncle.get("/api/v1/notifications/unread_count")); got.Count != 3 {
		t.Errorf("%d unread", got.Count)
	}
	uncle.do(http.MethodPost, "/api/v1/markers", "application/json", `{"notifications":{"last_read_id":"`+all[1].ID+`"},"home":{"last_read_id":1}}`).want(http.StatusOK)
	if got := into[struct{ Count int }](uncle.get("/api/v1/notifications/unread_count")); got.Count != 1 {
		t.Errorf("%d unread after reading two", got.Count)
	}
	marked := uncle.get("/api/v1/markers?timeline[]=notifications&timeline[]=home").want(http.StatusOK)
	if !strings.Contains(marked.body, `"last_read_id":"`+all[1].ID+`"`) {
		t.Errorf("markers are %s", marked.body)
	}
	if got := into[gotNotification](uncle.get("/api/v1/notifications/" + all[0].ID)); got.Type != "mention" {
		t.Errorf("notification is %+v", got)
	}
	aunt.get("/api/v1/notifications/" + all[0].ID).want(http.StatusNotFound)
	uncle.post("/api/v1/notifications/" + all[0].ID + "/dismiss").want(http.StatusOK)
	if got := kinds("/api/v1/notifications"); got != "reblog favourite" {
		t.Errorf("after dismissing the first there are %q", got)
	}
	uncle.post("/api/v1/notifications/clear").want(http.StatusOK)
	if got := kinds("/api/v1/notifications"); got != "" {
		t.Errorf("after clearing there are %q", got)
	}
}

func TestReport(t *testing.T) {
	s := newServer(t)
	made := into[gotStatus](s.as("uncle").post("/api/v1/statuses", "status", "something rude"))
	type got struct {
		ID, Category, Comment string
		Statuses              []string   `json:"status_ids"`
		Target                gotAccount `json:"target_account"`
	}
	r := into[got](s.as("aunt").post("/api/v1/reports/", "account_id", s.id("uncle"), "status_ids[]", made.ID,
		"comment", "rude", "category", "violation"))
	if r.ID == "" || r.Category != "violation" || r.Comment != "rude" || !slices.Equal(r.Statuses, []string{made.ID}) || r.Target.Acct != "uncle" {
		t.Errorf("report is %+v", r)
	}
	if r := into[got](s.as("aunt").post("/api/v1/reports", "account_id", s.id("uncle"))); r.Category != "other" || r.Statuses == nil {
		t.Errorf("bare report is %+v", r)
	}
}
