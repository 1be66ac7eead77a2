package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

func TestPostIsReadAsItWasWritten(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		first := e.post(bob, nil)
		want := model.Post{ID: e.IDs().Next(), Account: ann, Text: "hi @bob 🙂", Spoiler: "cw", Sensitive: true,
			Visibility: model.Private, Language: "en", InReplyTo: first, InReplyToOwner: bob, Mentions: []model.ID{bob, ann},
			CreatedAt: e.tick(), App: "toot"}
		e.write(func(ctx context.Context, tx *store.Tx) error {
			id, err := tx.AddPost(ctx, want, nil)
			if id != want.ID {
				t.Errorf("AddPost gave %d, want %d", id, want.ID)
			}
			return err
		})
		if diff := cmp.Diff(want, got[model.Post](e)(e.Post(t.Context(), want.ID))); diff != "" {
			t.Error(diff)
		}
		if n := got[model.Post](e)(e.Post(t.Context(), first)).Replies; n != 1 {
			t.Errorf("%d replies are counted, want 1", n)
		}
		a := got[model.Account](e)(e.Account(t.Context(), ann))
		if a.Posts != 1 || !a.LastPostAt.Equal(want.CreatedAt) {
			t.Errorf("the author has %d posts, the last at %v", a.Posts, a.LastPostAt)
		}
		e.wantIDs(postIDs(got[[]model.Post](e)(e.RepliesTo(t.Context(), []model.ID{first, 5, 6}, 10))), want.ID)
	})
}

func TestADeletedPostStaysAsEvidenceOnly(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		first := e.post(ann, nil)
		reply := e.post(bob, func(p *model.Post) { p.InReplyTo, p.InReplyToOwner = first, ann })
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.DeletePost(ctx, bob, reply, e.tick()) })
		if p := got[model.Post](e)(e.Post(t.Context(), reply)); p.DeletedAt.IsZero() || p.Text != "hello" {
			t.Errorf("the deleted post is %+v", p)
		}
		if n := got[model.Post](e)(e.Post(t.Context(), first)).Replies; n != 0 {
			t.Errorf("%d replies are counted, want 0", n)
		}
		if n := got[model.Account](e)(e.Account(t.Context(), bob)).Posts; n != 0 {
			t.Errorf("%d posts are counted, want 0", n)
		}
		e.wantIDs(postIDs(got[[]model.Post](e)(e.PostsOf(t.Context(), bob, store.Range{Limit: 9}))))
		e.wantIDs(postIDs(got[[]model.Post](e)(e.RepliesTo(t.Context(), []model.ID{first}, 9))))
		for _, by := range []model.ID{bob, ann} { // a second time, and by another
			err := e.try(func(ctx context.Context, tx *store.Tx) error { return tx.DeletePost(ctx, by, reply, e.tick()) })
			e.wantKind(err, model.KindNotFound)
		}
	})
}

func TestAnIdempotencyKeyPostsOnce(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		add := func(account model.ID, key string) (id model.ID) {
			e.write(func(ctx context.Context, tx *store.Tx) (err error) {
				id, err = tx.AddPost(ctx, model.Post{ID: tx.NextID(), Account: account, Text: "x",
					Visibility: model.Public, CreatedAt: e.tick()}, []byte(key))
				return err
			})
			return id
		}
		first := add(ann, "key")
		if again := add(ann, "key"); again != first {
			t.Errorf("the same key gave %d after %d", again, first)
		}
		if n := got[model.Account](e)(e.Account(t.Context(), ann)).Posts; n != 1 {
			t.Errorf("%d posts are counted, want 1", n)
		}
		keyless := add(ann, "")
		if add(bob, "key") == first || add(ann, "other") == first || add(ann, "") == keyless {
			t.Error("posts without the same account and key are one")
		}
	})
}

func TestOneBoostForEachAccountAndPost(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		of := e.post(ann, nil)
		boost := func() (id model.ID) {
			e.write(func(ctx context.Context, tx *store.Tx) (err error) {
				id, err = tx.AddPost(ctx, model.Post{ID: tx.NextID(), Account: bob, Visibility: model.Public, ReblogOf: of,
					CreatedAt: e.tick()}, nil)
				return err
			})
			return id
		}
		first := boost()
		if again := boost(); again != first {
			t.Errorf("a second boost is %d after %d", again, first)
		}
		if n := got[model.Post](e)(e.Post(t.Context(), of)).Reblogs; n != 1 {
			t.Errorf("%d boosts are counted, want 1", n)
		}
		e.wantIDs(refersTo(got[[]store.Link](e)(e.RebloggedBy(t.Context(), of, store.Range{Limit: 9}))), bob)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.DeletePost(ctx, bob, first, e.tick()) })
		if n := got[model.Post](e)(e.Post(t.Context(), of)).Reblogs; n != 0 {
			t.Errorf("%d boosts are counted, want 0", n)
		}
		if again := boost(); again == first {
			t.Error("a deleted boost stands in the way of a new one")
		}
	})
}

func TestFavouritesAreCountedOnce(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		one, two := e.post(ann, nil), e.post(ann, nil)
		mark := func(post model.ID, want bool) {
			e.write(func(ctx context.Context, tx *store.Tx) error {
				added, err := tx.AddFavourite(ctx, bob, post, e.tick())
				if added != want {
					t.Errorf("added is %t, want %t", added, want)
				}
				return err
			})
		}
		mark(one, true)
		mark(one, false)
		mark(two, true)
		boost := e.post(bob, func(p *model.Post) { p.ReblogOf = two })
		favourited, boosted, err := e.Marks(t.Context(), bob, []model.ID{one, two, boost})
		if err != nil {
			t.Fatal(err)
		}
		e.wantIDs(boosted, two)
		if len(favourited) != 2 {
			t.Errorf("favourited %v", favourited)
		}
		e.wantIDs(refersTo(got[[]store.Link](e)(e.FavouritesOf(t.Context(), bob, store.Range{Limit: 9}))), two, one)
		e.wantIDs(refersTo(got[[]store.Link](e)(e.FavouritedBy(t.Context(), one, store.Range{Limit: 9}))), bob)
		for range 2 {
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.RemoveFavourite(ctx, bob, one) })
		}
		if n := got[model.Post](e)(e.Post(t.Context(), one)).Favourites; n != 0 {
			t.Errorf("%d favourites are counted, want 0", n)
		}
	})
}

func TestRangesReadFromBothEnds(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		var ids []model.ID
		for range 5 {
			ids = append(ids, e.post(ann, nil))
			e.post(bob, func(p *model.Post) { p.Visibility = model.Unlisted })
		}
		e.post(ann, func(p *model.Post) { p.ReblogOf = ids[0] })
		e.post(bob, func(p *model.Post) { p.InReplyTo, p.InReplyToOwner = ids[0], ann })
		for _, c := range []struct {
			g    store.Range
			want []model.ID
		}{
			{store.Range{Limit: 2}, []model.ID{ids[4], ids[3]}},
			{store.Range{Before: ids[3], Limit: 2}, []model.ID{ids[2], ids[1]}},
			{store.Range{After: ids[2], Limit: 9}, []model.ID{ids[4], ids[3]}},
			{store.Range{After: ids[0], Up: true, Limit: 2}, []model.ID{ids[1], ids[2]}},
			{store.Range{Before: ids[2], After: ids[0], Up: true, Limit: 9}, []model.ID{ids[1]}},
		} {
			e.wantIDs(postIDs(got[[]model.Post](e)(e.PublicPosts(t.Context(), c.g))), c.want...)
		}
		e.wantIDs(got[[]model.ID](e)(e.PostIDsOf(t.Context(), ann, store.Range{Before: ids[2], Limit: 9})), ids[1], ids[0])
	})
}

func TestEventsTellWhatAPostChanged(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann := e.account("ann")
		first := e.post(ann, nil)
		var told []store.Event
		e.Subscribe(func(ev store.Event) { told = append(told, ev) })
		reply := e.post(ann, func(p *model.Post) { p.InReplyTo, p.InReplyToOwner = first, ann })
		want := []store.Event{{Kind: store.EventAccount, Leaf: -1, Account: ann}, {Kind: store.EventPost, Leaf: -1, Subject: first},
			{Kind: store.EventPosted, Leaf: -1, Account: ann, Subject: reply}}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
		told = nil
		err := e.try(func(ctx context.Context, tx *store.Tx) error {
			if err := tx.DeletePost(ctx, ann, reply, time.Now()); err != nil {
				return err
			}
			return context.Canceled
		})
		if err == nil || told != nil {
			t.Errorf("a write that failed with %v told %v", err, told)
		}
	})
}
