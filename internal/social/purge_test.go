package social_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// purge has an account be dark for ever, and erases it.
func (w *world) purge(account model.ID) {
	w.Helper()
	w.sanction(model.SanctionPurge, account, 0, time.Time{})
	w.erase(account)
}

func (w *world) erase(account model.ID) {
	w.Helper()
	for erased := 1; erased > 0; {
		w.write(func(tx *store.Tx) (err error) {
			erased, _, err = tx.Erase(w.ctx, account, 3)
			return err
		})
	}
}

// sees is everything that a viewer can come upon of a few people, and what each of their posts looks like.
func (w *world) sees(n *social.Network, viewer model.ID, people, posts []model.ID) map[string]any {
	w.Helper()
	all := map[string]any{}
	note := func(what string, v any, err error) {
		if err != nil {
			v = string(model.KindOf(err))
		}
		all[what] = v
	}
	v, err := n.View(w.ctx, viewer)
	if err != nil {
		return map[string]any{"view": string(model.KindOf(err))}
	}
	for what, list := range map[string]func() (social.List[social.Post], error){
		"home":   func() (social.List[social.Post], error) { return v.Home(w.ctx, social.Page{}) },
		"public": func() (social.List[social.Post], error) { return v.Public(w.ctx, social.Page{}) },
	} {
		l, err := list()
		note(what, l.Items, err)
	}
	notices, err := v.Notifications(w.ctx, social.NotificationFilter{}, social.Page{})
	note("notifications", notices.Items, err)
	for _, id := range people {
		accounts, err := v.Accounts(w.ctx, []model.ID{id})
		note(fmt.Sprint("account ", id), accounts, err)
		of, err := v.PostsOf(w.ctx, id, social.PostFilter{}, social.Page{})
		note(fmt.Sprint("posts of ", id), of.Items, err)
		followers, err := v.Followers(w.ctx, id, social.Page{})
		note(fmt.Sprint("followers of ", id), followers.Items, err)
		relation, err := v.Relation(w.ctx, id)
		note(fmt.Sprint("relation to ", id), relation, err)
	}
	for _, id := range posts {
		p, err := v.Post(w.ctx, id)
		note(fmt.Sprint("post ", id), p, err)
	}
	return all
}

// TestPurgeIsForgotten: what was in memory of a purged account is gone from there, on the node that erases and on others,
// and what counts otherwise since is read anew: all that a viewer sees is what a node sees that just started.
func TestPurgeIsForgotten(t *testing.T) {
	url := testkit.Postgres(t)
	w, feed := node(t, url, 1, time.Now)
	other, feed2 := node(t, url, 2, time.Now)
	follow(t, feed)
	follow(t, feed2)
	w.ok(w.store.Privileged(w.ctx, func(p *store.PrivTx) error {
		p.Entry.Facts.Event = ledger.EventBorn
		return nil
	}))
	gone, ann, bob := w.account("gone"), w.account("ann"), w.account("bob")
	w.follow(ann, gone)
	w.follow(gone, ann)
	w.follow(bob, gone)
	theirs, anns := w.say(gone, "hello @ann"), w.say(ann, "hello")
	reply := w.post(gone, social.NewPost{Text: "an answer", InReplyTo: anns})
	back := w.post(ann, social.NewPost{Text: "my answer", InReplyTo: theirs})
	w.ok(w.net.Favourite(w.ctx, gone, anns))
	posts := []model.ID{theirs, anns, reply, back, w.boost(gone, anns), w.boost(ann, theirs)}
	people := []model.ID{gone, ann, bob}
	for _, viewer := range []model.ID{0, ann, bob} { // so that all of it is in memory
		w.sees(w.net, viewer, people, posts)
		w.sees(other.net, viewer, people, posts)
	}
	w.purge(gone)
	for _, viewer := range []model.ID{0, ann, bob} {
		fresh, _ := node(t, url, 3, time.Now)
		want := w.sees(fresh.net, viewer, people, posts)
		if diff := cmp.Diff(want, w.sees(w.net, viewer, people, posts)); diff != "" {
			t.Errorf("viewer %d on the node that erased (-fresh +it):\n%s", viewer, diff)
		}
		testkit.Eventually(t, 5*time.Second, func() error {
			if diff := cmp.Diff(want, w.sees(other.net, viewer, people, posts)); diff != "" {
				return errors.New("viewer on the other node (-fresh +it):\n" + diff)
			}
			return nil
		})
		for _, id := range posts {
			gone := want[fmt.Sprint("post ", id)] == string(model.KindNotFound)
			if gone != (id != anns && id != back) {
				t.Errorf("post %d is %v", id, want[fmt.Sprint("post ", id)])
			}
		}
	}
	answer, err := w.view(bob).Post(w.ctx, back)
	w.ok(err)
	if answer.InReplyTo != 0 || answer.InReplyToOwner != 0 {
		t.Errorf("an answer to what is gone names %d by %d", answer.InReplyTo, answer.InReplyToOwner)
	}
	if p, err := w.view(bob).Post(w.ctx, anns); err != nil || p.Replies != 0 || p.Reblogs != 0 || p.Favourites != 0 || p.Author.Followers != 0 || p.Author.Following != 0 {
		t.Errorf("ann's post is %+v, %v", p, err)
	}
	if _, err := w.net.View(w.ctx, gone); model.KindOf(err) != model.KindForbidden {
		t.Errorf("its owner sees the network: %v", err)
	}
}

// TestASanctionEndsByTheClock on every node at the same moment, whatever is in memory, and nothing is written then.
func TestASanctionEndsByTheClock(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann"), w.account("bob")
	w.follow(bob, ann)
	post := w.say(ann, "hello")
	end := w.clock.Now().Add(72 * time.Hour).Truncate(time.Millisecond)
	s := w.sanction(model.SanctionSuspend, ann, 0, end)
	other := w.open(nil) // began when it was on
	writes := w.store.Writes()
	for what, tt := range map[string]struct {
		at   time.Time
		dark bool
	}{"a moment before": {end.Add(-time.Millisecond), true}, "at its end": {end, false}, "later": {end.Add(time.Hour), false}} {
		w.clock.Set(tt.at)
		for i, n := range []*social.Network{w.net, other} {
			v, err := n.View(w.ctx, bob)
			w.ok(err)
			_, err = v.Post(w.ctx, post)
			home, err2 := v.Home(w.ctx, social.Page{})
			w.ok(err2)
			if n.Dark(ann) != tt.dark || (model.KindOf(err) == model.KindNotFound) != tt.dark || (len(home.Items) == 0) != tt.dark {
				t.Errorf("%s of %+v, on node %d: dark %t, %v", what, s, i, n.Dark(ann), err)
			}
		}
	}
	if w.store.Writes() != writes {
		t.Error("something was written")
	}
}
