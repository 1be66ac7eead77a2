package social_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

func TestFollowRequests(t *testing.T) {
	w := newWorld(t)
	ann, bob, eve := w.account("ann"), w.account("bob"), w.account("eve")
	locked := true
	w.ok(w.net.UpdateProfile(w.ctx, ann, social.Profile{Locked: &locked}))
	w.follow(bob, ann)
	w.follow(eve, ann)
	r := must[model.Relation](w)(w.view(bob).Relation(w.ctx, ann))
	if r.Following || !r.Requested {
		t.Errorf("before consent the relation is %+v", r)
	}
	l := must[social.List[social.Account]](w)(w.view(ann).FollowRequests(w.ctx, social.Page{}))
	if got := accountIDs(l.Items); !slices.Equal(got, []model.ID{eve, bob}) {
		t.Errorf("requests are from %v", got)
	}
	w.ok(w.net.Authorize(w.ctx, ann, bob))
	w.ok(w.net.Reject(w.ctx, ann, eve))
	w.wantKind(w.net.Authorize(w.ctx, ann, eve), model.KindNotFound)
	w.wantKind(w.net.Reject(w.ctx, ann, bob), model.KindNotFound)
	r = must[model.Relation](w)(w.view(ann).Relation(w.ctx, bob))
	if !r.FollowedBy || r.Following {
		t.Errorf("after consent the relation is %+v", r)
	}
	if n := must[int](w)(w.view(ann).Unread(w.ctx)); n != 0 {
		t.Errorf("%d notifications of settled requests are left", n)
	}
	a := must[social.Account](w)(w.view(0).Account(w.ctx, ann))
	if a.Followers != 1 {
		t.Errorf("%d followers are counted, want 1", a.Followers)
	}
}

func TestBlocksHideBothWays(t *testing.T) {
	w := newWorld(t)
	ann, bob, friend := w.account("ann"), w.account("bob"), w.account("friend")
	w.follow(ann, bob)
	w.follow(ann, friend)
	w.follow(bob, friend)
	post := map[model.ID]model.ID{ann: w.say(ann, "@bob hi"), bob: w.say(bob, "@ann hi")}
	w.boost(friend, post[bob])
	w.ok(w.net.Favourite(w.ctx, bob, post[ann]))
	w.ok(w.net.Block(w.ctx, ann, bob))
	for viewer, other := range map[model.ID]model.ID{ann: bob, bob: ann} {
		v := w.view(viewer)
		_, err := v.Post(w.ctx, post[other])
		w.wantKind(err, model.KindNotFound)
		if got := must[social.List[social.Post]](w)(v.PostsOf(w.ctx, other, social.PostFilter{}, social.Page{})); len(got.Items) != 0 {
			t.Errorf("%d sees the other's posts", viewer)
		}
		for _, n := range must[social.List[social.Notification]](w)(v.Notifications(w.ctx, social.NotificationFilter{}, social.Page{})).Items {
			if n.Account.ID == other {
				t.Errorf("%d is told of the other", viewer)
			}
		}
		for _, p := range must[social.List[social.Post]](w)(v.Home(w.ctx, social.Page{})).Items {
			if p.Account == other || p.Boosted != nil && p.Boosted.Account == other {
				t.Errorf("%d has the other at home", viewer)
			}
		}
		w.wantKind(w.net.Follow(w.ctx, viewer, other, true), model.KindForbidden)
		must[social.Account](w)(v.Account(w.ctx, other)) // the profile stays, to be unblocked
	}
	if r := must[model.Relation](w)(w.view(ann).Relation(w.ctx, bob)); !r.Blocking || r.BlockedBy || r.Following {
		t.Errorf("the relation is %+v", r)
	}
	if l := must[social.List[social.Account]](w)(w.view(ann).Blocks(w.ctx, social.Page{})); !slices.Equal(accountIDs(l.Items), []model.ID{bob}) {
		t.Errorf("blocked are %v", accountIDs(l.Items))
	}
	w.ok(w.net.Unblock(w.ctx, ann, bob))
	must[social.Post](w)(w.view(bob).Post(w.ctx, post[ann]))
}

func TestMutesHideFromHomeAndNotifications(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("bob")
	w.follow(ann, bob)
	id := w.say(bob, "@ann hi")
	w.ok(w.net.Mute(w.ctx, ann, bob))
	v := w.view(ann)
	if n := len(must[social.List[social.Post]](w)(v.Home(w.ctx, social.Page{})).Items) + must[int](w)(v.Unread(w.ctx)); n != 0 {
		t.Errorf("%d things of a muted account are seen", n)
	}
	must[social.Post](w)(v.Post(w.ctx, id))
	if r := must[model.Relation](w)(v.Relation(w.ctx, bob)); !r.Muting || !r.Following {
		t.Errorf("the relation is %+v", r)
	}
	w.ok(w.net.Unmute(w.ctx, ann, bob))
	if n := len(must[social.List[social.Post]](w)(w.view(ann).Home(w.ctx, social.Page{})).Items); n != 1 {
		t.Errorf("%d posts are at home after unmuting", n)
	}
}

func TestNobodyActsOnThemselves(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann")
	w.wantKind(w.net.Follow(w.ctx, ann, ann, true), model.KindForbidden)
	w.wantKind(w.net.Block(w.ctx, ann, ann), model.KindForbidden)
	w.wantKind(w.net.Mute(w.ctx, ann, ann), model.KindForbidden)
	_, err := w.net.Report(w.ctx, ann, social.NewReport{Target: ann})
	w.wantKind(err, model.KindForbidden)
}

func TestManyFollowersRaiseTheClass(t *testing.T) {
	w := newWorld(t)
	star := w.account("star")
	var raised []model.ID
	fail := true
	w.net = w.open(func(_ context.Context, account model.ID) error {
		raised = append(raised, account)
		if fail {
			fail = false
			return errors.New("not now")
		}
		return w.store.Privileged(w.ctx, func(p *store.PrivTx) error {
			p.Entry.Facts.Event = "automatic"
			return p.PutClass(w.ctx, store.AccountClass{Account: account, Class: model.ClassHighProfile})
		})
	})
	for i, want := range []int{0, 0, 1, 2, 2} { // the third follow reaches it, and the fourth asks again after the failure
		w.follow(w.account(string(rune('a'+i))), star)
		if len(raised) != want {
			t.Errorf("after %d follows it was asked for %d times, want %d", i+1, len(raised), want)
		}
	}
	if a := must[social.Account](w)(w.view(0).Account(w.ctx, star)); a.Class != model.ClassHighProfile {
		t.Errorf("the class is %s", a.Class)
	}
}
