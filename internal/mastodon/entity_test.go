package mastodon

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEntitiesHaveTheDocumentedMembers holds entities to https://docs.joinmastodon.org/entities/: a client may rely on
// each member being there.
func TestEntitiesHaveTheDocumentedMembers(t *testing.T) {
	const (
		status = "account application card content created_at edited_at emojis favourites_count id in_reply_to_account_id " +
			"in_reply_to_id language media_attachments mentions poll reblog reblogs_count replies_count sensitive spoiler_text tags " +
			"uri url visibility"
		marked  = " bookmarked favourited filtered muted reblogged"
		account = "acct avatar avatar_static bot created_at discoverable display_name emojis fields followers_count " +
			"following_count group header header_static id last_status_at locked note roles statuses_count uri url username"
		relation = "blocked_by blocking domain_blocking endorsed followed_by following id languages muting muting_notifications " +
			"note notifying requested showing_reblogs"
		instance = "approval_required configuration contact_account description email invites_enabled languages registrations rules " +
			"short_description stats thumbnail title uri urls version"
		instanceV2 = "configuration contact description domain icon languages registrations rules source_url thumbnail title usage version"
	)
	s := newServer(t)
	uncle := s.as("uncle")
	made := into[gotStatus](uncle.post("/api/v1/statuses", "status", "hello"))
	path := "/api/v1/statuses/" + made.ID
	wantMembers(t, into[map[string]any](s.anyone().get(path)), status)
	wantMembers(t, into[map[string]any](uncle.get(path)), status+marked)
	wantMembers(t, into[map[string]any](uncle.get("/api/v1/accounts/"+s.id("uncle"))), account)
	wantMembers(t, into[map[string]any](uncle.get("/api/v1/accounts/verify_credentials")), account+" role source")
	wantMembers(t, into[[]map[string]any](uncle.get("/api/v1/accounts/relationships?id[]=" + s.id("aunt")))[0], relation)
	wantMembers(t, into[map[string]any](uncle.get("/api/v1/instance")), instance)
	wantMembers(t, into[map[string]any](uncle.get("/api/v2/instance")), instanceV2)
}

func wantMembers(t *testing.T, entity map[string]any, want string) {
	t.Helper()
	members := strings.Fields(want)
	slices.Sort(members)
	if diff := cmp.Diff(members, slices.Sorted(maps.Keys(entity))); diff != "" {
		t.Errorf("members differ (-want +got):\n%s", diff)
	}
}

func TestTimes(t *testing.T) {
	s := newServer(t)
	made := s.as("uncle").post("/api/v1/statuses", "status", "hello")
	for _, want := range []string{`"created_at":"2017-11-02T18:00:00.000Z"`, `"edited_at":null`, `"last_status_at":"2017-11-02"`, `"created_at":"2017-11-02T00:00:00.000Z"`} {
		if !strings.Contains(made.body, want) {
			t.Errorf("no %s in %s", want, made.body)
		}
	}
}
