package mastodon

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
)

// TestDarkIsDarkAndNothingIsLost reads everything that the API shows before, during and after a darkening through the
// guard: no trace during, and byte for byte the same after.
func TestDarkIsDarkAndNothingIsLost(t *testing.T) {
	for _, kind := range []model.CommandKind{model.CmdDeactivate, model.CmdSuspend} {
		t.Run(string(kind), func(t *testing.T) {
			s := newServer(t)
			calls := s.conversation(t)
			before := s.crawl(calls)
			s.Do("agent", s.Command(kind, "uncle"))
			traces := []string{`"uncle"`, s.id("uncle"), "fishing", "@uncle/"}
			for call, body := range s.crawl(calls) {
				if kind == model.CmdSuspend && strings.Contains(call, "/accounts/") && strings.Contains(body, `"suspended":true`) {
					continue // the shell, which TestSuspendedAccountIsEmptied looks at
				}
				for _, trace := range traces {
					if strings.Contains(body, trace) {
						t.Errorf("%s shows %s: %s", call, trace, body)
					}
				}
			}
			restore := s.Command(model.CmdRestore, "uncle")
			s.Do("agent2", restore)
			if diff := cmp.Diff(before, s.crawl(calls)); diff != "" {
				t.Errorf("after the restore it differs (-before +after):\n%s", diff)
			}
		})
	}
}

// conversation has @uncle in every list that there is, and returns the calls that show it. Keys name the caller.
func (s *server) conversation(t *testing.T) []string {
	t.Helper()
	uncle, aunt := s.as("uncle"), s.as("aunt")
	made := into[gotStatus](uncle.post("/api/v1/statuses", "status", "@aunt fishing"))
	reply := into[gotStatus](aunt.post("/api/v1/statuses", "status", "yes", "in_reply_to_id", made.ID))
	into[gotStatus](uncle.post("/api/v1/statuses", "status", "good fishing", "in_reply_to_id", reply.ID))
	boost := into[gotStatus](aunt.post("/api/v1/statuses/" + made.ID + "/reblog"))
	for _, call := range []string{"/favourite", "/reblog"} {
		uncle.post("/api/v1/statuses/" + reply.ID + call).want(http.StatusOK)
		aunt.post("/api/v1/statuses/" + made.ID + call).want(http.StatusOK)
	}
	uncle.post("/api/v1/accounts/" + s.id("aunt") + "/follow").want(http.StatusOK)
	aunt.post("/api/v1/accounts/" + s.id("uncle") + "/follow").want(http.StatusOK)
	s.as("niece").post("/api/v1/accounts/" + s.id("uncle") + "/mute").want(http.StatusOK)
	s.as("nephew").post("/api/v1/accounts/" + s.id("uncle") + "/block").want(http.StatusOK)
	calls := []string{
		"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/favourites", "/api/v1/notifications",
		"/api/v1/notifications/unread_count", "/api/v1/mutes", "/api/v1/blocks", "/api/v1/follow_requests", "/api/v1/instance",
		"/api/v2/instance", "/nodeinfo/2.0", "/api/v2/search?q=unc", "/api/v1/accounts/search?q=unc",
		"/api/v1/accounts/lookup?acct=uncle", "/api/v1/accounts/relationships?id[]=" + s.id("uncle"),
		"/api/v1/statuses/" + made.ID, "/api/v1/statuses/" + made.ID + "/context", "/api/v1/statuses/" + reply.ID,
		"/api/v1/statuses/" + reply.ID + "/context", "/api/v1/statuses/" + boost.ID,
		"/api/v1/statuses/" + reply.ID + "/favourited_by", "/api/v1/statuses/" + reply.ID + "/reblogged_by",
		"/api/v1/statuses/" + made.ID + "/favourited_by",
	}
	for _, handle := range []string{"uncle", "aunt", "president"} {
		for _, rest := range []string{"", "/statuses", "/followers", "/following"} {
			calls = append(calls, "/api/v1/accounts/"+s.id(handle)+rest)
		}
	}
	return calls
}

// crawl makes calls as several members and as the public, and returns what came back: status, link and body.
func (s *server) crawl(calls []string) map[string]string {
	s.TB.Helper()
	callers := map[string]caller{"public": s.anyone()}
	for _, handle := range []string{"aunt", "niece", "nephew"} {
		callers[handle] = s.as(handle)
	}
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(callers)) {
		for _, call := range calls {
			a := callers[name].get(call)
			seen[name+" "+call] = http.StatusText(a.status) + " " + a.header.Get("Link") + " " + a.body
		}
	}
	return seen
}

func TestSuspendedAccountIsEmptied(t *testing.T) {
	s := newServer(t)
	s.conversation(t)
	s.Do("agent", s.Command(model.CmdSuspend, "uncle"))
	for _, path := range []string{"/api/v1/accounts/" + s.id("uncle"), "/api/v1/accounts/lookup?acct=uncle"} {
		got := into[gotAccount](s.as("aunt").get(path))
		if !got.Suspended || got.Acct != "uncle" || got.DisplayName != "" || got.Note != "" || got.Followers != 0 || got.Posts != 0 {
			t.Errorf("%s is %+v", path, got)
		}
	}
	for _, list := range []string{"/statuses", "/followers", "/following"} {
		if a := s.as("aunt").get("/api/v1/accounts/" + s.id("uncle") + list); a.status != http.StatusNotFound && a.body != "[]" {
			t.Errorf("%s is %d %s", list, a.status, a.body)
		}
	}
	s.Do("agent2", s.Command(model.CmdRestore, "uncle"))
	s.Do("agent", s.Command(model.CmdDeactivate, "uncle"))
	s.as("aunt").get("/api/v1/accounts/" + s.id("uncle")).want(http.StatusNotFound)
	s.as("aunt").get("/api/v1/accounts/lookup?acct=uncle").want(http.StatusNotFound)
}
