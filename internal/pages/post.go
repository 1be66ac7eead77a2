package pages

import (
	"context"
	"net/http"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// postPage is a post with what it answers and what answers it.
type postPage struct {
	frame
	By          person
	Ancestors   []card
	Post        card
	Descendants []card
}

func (s *site) post(ctx context.Context, r *http.Request) (shown, error) {
	v, a, err := s.account(ctx, r)
	if err != nil {
		return shown{}, err
	}
	id, err := model.ParseID("id", r.PathValue("id"))
	if err != nil {
		return shown{}, model.NotFound("page")
	}
	p, err := v.Post(ctx, id)
	if err != nil {
		return shown{}, err
	}
	if p.Author.ID != a.ID {
		return shown{}, model.NotFound("page")
	}
	if p.Boosted != nil {
		return shown{redirect: s.card(*p.Boosted).URL}, nil
	}
	thread, err := v.Thread(ctx, id)
	if err != nil {
		return shown{}, err
	}
	page := postPage{
		By:          s.person(p.Author),
		Ancestors:   s.thread(thread.Ancestors),
		Post:        s.card(p),
		Descendants: s.thread(thread.Descendants),
	}
	page.Post.Focus, page.Post.Answers = true, false // what it answers stands above it
	page.frame = s.frame(page.By.Name+" on "+s.cfg.Title, page.Post.URL)
	page.Description = summary(p.Text)
	if p.Spoiler != "" {
		page.Description = summary(p.Spoiler)
	}
	page.Kind = "article"
	return shown{template: "post.html", data: page}, nil
}

// thread is the cards of posts that stand with what they answer.
func (s *site) thread(posts []social.Post) []card {
	cards := s.cards(posts)
	for i := range cards {
		cards[i].Answers = false
	}
	return cards
}
