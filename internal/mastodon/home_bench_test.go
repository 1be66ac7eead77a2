package mastodon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// BenchmarkHome answers GET /api/v1/timelines/home for a reader who follows 200 accounts, beside a bare handler that
// serves the same bytes.
func BenchmarkHome(b *testing.B) {
	s := newServer(b)
	s.followMany(200, 5)
	reader := s.as("uncle")
	body := reader.get("/api/v1/timelines/home").want(http.StatusOK).body
	if got := len(into[[]gotStatus](reader.get("/api/v1/timelines/home"))); got != 20 {
		b.Fatalf("%d statuses", got)
	}
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write([]byte(body))
	})
	for name, h := range map[string]http.Handler{"keyturn": s.handler, "bare": bare} {
		b.Run(name, func(b *testing.B) {
			r := newRequest(http.MethodGet, "/api/v1/timelines/home")
			r.Header.Set("Authorization", "Bearer "+reader.token)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}

// followMany has @uncle follow many new accounts that posted some posts each.
func (s *server) followMany(accounts, posts int) {
	s.TB.Helper()
	ctx := s.TB.Context()
	var people []model.Account
	var follows []model.Follow
	var said []model.Post
	for i := range accounts {
		a := model.Account{ID: s.Store.IDs().Next(), Handle: fmt.Sprintf("member%d", i), DisplayName: fmt.Sprintf("Member %d", i),
			Note: "One of many.", CreatedAt: s.Clock.Now()}
		people = append(people, a)
		follows = append(follows, model.Follow{ID: s.Store.IDs().Next(), Follower: s.Accounts["uncle"], Followee: a.ID,
			Reblogs: true, CreatedAt: s.Clock.Now()})
		for j := range posts {
			said = append(said, model.Post{ID: s.Store.IDs().Next(), Account: a.ID, Visibility: model.Public, CreatedAt: s.Clock.Now(),
				Text: fmt.Sprintf("Good morning, this is the %d. thing that I say: https://news.example/%d", j, i)})
		}
	}
	s.Write(func(tx *store.Tx) error { return tx.SeedAccounts(ctx, people) })
	s.Write(func(tx *store.Tx) error { return tx.SeedFollows(ctx, follows) })
	s.Write(func(tx *store.Tx) error { return tx.SeedPosts(ctx, said) })
}
