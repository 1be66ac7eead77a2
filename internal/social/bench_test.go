package social_test

import (
	"fmt"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

// BenchmarkHome reads the home timeline of someone who follows 200 accounts with 20 posts each.
func BenchmarkHome(b *testing.B) {
	w := newWorld(b)
	reader := w.account("reader")
	var accounts []model.Account
	var follows []model.Follow
	var posts []model.Post
	for i := range 200 {
		a := model.Account{ID: w.store.IDs().Next(), Handle: fmt.Sprintf("author%d", i), CreatedAt: w.clock.Now()}
		accounts = append(accounts, a)
		follows = append(follows, model.Follow{ID: w.store.IDs().Next(), Follower: reader, Followee: a.ID, Reblogs: true})
	}
	for range 20 {
		for _, a := range accounts {
			posts = append(posts, model.Post{ID: w.store.IDs().Next(), Account: a.ID, Text: "hello", Visibility: model.Public,
				CreatedAt: w.tick()})
		}
	}
	w.write(func(tx *store.Tx) error {
		w.ok(tx.SeedAccounts(w.ctx, accounts))
		w.ok(tx.SeedFollows(w.ctx, follows))
		return tx.SeedPosts(w.ctx, posts)
	})
	for b.Loop() {
		if l := must[social.List[social.Post]](w)(w.view(reader).Home(w.ctx, social.Page{})); len(l.Items) != social.DefaultPosts {
			b.Fatal(len(l.Items))
		}
	}
}

// BenchmarkPost posts durably: one after another, and from many callers at once, who share commits.
func BenchmarkPost(b *testing.B) {
	b.Run("alone", func(b *testing.B) {
		w := newWorld(b)
		ann := w.account("ann")
		for b.Loop() {
			w.say(ann, "hello")
		}
	})
	b.Run("together", func(b *testing.B) {
		w := newWorld(b)
		ann := w.account("ann")
		b.SetParallelism(64)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				w.say(ann, "hello")
			}
		})
	})
}
