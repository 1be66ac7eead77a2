package social_test

import (
	"slices"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

func TestALockStopsItsOwnerAndHidesNothing(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("bob")
	own, other := w.say(ann, "hi"), w.say(bob, "hi @ann")
	before := must[social.Post](w)(w.view(bob).Post(w.ctx, own))
	lock := w.sanction(model.SanctionLock, ann, 0, w.clock.Now().AddDate(0, 0, 1))
	name := "x"
	_, err := w.net.Post(w.ctx, ann, social.NewPost{Text: "x"})
	_, boost := w.net.Boost(w.ctx, ann, other)
	_, report := w.net.Report(w.ctx, ann, social.NewReport{Target: bob})
	for _, err := range []error{err, boost, report, w.net.Delete(w.ctx, ann, own), w.net.Favourite(w.ctx, ann, other),
		w.net.Follow(w.ctx, ann, bob, true), w.net.Block(w.ctx, ann, bob), w.net.Mute(w.ctx, ann, bob),
		w.net.UpdateProfile(w.ctx, ann, social.Profile{DisplayName: &name})} {
		w.wantKind(err, model.KindForbidden)
	}
	if n := must[int](w)(w.view(ann).Unread(w.ctx)); n != 2 { // the mention, and of the lock
		t.Errorf("a locked owner has %d unread notifications, want 2", n)
	}
	w.ok(w.net.MarkRead(w.ctx, ann, 1<<62))
	if after := must[social.Post](w)(w.view(bob).Post(w.ctx, own)); after.Text != before.Text || after.Author != before.Author {
		t.Errorf("the lock changed %+v to %+v", before, after)
	}
	w.clock.Set(lock.End)
	w.say(ann, "back")
}

func TestALimitedAccountIsMetByItsFollowersOnly(t *testing.T) {
	w := newWorld(t)
	loud, fan, other := w.account("loud"), w.account("fan"), w.account("other")
	w.follow(fan, loud)
	id := w.say(loud, "hello")
	w.sanction(model.SanctionLimit, loud, 0, w.clock.Now().AddDate(0, 0, 1))
	for viewer, want := range map[model.ID]bool{0: false, other: false, fan: true, loud: true} {
		v := w.view(viewer)
		public := must[social.List[social.Post]](w)(v.Public(w.ctx, social.Page{}))
		found := must[[]social.Account](w)(v.SearchAccounts(w.ctx, "loud", 0, 0))
		if slices.Contains(ids(public.Items), id) != want || slices.Contains(accountIDs(found), loud) != want {
			t.Errorf("viewer %d meets %v and %v", viewer, ids(public.Items), accountIDs(found))
		}
		if p := must[social.Post](w)(v.Post(w.ctx, id)); !p.Author.Limited {
			t.Error("the author is not called limited")
		}
	}
}

func TestSensitiveMarksWhatIsShown(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann")
	one, two := w.say(ann, "one"), w.say(ann, "two")
	only := w.sanction(model.SanctionSensitive, ann, one, w.clock.Now().AddDate(0, 0, 1))
	if a, b := must[social.Post](w)(w.view(0).Post(w.ctx, one)), must[social.Post](w)(w.view(0).Post(w.ctx, two)); !a.Sensitive || b.Sensitive {
		t.Errorf("marked are %t and %t, want the first only", a.Sensitive, b.Sensitive)
	}
	w.lift(only)
	all := w.sanction(model.SanctionSensitive, ann, 0, w.clock.Now().AddDate(0, 0, 1))
	if p := must[social.Post](w)(w.view(0).Post(w.ctx, two)); !p.Sensitive {
		t.Error("a sensitive account's post is not marked")
	}
	w.lift(all)
	if p := must[social.Post](w)(w.view(0).Post(w.ctx, two)); p.Sensitive {
		t.Error("the mark outlives the sanction")
	}
}

func TestASuspendedAccountIsAnEmptiedShell(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("bob")
	w.follow(bob, ann)
	w.say(ann, "hello")
	w.sanction(model.SanctionSuspend, ann, 0, w.clock.Now().AddDate(0, 0, 1))
	v := w.view(bob)
	a := must[social.Account](w)(v.AccountByHandle(w.ctx, "ANN"))
	want := social.Account{Account: model.Account{ID: ann, Handle: "ann", Class: model.ClassStandard, CreatedAt: a.CreatedAt}, Suspended: true}
	if a != want {
		t.Errorf("the shell is %+v", a)
	}
	if n := len(must[social.List[social.Post]](w)(v.PostsOf(w.ctx, ann, social.PostFilter{}, social.Page{})).Items) +
		len(must[social.List[social.Account]](w)(v.Followers(w.ctx, ann, social.Page{})).Items); n != 0 {
		t.Errorf("%d things are left in it", n)
	}
	_, err := v.Relation(w.ctx, ann)
	w.wantKind(err, model.KindNotFound)
	w.wantKind(w.net.Unfollow(w.ctx, bob, ann), model.KindNotFound)
}

func TestWhatFallsDueInTheDarkIsHeld(t *testing.T) {
	w := newWorld(t)
	president, bob := w.account("president"), w.account("bob")
	s := w.sanction(model.SanctionDeactivate, president, 0, w.clock.Now().AddDate(0, 0, 1))
	id := w.say(bob, "where is @president?")
	if p := must[social.Post](w)(w.view(bob).Post(w.ctx, id)); len(p.Mentioned) != 0 {
		t.Errorf("a dark account is mentioned: %v", p.Mentioned)
	}
	w.lift(s)
	if p := must[social.Post](w)(w.view(bob).Post(w.ctx, id)); len(p.Mentioned) != 1 {
		t.Error("the mention is lost")
	}
	if n := must[int](w)(w.view(president).Unread(w.ctx)); n != 2 { // the mention, and that it was deactivated
		t.Errorf("%d notifications, want 2", n)
	}
}

func TestSanctionsAreKnownAfterARestart(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann")
	s := w.sanction(model.SanctionBan, ann, 0, w.clock.Now().AddDate(0, 0, 1))
	w.net = w.open(nil)
	if !w.net.Dark(ann) {
		t.Error("a restart brought light")
	}
	w.lift(s)
	w.net = w.open(nil)
	if w.net.Dark(ann) {
		t.Error("a lifted sanction came back")
	}
}
