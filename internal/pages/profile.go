package pages

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// profilePage is an account with its posts.
type profilePage struct {
	frame
	By        person
	Note      template.HTML // from package markup, which escapes what it did not make
	Joined    stamp
	Posts     int64
	Following int64
	Followers int64
	Cards     []card
	turns
}

// suspendedPage stands in the place of a suspended account.
type suspendedPage struct {
	frame
	Handle string
}

func (s *site) profile(ctx context.Context, r *http.Request) (shown, error) {
	v, a, err := s.account(ctx, r)
	if err != nil {
		return shown{}, err
	}
	if a.Suspended {
		return shown{status: http.StatusForbidden, template: "suspended.html",
			data: suspendedPage{s.frame("Account suspended", ""), a.Handle}}, nil
	}
	p, err := pageOf(r)
	if err != nil {
		return shown{}, err
	}
	posts, err := v.PostsOf(ctx, a.ID, social.PostFilter{}, p)
	if err != nil {
		return shown{}, err
	}
	page := profilePage{
		frame:     s.frame("", "/@"+a.Handle),
		By:        s.person(a),
		Note:      template.HTML(s.markup.Note(a.Note)), //nolint:gosec // see the field
		Joined:    stamp(a.CreatedAt),
		Posts:     a.Posts,
		Following: a.Following,
		Followers: a.Followers,
		Cards:     s.cards(posts.Items),
		turns:     turnsOf(r, posts),
	}
	page.Title = page.By.Name + " (@" + a.Handle + ")"
	page.Description = summary(a.Note)
	page.Kind = "profile"
	return shown{template: "profile.html", data: page}, nil
}

// account is the account that the path names as /@handle, and the public's view.
func (s *site) account(ctx context.Context, r *http.Request) (*social.View, social.Account, error) {
	handle, ok := strings.CutPrefix(r.PathValue("name"), "@")
	if !ok {
		return nil, social.Account{}, model.NotFound("page")
	}
	v, err := s.net.View(ctx, 0)
	if err != nil {
		return nil, social.Account{}, err
	}
	a, err := v.AccountByHandle(ctx, handle)
	return v, a, err
}
