package mastodon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPostAndItsLife(t *testing.T) {
	s := newServer(t)
	uncle, aunt := s.as("uncle"), s.as("aunt")
	made := into[gotStatus](uncle.post("/api/v1/statuses", "status", "Hello @aunt <3\n\nSee https://a.example/x?y=1&z.",
		"spoiler_text", "family", "sensitive", "true", "language", "en", "visibility", "unlisted"))
	wantContent := `<p>Hello <span class="h-card"><a href="http://network.example/@aunt" class="u-url mention">@<span>aunt</span></a></span> &lt;3</p>` +
		`<p>See <a href="https://a.example/x?y=1&amp;z" target="_blank" rel="nofollow noopener noreferrer">https://a.example/x?y=1&amp;z</a>.</p>`
	if made.Content != wantContent {
		t.Errorf("content is %s", made.Content)
	}
	if made.Spoiler != "family" || !made.Sensitive || made.Visibility != "unlisted" || *made.Language != "en" ||
		made.Application.Name != "Test app" || made.URL != publicURL+"/@uncle/"+made.ID || made.Account.Acct != "uncle" ||
		len(made.Mentions) != 1 || made.Mentions[0].Acct != "aunt" {
		t.Errorf("made %+v", made)
	}
	path := "/api/v1/statuses/" + made.ID
	reply := into[gotStatus](aunt.post("/api/v1/statuses", "status", "@uncle hi", "in_reply_to_id", made.ID))
	if reply.InReplyTo == nil || *reply.InReplyTo != made.ID || *reply.InReplyToID != s.id("uncle") {
		t.Errorf("reply is %+v", reply)
	}
	thread := into[gotThread](s.anyone().get(path + "/context"))
	if len(thread.Ancestors) != 0 || len(thread.Descendants) != 1 || thread.Descendants[0].ID != reply.ID {
		t.Errorf("thread is %+v", thread)
	}
	if got := into[gotStatus](aunt.post(path + "/favourite")); !got.Favourited || got.Favourites != 1 || got.Replies != 1 {
		t.Errorf("favourited is %+v", got)
	}
	boost := into[gotStatus](aunt.post(path + "/reblog"))
	if boost.Reblog == nil || boost.Reblog.ID != made.ID || !boost.Reblog.Reblogged || boost.Account.Acct != "aunt" {
		t.Errorf("boost is %+v", boost)
	}
	if again := into[gotStatus](aunt.post("/api/v1/statuses/" + boost.ID + "/reblog")); again.ID != boost.ID {
		t.Errorf("boosting the boost made %s, not %s", again.ID, boost.ID)
	}
	for _, list := range []string{"/favourited_by", "/reblogged_by"} {
		if by := into[[]gotAccount](uncle.get(path + list)); len(by) != 1 || by[0].Acct != "aunt" {
			t.Errorf("%s is %+v", list, by)
		}
	}
	if marked := into[[]gotStatus](aunt.get("/api/v1/favourites")); !slices.Equal(ids(marked), []string{made.ID}) {
		t.Errorf("favourites are %v", ids(marked))
	}
	if got := into[gotStatus](aunt.post(path + "/unfavourite")); got.Favourited || got.Favourites != 0 {
		t.Errorf("unfavourited is %+v", got)
	}
	if got := into[gotStatus](aunt.post(path + "/unreblog")); got.Reblogged || got.Reblogs != 0 {
		t.Errorf("unboosted is %+v", got)
	}
	aunt.get(path + "/source").want(http.StatusNotFound)
	if src := into[gotStatus](uncle.get(path + "/source")); !strings.HasPrefix(src.Text, "Hello @aunt") {
		t.Errorf("source is %+v", src)
	}
	aunt.do(http.MethodDelete, path, "", "").want(http.StatusNotFound)
	if gone := into[gotStatus](uncle.do(http.MethodDelete, path, "", "")); !strings.HasPrefix(gone.Text, "Hello @aunt") {
		t.Errorf("deleted is %+v", gone)
	}
	uncle.get(path).want(http.StatusNotFound)
}

func TestIdempotencyKey(t *testing.T) {
	s := newServer(t)
	uncle := s.as("uncle")
	send := func(text string) gotStatus {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/statuses", strings.NewReader(`{"status":"`+text+`","media_ids":[]}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "once")
		return into[gotStatus](uncle.send(r))
	}
	if first, second := send("one"), send("two"); first.ID != second.ID {
		t.Errorf("a second post was made: %s and %s", first.ID, second.ID)
	}
	if posts := into[[]gotStatus](uncle.get("/api/v1/accounts/" + s.id("uncle") + "/statuses")); len(posts) != 1 {
		t.Errorf("%d posts", len(posts))
	}
}

// TestPagesCoverAList follows the Link headers as clients do, there and back.
func TestPagesCoverAList(t *testing.T) {
	s := newServer(t)
	uncle := s.as("uncle")
	var want []string
	for i := range 25 {
		want = append(want, into[gotStatus](uncle.post("/api/v1/statuses", "status", fmt.Sprint(i))).ID)
	}
	slices.Reverse(want)
	for _, path := range []string{"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/accounts/" + s.id("uncle") + "/statuses"} {
		t.Run(path, func(t *testing.T) {
			next := path + "?limit=10&exclude_replies=true"
			var got []string
			var last answer
			for pages := 0; next != "" && pages < 5; pages++ {
				last = uncle.get(next)
				got = append(got, ids(into[[]gotStatus](last))...)
				next = linked(t, last, "next")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("forward differs:\n%s", diff)
			}
			prev := uncle.get(linked(t, last, "prev"))
			if got := ids(into[[]gotStatus](prev)); !slices.Equal(got, want[10:20]) {
				t.Errorf("the page before the last is %v, want %v", got, want[10:20])
			}
			oldest := uncle.get(path + "?limit=3&min_id=0")
			if got := ids(into[[]gotStatus](oldest)); !slices.Equal(got, want[22:]) {
				t.Errorf("from the end on it is %v, want %v", got, want[22:])
			}
		})
	}
}

// linked is the path and query that a Link header gives for a relation, or "".
func linked(t *testing.T, a answer, rel string) string {
	t.Helper()
	m := regexp.MustCompile(`<([^>]+)>; rel="` + rel + `"`).FindStringSubmatch(a.header.Get("Link"))
	if m == nil {
		return ""
	}
	u, err := url.Parse(m[1])
	if err != nil || u.Scheme+"://"+u.Host != publicURL {
		t.Fatalf("link %q: %v", m[1], err)
	}
	if u.Query().Get("exclude_replies") != "true" {
		t.Errorf("link %q forgets a parameter", m[1])
	}
	return u.RequestURI()
}

func TestEmptyTimelinesAreLists(t *testing.T) {
	s := newServer(t)
	aunt := s.as("aunt")
	for _, path := range []string{"/api/v1/timelines/home", "/api/v1/timelines/public?remote=true", "/api/v1/favourites",
		"/api/v1/notifications", "/api/v1/blocks", "/api/v1/mutes", "/api/v1/follow_requests", "/api/v1/accounts/relationships",
		"/api/v1/accounts/" + s.id("aunt") + "/statuses?pinned=1", "/api/v1/custom_emojis", "/api/v1/lists", "/api/v2/filters",
		"/api/v1/notifications?types[]=poll", "/api/v1/timelines/tag/x", "/api/v1/accounts/search?q=@a@elsewhere.example"} {
		if a := aunt.get(path).want(http.StatusOK); a.body != "[]" || a.header.Get("Link") != "" {
			t.Errorf("%s is %s with link %q", path, a.body, a.header.Get("Link"))
		}
	}
}
