package store_test

import (
	"context"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// follow makes a follow and reports whether it is new.
func (e *engine) follow(follower, followee model.ID, pending bool) (added bool) {
	e.Helper()
	f := model.Follow{ID: e.IDs().Next(), Follower: follower, Followee: followee, Pending: pending, Reblogs: true,
		CreatedAt: e.tick()}
	e.write(func(ctx context.Context, tx *store.Tx) (err error) {
		added, err = tx.PutFollow(ctx, f)
		return err
	})
	return added
}

func (e *engine) wantCounts(account model.ID, followers, following int64) {
	e.Helper()
	a := got[model.Account](e)(e.Account(e.Context(), account))
	if a.Followers != followers || a.Following != following {
		e.Errorf("%s has %d followers and follows %d, want %d and %d", a.Handle, a.Followers, a.Following, followers, following)
	}
}

func TestFollowsAreCountedOnce(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		if !e.follow(ann, bob, false) || e.follow(ann, bob, false) {
			t.Error("the first follow is not new, or the second is")
		}
		e.wantCounts(bob, 1, 0)
		e.wantCounts(ann, 0, 1)
		e.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.PutFollow(ctx, model.Follow{ID: tx.NextID(), Follower: ann, Followee: bob})
			return err
		})
		if f := got[model.Follow](e)(e.Follow(t.Context(), ann, bob)); f.Reblogs || f.Pending {
			t.Errorf("following again left %+v", f)
		}
		for _, want := range []bool{true, false} {
			e.write(func(ctx context.Context, tx *store.Tx) error {
				removed, err := tx.RemoveFollow(ctx, ann, bob)
				if removed != want {
					t.Errorf("removed is %t, want %t", removed, want)
				}
				return err
			})
		}
		e.wantCounts(bob, 0, 0)
		e.wantCounts(ann, 0, 0)
	})
}

func TestAFollowRequestCountsWhenItIsAccepted(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		e.follow(ann, bob, true)
		e.wantCounts(bob, 0, 0)
		e.wantIDs(refersTo(got[[]store.Link](e)(e.FollowRequests(t.Context(), bob, store.Range{Limit: 9}))), ann)
		e.wantIDs(refersTo(got[[]store.Link](e)(e.Followers(t.Context(), bob, store.Range{Limit: 9}))))
		accept := func(ctx context.Context, tx *store.Tx) error { return tx.AcceptFollow(ctx, ann, bob) }
		e.write(accept)
		e.wantCounts(bob, 1, 0)
		e.wantIDs(refersTo(got[[]store.Link](e)(e.Followers(t.Context(), bob, store.Range{Limit: 9}))), ann)
		e.wantIDs(refersTo(got[[]store.Link](e)(e.Following(t.Context(), ann, store.Range{Limit: 9}))), bob)
		e.wantIDs(got[[]model.ID](e)(e.FollowersAmong(t.Context(), bob, []model.ID{bob, ann})), ann)
		e.wantKind(e.try(accept), model.KindNotFound)
	})
}

func TestABlockEndsTheFollowsBetween(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		e.follow(ann, bob, false)
		e.follow(bob, ann, true)
		for range 2 {
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddBlock(ctx, ann, bob, e.tick()) })
		}
		e.wantCounts(ann, 0, 0)
		e.wantCounts(bob, 0, 0)
		_, err := e.Follow(t.Context(), bob, ann)
		e.wantKind(err, model.KindNotFound)
		blocking, blockedBy, err := e.AllBlocks(t.Context(), bob)
		if err != nil {
			t.Fatal(err)
		}
		e.wantIDs(blocking)
		e.wantIDs(blockedBy, ann)
		e.wantIDs(refersTo(got[[]store.Link](e)(e.Blocks(t.Context(), ann, store.Range{Limit: 9}))), bob)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.RemoveBlock(ctx, ann, bob) })
		e.wantIDs(refersTo(got[[]store.Link](e)(e.Blocks(t.Context(), ann, store.Range{Limit: 9}))))
	})
}

func TestMutes(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine) {
		ann, bob := e.account("ann"), e.account("bob")
		for range 2 {
			e.write(func(ctx context.Context, tx *store.Tx) error { return tx.AddMute(ctx, ann, bob, e.tick()) })
		}
		e.wantIDs(got[[]model.ID](e)(e.AllMutes(t.Context(), ann)), bob)
		e.wantIDs(refersTo(got[[]store.Link](e)(e.Mutes(t.Context(), ann, store.Range{Limit: 9}))), bob)
		e.write(func(ctx context.Context, tx *store.Tx) error { return tx.RemoveMute(ctx, ann, bob) })
		e.wantIDs(got[[]model.ID](e)(e.AllMutes(t.Context(), ann)))
	})
}
