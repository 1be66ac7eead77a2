package social

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Home is the viewer's home timeline: their own posts and those of whom they follow. It is put together when it is
// read: nothing was written for the viewer when somebody posted.
func (v *View) Home(ctx context.Context, p Page) (List[Post], error) {
	if v.viewer == 0 {
		return List[Post]{}, model.Errorf(model.KindUnauthenticated, "This needs a sign-in")
	}
	authors := make([]model.ID, 0, len(v.ties.following)+1)
	for _, id := range append(v.ties.following[:len(v.ties.following):len(v.ties.following)], v.viewer) {
		if v.listed(id) && !v.ties.muting.has(id) {
			authors = append(authors, id)
		}
	}
	l, err := fill(p, DefaultPosts, MaxPosts, func(g store.Range) (part piece[model.Post], err error) {
		ids, err := v.n.mergePosts(ctx, authors, g)
		if err != nil || len(ids) == 0 {
			return part, err
		}
		rows, err := v.n.postRows(ctx, ids)
		if err != nil {
			return part, err
		}
		posts := make([]model.Post, 0, len(ids))
		for _, id := range ids {
			if row, ok := rows[id]; ok {
				posts = append(posts, row)
			}
		}
		part.read, part.last = len(ids), ids[len(ids)-1]
		part.items, err = v.seen(ctx, posts, v.homely)
		return part, err
	})
	if err != nil {
		return List[Post]{}, err
	}
	return v.showList(ctx, l)
}

// homely reports whether a post of someone whom the viewer follows belongs in the home timeline: boosts unless they
// are unwanted, answers when they are to someone whom the viewer follows too.
func (v *View) homely(p model.Post, of *model.Post) bool {
	if p.Account == v.viewer {
		return true
	}
	if of != nil {
		return !v.ties.quiet.has(p.Account) && !v.ties.muting.has(of.Account)
	}
	to := p.InReplyToOwner
	return to == 0 || to == p.Account || to == v.viewer || v.ties.following.has(to)
}

// Public is everyone's public posts, without boosts and without answers to others.
func (v *View) Public(ctx context.Context, p Page) (List[Post], error) {
	return v.postList(ctx, p, v.n.store.PublicPosts, func(p model.Post, _ *model.Post) bool { return v.within(p) })
}

// PostFilter says which of an account's posts are wanted.
type PostFilter struct {
	ExcludeReplies bool
	ExcludeReblogs bool
}

// PostsOf is one account's posts and boosts; of a suspended account there are none.
func (v *View) PostsOf(ctx context.Context, account model.ID, f PostFilter, p Page) (List[Post], error) {
	if ok, err := v.open(ctx, account); !ok {
		return List[Post]{}, err
	}
	read := func(ctx context.Context, g store.Range) ([]model.Post, error) {
		return v.n.store.PostsOf(ctx, account, g)
	}
	return v.postList(ctx, p, read, func(p model.Post, of *model.Post) bool {
		return !(f.ExcludeReblogs && of != nil) &&
			!(f.ExcludeReplies && p.InReplyTo != 0 && p.InReplyToOwner != p.Account)
	})
}

// postList reads a page of a list of posts of which keep admits some.
func (v *View) postList(ctx context.Context, p Page, read func(context.Context, store.Range) ([]model.Post, error),
	keep func(p model.Post, of *model.Post) bool) (List[Post], error) {
	l, err := fill(p, DefaultPosts, MaxPosts, func(g store.Range) (part piece[model.Post], err error) {
		posts, err := read(ctx, g)
		if err != nil || len(posts) == 0 {
			return part, err
		}
		part.read, part.last = len(posts), posts[len(posts)-1].ID
		part.items, err = v.seen(ctx, posts, keep)
		return part, err
	})
	if err != nil {
		return List[Post]{}, err
	}
	return v.showList(ctx, l)
}

// Favourites are the posts that the viewer favourited, in the order of the marks.
func (v *View) Favourites(ctx context.Context, p Page) (List[Post], error) {
	l, err := fill(p, DefaultPosts, MaxPosts, func(g store.Range) (part piece[model.Post], err error) {
		links, err := v.n.store.FavouritesOf(ctx, v.viewer, g)
		if err != nil || len(links) == 0 {
			return part, err
		}
		ids := make([]model.ID, len(links))
		for i, l := range links {
			ids[i] = l.To
		}
		rows, err := v.n.postRows(ctx, ids)
		part.read, part.last = len(links), links[len(links)-1].ID
		for _, l := range links {
			if row, ok := rows[l.To]; ok && v.sees(row) {
				part.items = append(part.items, item[model.Post]{l.ID, row})
			}
		}
		return part, err
	})
	if err != nil {
		return List[Post]{}, err
	}
	return v.showList(ctx, l)
}

// open reports whether an account's lists can be read: a deactivated one is not found, a suspended one has none.
func (v *View) open(ctx context.Context, account model.ID) (bool, error) {
	a, err := v.Account(ctx, account)
	return err == nil && !a.Suspended && !v.blocks.between(account), err
}
