package pages

import (
	"context"
	"net/http"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// homePage says what this is, and shows everyone's public posts.
type homePage struct {
	frame
	Host  string
	Posts []card
	turns
}

// turns lead to the other pages of a list; empty ones are not there.
type turns struct {
	Newest string
	Older  string
}

func (s *site) home(ctx context.Context, r *http.Request) (shown, error) {
	p, err := pageOf(r)
	if err != nil {
		return shown{}, err
	}
	v, err := s.net.View(ctx, 0)
	if err != nil {
		return shown{}, err
	}
	posts, err := v.Public(ctx, p)
	if err != nil {
		return shown{}, err
	}
	page := homePage{frame: s.frame(s.cfg.Title, "/"), Host: s.host, Posts: s.cards(posts.Items), turns: turnsOf(r, posts)}
	return shown{template: "home.html", data: page}, nil
}

// pageOf reads which part of a list is wanted: ?max_id=ID asks for what is older.
func pageOf(r *http.Request) (social.Page, error) {
	at := r.URL.Query().Get("max_id")
	if at == "" {
		return social.Page{}, nil
	}
	id, err := model.ParseID("max_id", at)
	return social.Page{MaxID: id}, err
}

func turnsOf(r *http.Request, l social.List[social.Post]) turns {
	var t turns
	if r.URL.Query().Get("max_id") != "" {
		t.Newest = r.URL.Path
	}
	if l.More {
		t.Older = r.URL.Path + "?max_id=" + l.Last.String()
	}
	return t
}
