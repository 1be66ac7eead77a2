package social_test

import (
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

func TestSession(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann")
	token, s, err := w.net.StartSession(w.ctx, social.Proof{Account: ann}, "Firefox\x00\xff"+strings.Repeat("x", 300))
	w.ok(err)
	if len([]rune(s.Agent)) != 200 || !strings.HasPrefix(s.Agent, "Firefoxxx") || s.ExpiresAt.Sub(s.CreatedAt) != social.SessionLife {
		t.Errorf("the sign-in is %+v", s)
	}
	for _, wrong := range []string{"", token + "x", strings.ToLower(token)} {
		_, err := w.net.SessionOf(w.ctx, wrong)
		w.wantKind(err, model.KindUnauthenticated)
	}
	w.clock.Advance(social.SessionLife - time.Second)
	if got := must[social.Session](w)(w.net.SessionOf(w.ctx, token)); !got.ExpiresAt.Equal(w.clock.Now().Add(social.SessionLife)) {
		t.Errorf("a sign-in that is used ends %v", got.ExpiresAt)
	}
	w.clock.Advance(social.SessionLife)
	_, err = w.net.SessionOf(w.ctx, token)
	w.wantKind(err, model.KindUnauthenticated)
	if got := must[[]social.Session](w)(w.net.Sessions(w.ctx, ann)); len(got) != 0 {
		t.Errorf("ended sign-ins are listed: %+v", got)
	}
	w.write(func(tx *store.Tx) error { return tx.DropExpired(w.ctx, w.clock.Now().Add(time.Second)) })
}

// TestOwnViewShowsOwnersTheirs puts every darkness on an account and on its post: its owner's own view has all of it, and
// nothing of what others have dark.
func TestOwnViewShowsOwnersTheirs(t *testing.T) {
	for _, kind := range []model.SanctionKind{model.SanctionDeactivate, model.SanctionSuspend, model.SanctionBan, model.SanctionRemovePost} {
		w := newWorld(t)
		ann, bob := w.account("ann"), w.account("bob")
		mine, theirs := w.say(ann, "mine for @bob"), w.say(bob, "theirs")
		boost := w.boost(ann, theirs)
		on := map[bool]model.ID{true: mine}[kind == model.SanctionRemovePost]
		w.sanction(kind, ann, on, time.Time{})
		own := must[*social.View](w)(w.net.OwnView(w.ctx, ann))
		if got := ids(must[social.List[social.Post]](w)(own.PostsOf(w.ctx, ann, social.PostFilter{}, social.Page{})).Items); len(got) != 2 || got[0] != boost || got[1] != mine {
			t.Errorf("%s: the owner sees %v", kind, got)
		}
		if a := must[social.Account](w)(own.Self(w.ctx)); a.Suspended || a.DisplayName != "The ann" {
			t.Errorf("%s: the owner sees %+v", kind, a)
		}
		w.sanction(model.SanctionSuspend, bob, 0, time.Time{})
		own = must[*social.View](w)(w.net.OwnView(w.ctx, ann))
		posts := must[social.List[social.Post]](w)(own.PostsOf(w.ctx, ann, social.PostFilter{}, social.Page{})).Items
		if len(posts) != 1 || len(posts[0].Mentioned) != 0 {
			t.Errorf("%s: the owner sees of what others have dark: %+v", kind, posts)
		}
		if kind != model.SanctionRemovePost {
			_, err := w.net.View(w.ctx, ann)
			w.wantKind(err, model.KindForbidden)
		}
	}
}

// TestAnOldProofLetsNobodyIn has somebody prove who they are, and the password changed before anything is handed out for
// that proof.
func TestAnOldProofLetsNobodyIn(t *testing.T) {
	w := newWorld(t)
	must[model.ID](w)(w.net.Register(w.ctx, social.Registration{Handle: "ann", Email: "ann@example.org", Password: "correct horse"}))
	by := must[social.Proof](w)(w.net.SignIn(w.ctx, "ann", "correct horse"))
	app, _, err := w.net.RegisterApp(w.ctx, social.App{Name: "toot", RedirectURIs: []string{social.OutOfBand}, Scopes: []string{"read"}})
	w.ok(err)
	token, s, err := w.net.StartSession(w.ctx, by, "Firefox")
	w.ok(err)
	w.ok(w.net.ChangePassword(w.ctx, s, "correct horse", "battery staple"))
	must[social.Session](w)(w.net.SessionOf(w.ctx, token)) // this one stays
	_, _, err = w.net.StartSession(w.ctx, by, "Firefox")
	w.wantKind(err, model.KindUnauthenticated)
	_, err = w.net.IssueToken(w.ctx, app, by, []string{"read"})
	w.wantKind(err, model.KindUnauthenticated)
	_, err = w.net.AuthorizeApp(w.ctx, social.Grant{App: app, By: by, RedirectURI: social.OutOfBand, Scopes: []string{"read"}})
	w.wantKind(err, model.KindUnauthenticated)
}
