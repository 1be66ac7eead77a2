package social

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// account is an account that is not deactivated, as the viewer sees it.
func (v *View) account(a model.Account) Account {
	s := v.state(a.ID)
	if s.dark() {
		return Account{Account: model.Account{ID: a.ID, Handle: a.Handle, Class: model.ClassStandard,
			CreatedAt: a.CreatedAt}, Suspended: true}
	}
	return Account{Account: a, Limited: s.limited}
}

// A sight is a page of posts that the viewer may see, and all that it takes to show them.
type sight struct {
	v          *View
	posts      map[model.ID]model.Post // what is boosted, and what is answered
	accounts   map[model.ID]model.Account
	favourited idSet
	boosted    idSet
}

// show completes posts and boosts that the viewer may see.
func (v *View) show(ctx context.Context, posts []model.Post) ([]Post, error) {
	s := sight{v: v}
	if err := s.load(ctx, posts); err != nil {
		return nil, err
	}
	shown := make([]Post, len(posts))
	for i, p := range posts {
		shown[i] = s.post(p)
		if p.ReblogOf != 0 {
			of := s.post(s.posts[p.ReblogOf])
			shown[i].Boosted = &of
			shown[i].Favourited, shown[i].Reblogged = of.Favourited, of.Reblogged
		}
	}
	return shown, nil
}

// load reads what the posts refer to.
func (s *sight) load(ctx context.Context, posts []model.Post) (err error) {
	var others, shown []model.ID // posts that are referred to; posts that have marks
	for _, p := range posts {
		others = append(others, p.ReblogOf, p.InReplyTo)
	}
	if s.posts, err = s.v.n.postRows(ctx, others); err != nil {
		return err
	}
	var parents, people []model.ID
	for _, p := range posts {
		if p.ReblogOf != 0 {
			people = append(people, p.Account)
			p = s.posts[p.ReblogOf]
			parents = append(parents, p.InReplyTo)
		}
		shown = append(shown, p.ID)
		people = append(append(people, p.Account), p.Mentions...)
	}
	more, err := s.v.n.postRows(ctx, parents)
	if err != nil {
		return err
	}
	for id, p := range more {
		s.posts[id] = p
	}
	if s.accounts, err = s.v.n.accountRows(ctx, people); err != nil || s.v.viewer == 0 {
		return err
	}
	favourited, boosted, err := s.v.n.store.Marks(ctx, s.v.viewer, shown)
	s.favourited, s.boosted = newIDSet(favourited), newIDSet(boosted)
	return err
}

func (s *sight) post(p model.Post) Post {
	v := s.v
	shown := Post{Post: p, Author: v.account(s.accounts[p.Account]),
		Favourited: s.favourited.has(p.ID), Reblogged: s.boosted.has(p.ID)}
	shown.Post.Mentions = nil
	for _, id := range p.Mentions {
		if a, ok := s.accounts[id]; ok && !v.state(id).dark() {
			shown.Mentioned = append(shown.Mentioned, Mention{Account: id, Handle: a.Handle})
		}
	}
	if p.InReplyTo != 0 {
		s.answer(&shown.Post)
	}
	shown.Sensitive = p.Sensitive || v.at(p.Account, p.ID).sensitive
	return shown
}

// answer empties what a post answers when that is dark. A deleted post leaves whose it was.
func (s *sight) answer(p *model.Post) {
	st := s.v.at(p.InReplyToOwner, p.InReplyTo)
	if st.dark() || st.removed {
		p.InReplyTo, p.InReplyToOwner = 0, 0
	} else if !s.posts[p.InReplyTo].DeletedAt.IsZero() {
		p.InReplyTo = 0
	}
}

// seen picks of posts and boosts those that the viewer may see and that keep admits. keep is given a post and, of a
// boost, what it boosts.
func (v *View) seen(ctx context.Context, posts []model.Post, keep func(p model.Post, of *model.Post) bool) (
	[]item[model.Post], error) {
	var originals []model.ID
	for _, p := range posts {
		if p.ReblogOf != 0 {
			originals = append(originals, p.ReblogOf)
		}
	}
	rows, err := v.n.postRows(ctx, originals)
	if err != nil {
		return nil, err
	}
	items := make([]item[model.Post], 0, len(posts))
	for _, p := range posts {
		if !v.sees(p) {
			continue
		}
		var of *model.Post
		if p.ReblogOf != 0 {
			original, ok := rows[p.ReblogOf]
			if !ok || !v.sees(original) {
				continue
			}
			of = &original
		}
		if keep(p, of) {
			items = append(items, item[model.Post]{p.ID, p})
		}
	}
	return items, nil
}

// showList completes a page of posts.
func (v *View) showList(ctx context.Context, l List[item[model.Post]]) (List[Post], error) {
	posts := make([]model.Post, len(l.Items))
	for i, it := range l.Items {
		posts[i] = it.value
	}
	shown, err := v.show(ctx, posts)
	return listOf(l, shown), err
}

// A linkReader reads a piece of a list of references: followers, favourites and the like.
type linkReader func(ctx context.Context, of model.ID, g store.Range) ([]store.Link, error)

// accountList reads a page of a list of accounts that keep admits.
func (v *View) accountList(ctx context.Context, read linkReader, of model.ID, p Page, keep func(store.Link) bool) (
	List[Account], error) {
	l, err := fill(p, DefaultAccounts, MaxAccounts, func(g store.Range) (part piece[model.ID], err error) {
		links, err := read(ctx, of, g)
		part.read = len(links)
		for _, l := range links {
			part.last = l.ID
			if keep(l) {
				part.items = append(part.items, item[model.ID]{l.ID, l.To})
			}
		}
		return part, err
	})
	if err != nil {
		return List[Account]{}, err
	}
	ids := make([]model.ID, len(l.Items))
	for i, it := range l.Items {
		ids[i] = it.value
	}
	accounts, err := v.accountsOf(ctx, ids)
	return listOf(l, accounts), err
}

// accountsOf completes accounts that have a place in the viewer's lists.
func (v *View) accountsOf(ctx context.Context, ids []model.ID) ([]Account, error) {
	rows, err := v.n.accountRows(ctx, ids)
	if err != nil {
		return nil, err
	}
	accounts := make([]Account, 0, len(ids))
	for _, id := range ids {
		if a, ok := rows[id]; ok {
			accounts = append(accounts, v.account(a))
		}
	}
	return accounts, nil
}
