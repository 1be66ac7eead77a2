package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

func TestSeedsAreCounted(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		accounts, follows, posts := crowd(e.Store, 1000, 10)
		e.write(func(ctx context.Context, tx *store.Tx) error {
			if err := tx.SeedAccounts(ctx, accounts); err != nil {
				return err
			}
			if err := tx.SeedFollows(ctx, follows); err != nil {
				return err
			}
			return tx.SeedPosts(ctx, posts)
		})
		e.wantCounts(accounts[0].ID, 999, 0)
		e.wantCounts(accounts[1].ID, 0, 1)
		if n := got[model.Account](e)(e.Account(t.Context(), accounts[0].ID)).Posts; n != 10 {
			t.Errorf("%d posts are counted, want 10", n)
		}
		first := got[model.Post](e)(e.Post(t.Context(), posts[0].ID))
		if first.Replies != 1 || first.Reblogs != 1 {
			t.Errorf("%d replies and %d boosts are counted, want 1 and 1", first.Replies, first.Reblogs)
		}
	})
}

// crowd is so many accounts that all follow the first one, which has so many posts; the second to last answers the
// first and the last boosts it.
func crowd(s *store.Store, people, posted int) (accounts []model.Account, follows []model.Follow, posts []model.Post) {
	at := time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC)
	for i := range people {
		a := model.Account{ID: s.IDs().Next(), Handle: fmt.Sprintf("member%d", i), DisplayName: "Member", CreatedAt: at}
		accounts = append(accounts, a)
		if i > 0 {
			follows = append(follows, model.Follow{ID: s.IDs().Next(), Follower: a.ID, Followee: accounts[0].ID, Reblogs: true, CreatedAt: at})
		}
	}
	for i := range posted {
		posts = append(posts, model.Post{ID: s.IDs().Next(), Account: accounts[0].ID, Text: "hello", Visibility: model.Public, CreatedAt: at})
		switch posted - i {
		case 2:
			posts[i].InReplyTo, posts[i].InReplyToOwner = posts[0].ID, posts[0].Account
		case 1:
			posts[i].ReblogOf = posts[0].ID
		}
	}
	return accounts, follows, posts
}

// BenchmarkSeed is the demo's whole network: 10,000 accounts and follows, 1,000 posts.
func BenchmarkSeed(b *testing.B) {
	clock := testkit.NewClock(time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC))
	for b.Loop() {
		b.StopTimer()
		s, err := store.Open(b.Context(), store.Config{Dir: b.TempDir(), Now: clock.Now})
		if err != nil {
			b.Fatal(err)
		}
		accounts, follows, posts := crowd(s, 10_000, 1_000)
		b.StartTimer()
		err = s.Write(b.Context(), func(tx *store.Tx) error {
			if err := tx.SeedAccounts(b.Context(), accounts); err != nil {
				return err
			}
			if err := tx.SeedFollows(b.Context(), follows); err != nil {
				return err
			}
			return tx.SeedPosts(b.Context(), posts)
		})
		b.StopTimer()
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
		b.StartTimer()
	}
}
