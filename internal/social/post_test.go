package social_test

import (
	"slices"
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

func TestAPostIsShownAsItWasMade(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("Bob")
	first := w.say(bob, "hello")
	id := w.post(ann, social.NewPost{Text: "@bob @nobody @BOB @ann hi", Spoiler: "greeting", Language: "en-GB", InReplyTo: first,
		App: "toot", Visibility: model.Unlisted})
	p := must[social.Post](w)(w.view(0).Post(w.ctx, id))
	if p.Text != "@bob @nobody @BOB @ann hi" || p.Spoiler != "greeting" || !p.Sensitive || p.Language != "en-GB" || p.App != "toot" ||
		p.Visibility != model.Unlisted || p.InReplyTo != first || p.InReplyToOwner != bob || p.Author.Handle != "ann" || p.Author.Posts != 1 {
		t.Errorf("the post is %+v", p)
	}
	if want := []social.Mention{{Account: bob, Handle: "Bob"}}; !slices.Equal(p.Mentioned, want) {
		t.Errorf("it mentions %v, want %v", p.Mentioned, want)
	}
	if n := must[social.Post](w)(w.view(0).Post(w.ctx, first)).Replies; n != 1 {
		t.Errorf("%d replies are counted", n)
	}
}

func TestPostRefusesWhatIsNotAllowed(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("bob")
	secret := w.post(bob, social.NewPost{Text: "x", Visibility: model.Direct})
	for field, p := range map[string]social.NewPost{
		"text":            {Text: " \n"},
		"spoiler":         {Text: "x", Spoiler: strings.Repeat("x", 501)},
		"visibility":      {Text: "x", Visibility: "friends"},
		"language":        {Text: "x", Language: "<b>"},
		"idempotency_key": {Text: "x", Key: strings.Repeat("x", 257)},
	} {
		_, err := w.net.Post(w.ctx, ann, p)
		w.wantField(err, model.KindInvalid, field)
	}
	for _, text := range []string{strings.Repeat("ä", 501), "a\x00b", "\xff"} {
		_, err := w.net.Post(w.ctx, ann, social.NewPost{Text: text})
		w.wantField(err, model.KindInvalid, "text")
	}
	_, err := w.net.Post(w.ctx, ann, social.NewPost{Text: strings.Repeat("ä", 499), Spoiler: "xx"})
	w.wantField(err, model.KindInvalid, "text")
	w.post(ann, social.NewPost{Text: strings.Repeat("ä", 498), Spoiler: "xx"})
	for _, to := range []model.ID{secret, 12345} {
		_, err = w.net.Post(w.ctx, ann, social.NewPost{Text: "x", InReplyTo: to})
		w.wantKind(err, model.KindNotFound)
	}
	_, err = w.net.Post(w.ctx, 0, social.NewPost{Text: "x"})
	w.wantKind(err, model.KindUnauthenticated)
}

func TestWhoSeesAPost(t *testing.T) {
	w := newWorld(t)
	author, follower, named, other := w.account("author"), w.account("follower"), w.account("named"), w.account("other")
	w.follow(follower, author)
	everyone := []model.ID{0, author, follower, named, other}
	for visibility, want := range map[model.Visibility][]model.ID{
		model.Public:   everyone,
		model.Unlisted: everyone,
		model.Private:  {author, follower, named},
		model.Direct:   {author, named},
	} {
		id := w.post(author, social.NewPost{Text: "hi @named", Visibility: visibility})
		var seen, listed []model.ID
		for _, viewer := range everyone {
			if _, err := w.view(viewer).Post(w.ctx, id); err == nil {
				seen = append(seen, viewer)
			} else {
				w.wantKind(err, model.KindNotFound)
			}
			l := must[social.List[social.Post]](w)(w.view(viewer).PostsOf(w.ctx, author, social.PostFilter{}, social.Page{Limit: 1}))
			if slices.Contains(ids(l.Items), id) {
				listed = append(listed, viewer)
			}
		}
		if !slices.Equal(seen, want) || !slices.Equal(listed, want) {
			t.Errorf("a %s post is seen by %v and listed to %v, want %v", visibility, seen, listed, want)
		}
		public := must[social.List[social.Post]](w)(w.view(0).Public(w.ctx, social.Page{Limit: 1}))
		if got := slices.Contains(ids(public.Items), id); got != (visibility == model.Public) {
			t.Errorf("a %s post in the public timeline: %t", visibility, got)
		}
	}
}

func TestAKeyPostsOnce(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("bob")
	p := social.NewPost{Text: "hi @bob", Key: "k"}
	first := w.post(ann, p)
	if again := w.post(ann, p); again != first {
		t.Errorf("the key gave %d after %d", again, first)
	}
	l := must[social.List[social.Notification]](w)(w.view(bob).Notifications(w.ctx, social.NotificationFilter{}, social.Page{}))
	if len(l.Items) != 1 {
		t.Errorf("%d notifications came of one post", len(l.Items))
	}
}

func TestDelete(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("bob")
	w.follow(bob, ann)
	id := w.say(ann, "hi")
	reply := w.post(bob, social.NewPost{Text: "hi yourself", InReplyTo: id})
	boost := w.boost(bob, id)
	w.wantKind(w.net.Delete(w.ctx, bob, id), model.KindNotFound)
	w.ok(w.net.Delete(w.ctx, ann, id))
	w.wantKind(w.net.Delete(w.ctx, ann, id), model.KindNotFound)
	for _, gone := range []model.ID{id, boost} {
		_, err := w.view(bob).Post(w.ctx, gone)
		w.wantKind(err, model.KindNotFound)
	}
	p := must[social.Post](w)(w.view(bob).Post(w.ctx, reply))
	if p.InReplyTo != 0 || p.InReplyToOwner != ann {
		t.Errorf("the answer is to %d of %d", p.InReplyTo, p.InReplyToOwner)
	}
	home := must[social.List[social.Post]](w)(w.view(bob).Home(w.ctx, social.Page{}))
	if got := ids(home.Items); !slices.Equal(got, []model.ID{reply}) {
		t.Errorf("home has %v", got)
	}
}

func TestBoostsAndFavourites(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("bob")
	id := w.say(ann, "hi")
	private := w.post(ann, social.NewPost{Text: "x", Visibility: model.Private})
	w.follow(bob, ann)
	boost := w.boost(bob, id)
	if again := w.boost(bob, boost); again != boost { // a boost of a boost is one of the original
		t.Errorf("the second boost is %d after %d", again, boost)
	}
	_, err := w.net.Boost(w.ctx, bob, private)
	w.wantKind(err, model.KindForbidden)
	w.boost(ann, private)
	w.ok(w.net.Favourite(w.ctx, bob, boost))
	w.ok(w.net.Favourite(w.ctx, bob, id))
	p := must[social.Post](w)(w.view(bob).Post(w.ctx, boost))
	if p.Boosted == nil || p.Boosted.ID != id || !p.Favourited || !p.Reblogged || p.Boosted.Favourites != 1 || p.Boosted.Reblogs != 1 {
		t.Errorf("the boost is %+v of %+v", p, p.Boosted)
	}
	for name, list := range map[string]func(ctx, model.ID, social.Page) (social.List[social.Account], error){
		"favourited": w.view(0).FavouritedBy, "reblogged": w.view(0).RebloggedBy} {
		if l := must[social.List[social.Account]](w)(list(w.ctx, id, social.Page{})); !slices.Equal(accountIDs(l.Items), []model.ID{bob}) {
			t.Errorf("%s by %v", name, accountIDs(l.Items))
		}
	}
	w.ok(w.net.Unfavourite(w.ctx, bob, id))
	w.ok(w.net.Unboost(w.ctx, bob, id))
	w.ok(w.net.Unboost(w.ctx, bob, id))
	p = must[social.Post](w)(w.view(bob).Post(w.ctx, id))
	if p.Favourited || p.Reblogged || p.Favourites != 0 || p.Reblogs != 0 {
		t.Errorf("what was taken back is there: %+v", p)
	}
	told := must[social.List[social.Notification]](w)(w.view(ann).Notifications(w.ctx,
		social.NotificationFilter{Exclude: []model.NotificationKind{model.NotifyFollow}}, social.Page{}))
	if len(told.Items) != 0 {
		t.Errorf("of what was taken back ann is told %+v", told.Items)
	}
}

func TestThread(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("bob")
	answer := func(by, to model.ID) model.ID { return w.post(by, social.NewPost{Text: "x", InReplyTo: to}) }
	root := w.say(ann, "root")
	a := answer(bob, root)
	b := answer(ann, root)
	a1 := answer(ann, a)
	a2 := answer(bob, a)
	a11 := answer(bob, a1)
	th := must[social.Thread](w)(w.view(0).Thread(w.ctx, root))
	if got, want := ids(th.Descendants), []model.ID{a, a1, a11, a2, b}; len(th.Ancestors) != 0 || !slices.Equal(got, want) {
		t.Errorf("below the root are %v, want %v", got, want)
	}
	th = must[social.Thread](w)(w.view(0).Thread(w.ctx, a11))
	if got, want := ids(th.Ancestors), []model.ID{root, a, a1}; len(th.Descendants) != 0 || !slices.Equal(got, want) {
		t.Errorf("above the leaf are %v, want %v", got, want)
	}
	w.sanction(model.SanctionRemovePost, bob, a, w.clock.Now().AddDate(1, 0, 0))
	th = must[social.Thread](w)(w.view(0).Thread(w.ctx, root))
	if got, want := ids(th.Descendants), []model.ID{b}; !slices.Equal(got, want) {
		t.Errorf("with one answer dark, below the root are %v, want %v", got, want)
	}
	th = must[social.Thread](w)(w.view(0).Thread(w.ctx, a11))
	if got, want := ids(th.Ancestors), []model.ID{a1}; !slices.Equal(got, want) || th.Ancestors[0].InReplyTo != 0 {
		t.Errorf("above the leaf are %v, want %v", got, want)
	}
}
