package social_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

func TestProfile(t *testing.T) {
	w := newWorld(t)
	ann := w.account("Ann")
	name, note, yes := "Änne", "about\nme", true
	must[social.Account](w)(w.view(0).Account(w.ctx, ann)) // so that memory has the old row
	w.ok(w.net.UpdateProfile(w.ctx, ann, social.Profile{DisplayName: &name, Note: &note, Bot: &yes}))
	a := must[social.Account](w)(w.view(ann).Self(w.ctx))
	if a.DisplayName != name || a.Note != note || !a.Bot || a.Locked {
		t.Errorf("the profile is %+v", a)
	}
	long, longer := strings.Repeat("ä", model.MaxDisplayName+1), strings.Repeat("ä", model.MaxNote+1)
	w.wantField(w.net.UpdateProfile(w.ctx, ann, social.Profile{DisplayName: &long}), model.KindInvalid, "display_name")
	w.wantField(w.net.UpdateProfile(w.ctx, ann, social.Profile{Note: &longer}), model.KindInvalid, "note")
	_, err := w.view(0).Self(w.ctx)
	w.wantKind(err, model.KindUnauthenticated)
	for _, handle := range []string{"nobody", "", "not a handle", "@"} {
		_, err := w.view(0).AccountByHandle(w.ctx, handle)
		w.wantKind(err, model.KindNotFound)
	}
}

func TestSearch(t *testing.T) {
	w := newWorld(t)
	var all []model.ID
	for i := range 12 {
		all = append(all, w.account(fmt.Sprintf("news%02d", i)))
	}
	other := w.account("xnews")
	v := w.view(0)
	search := func(text string, limit, offset int) []model.ID {
		return accountIDs(must[[]social.Account](w)(v.SearchAccounts(w.ctx, text, limit, offset)))
	}
	for _, c := range []struct {
		text          string
		limit, offset int
		want          []model.ID
	}{
		{"@NEWS", 0, 0, all},
		{"news", 3, 2, all[2:5]},
		{"the news", 5, 10, all[10:]},
		{"the xn", 0, 0, []model.ID{other}},
		{"news", 5, 40, nil},
		{"", 0, 0, nil},
		{"s00", 0, 0, nil},
	} {
		if got := search(c.text, c.limit, c.offset); !slices.Equal(got, c.want) {
			t.Errorf("search %+v found %v", c, got)
		}
	}
	w.sanction(model.SanctionDeactivate, all[2], 0, w.clock.Now().AddDate(1, 0, 0))
	if got := search("news", 3, 1); !slices.Equal(got, []model.ID{all[1], all[3], all[4]}) {
		t.Errorf("with one dark the page is %v", got)
	}
	for _, offset := range []int{-1, social.MaxSearchOffset + 1} {
		_, err := v.SearchAccounts(w.ctx, "news", 0, offset)
		w.wantField(err, model.KindInvalid, "offset")
	}
	_, err := v.SearchAccounts(w.ctx, strings.Repeat("x", 101), 0, 0)
	w.wantField(err, model.KindInvalid, "q")
}

func TestNotificationsAreFilteredAndMarked(t *testing.T) {
	w := newWorld(t)
	ann, bob, eve := w.account("ann"), w.account("bob"), w.account("eve")
	w.follow(bob, ann)
	w.say(eve, "hi @ann")
	id := w.say(ann, "hi")
	w.ok(w.net.Favourite(w.ctx, eve, id))
	kinds := func(f social.NotificationFilter) (out []model.NotificationKind) {
		for _, n := range must[social.List[social.Notification]](w)(w.view(ann).Notifications(w.ctx, f, social.Page{})).Items {
			out = append(out, n.Kind)
		}
		return out
	}
	for name, c := range map[string]struct {
		f    social.NotificationFilter
		want []model.NotificationKind
	}{
		"all":     {social.NotificationFilter{}, []model.NotificationKind{model.NotifyFavourite, model.NotifyMention, model.NotifyFollow}},
		"only":    {social.NotificationFilter{Kinds: []model.NotificationKind{model.NotifyMention}}, []model.NotificationKind{model.NotifyMention}},
		"without": {social.NotificationFilter{Exclude: []model.NotificationKind{model.NotifyMention}}, []model.NotificationKind{model.NotifyFavourite, model.NotifyFollow}},
		"from":    {social.NotificationFilter{From: bob}, []model.NotificationKind{model.NotifyFollow}},
	} {
		if got := kinds(c.f); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	list := must[social.List[social.Notification]](w)(w.view(ann).Notifications(w.ctx, social.NotificationFilter{}, social.Page{})).Items
	w.ok(w.net.MarkRead(w.ctx, ann, list[1].ID))
	if n := must[int](w)(w.view(ann).Unread(w.ctx)); n != 1 {
		t.Errorf("%d are unread, want 1", n)
	}
	_, err := w.view(bob).Notification(w.ctx, list[0].ID)
	w.wantKind(err, model.KindNotFound)
	w.wantKind(w.net.Dismiss(w.ctx, bob, list[0].ID), model.KindNotFound)
	if n := must[social.Notification](w)(w.view(ann).Notification(w.ctx, list[0].ID)); n.Account.ID != eve || n.Post.ID != id {
		t.Errorf("the notification is %+v", n)
	}
	w.ok(w.net.Dismiss(w.ctx, ann, list[0].ID))
	if got := kinds(social.NotificationFilter{}); len(got) != 2 {
		t.Errorf("after dismissing one there are %v", got)
	}
	w.ok(w.net.ClearNotifications(w.ctx, ann))
	if got := kinds(social.NotificationFilter{}); len(got) != 0 {
		t.Errorf("after clearing there are %v", got)
	}
}
