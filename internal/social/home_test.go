package social_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

// society is a small random world and what the reference needs to know of it.
type society struct {
	*world
	people  []model.ID
	handles map[model.ID]string
	posts   []model.Post // in the order in which they were made
	quiet   map[[2]model.ID]bool
	follow  map[[2]model.ID]bool
	muted   map[[2]model.ID]bool
	dark    map[model.ID]bool // accounts and posts
}

// newSociety fills a world with one of several numbers of posts; many come from one author, so that memory does not hold them all.
func newSociety(t *rapid.T, w *world, sizes ...int) *society {
	s := &society{world: w, handles: map[model.ID]string{}, quiet: map[[2]model.ID]bool{}, follow: map[[2]model.ID]bool{}, muted: map[[2]model.ID]bool{},
		dark: map[model.ID]bool{}}
	for i := range rapid.IntRange(3, 5).Draw(t, "people") {
		handle := fmt.Sprintf("s%d_%d", w.store.IDs().Next(), i)
		id := w.account(handle)
		s.people = append(s.people, id)
		s.handles[id] = handle
	}
	pairs := rapid.SliceOfN(rapid.SampledFrom(s.people), 2, 2)
	for range rapid.IntRange(2, 12).Draw(t, "follows") {
		s.befriend(pairs.Draw(t, "pair"), rapid.Bool().Draw(t, "reblogs"), rapid.IntRange(0, 5).Draw(t, "mute") == 0)
	}
	n := rapid.SampledFrom(sizes).Draw(t, "posts")
	for range 2 { // the second half meets memory that is filled already
		w.write(func(tx *store.Tx) error {
			for range n / 2 {
				s.compose(t, tx)
			}
			return nil
		})
		for _, p := range s.people {
			must[social.List[social.Post]](w)(w.view(p).Home(w.ctx, social.Page{}))
		}
	}
	s.delete(t)
	return s
}

func (s *society) befriend(pair []model.ID, reblogs, mute bool) {
	a, b := pair[0], pair[1]
	if a == b {
		return
	}
	key := [2]model.ID{a, b}
	s.ok(s.net.Follow(s.ctx, a, b, reblogs))
	s.follow[key], s.quiet[key] = true, !reblogs
	if mute {
		s.ok(s.net.Mute(s.ctx, a, b))
		s.muted[key] = true
	}
}

// compose makes one random post; the first author makes most.
func (s *society) compose(t *rapid.T, tx *store.Tx) {
	author := s.people[0]
	if rapid.IntRange(0, 3).Draw(t, "author") == 0 {
		author = rapid.SampledFrom(s.people).Draw(t, "author")
	}
	p := model.Post{ID: s.store.IDs().Next(), Account: author, Text: "x", CreatedAt: s.tick(),
		Visibility: rapid.SampledFrom([]model.Visibility{model.Public, model.Public, model.Unlisted, model.Private,
			model.Direct}).Draw(t, "visibility")}
	if rapid.Bool().Draw(t, "mentions") {
		p.Mentions = []model.ID{rapid.SampledFrom(s.people).Draw(t, "mention")}
	}
	if len(s.posts) > 0 {
		to := rapid.SampledFrom(s.posts).Draw(t, "to")
		switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
		case to.ReblogOf != 0:
		case kind == 0:
			p.InReplyTo, p.InReplyToOwner = to.ID, to.Account
		case kind == 1 && (to.Visibility == model.Public || to.Visibility == model.Unlisted):
			p = model.Post{ID: p.ID, Account: author, Visibility: model.Public, ReblogOf: to.ID, CreatedAt: p.CreatedAt}
		}
	}
	id, err := tx.AddPost(s.ctx, p, nil)
	s.ok(err)
	if id == p.ID {
		s.posts = append(s.posts, p)
	}
}

func (s *society) delete(t *rapid.T) {
	for range rapid.IntRange(0, 3).Draw(t, "deleted") {
		i := rapid.IntRange(0, len(s.posts)-1).Draw(t, "delete")
		if p := &s.posts[i]; p.DeletedAt.IsZero() {
			p.DeletedAt = s.tick()
			s.write(func(tx *store.Tx) error { return tx.DeletePost(s.ctx, p.Account, p.ID, p.DeletedAt) })
		}
	}
}

// darken darkens an account or a post.
func (s *society) darken(t *rapid.T) model.Sanction {
	if rapid.Bool().Draw(t, "whole") {
		who := rapid.SampledFrom(s.people).Draw(t, "dark")
		s.dark[who] = true
		return s.sanction(rapid.SampledFrom([]model.SanctionKind{model.SanctionDeactivate, model.SanctionSuspend,
			model.SanctionBan}).Draw(t, "kind"), who, 0, s.clock.Now().AddDate(0, 0, 1))
	}
	p := rapid.SampledFrom(s.posts).Draw(t, "dark post")
	s.dark[p.ID] = true
	return s.sanction(model.SanctionRemovePost, p.Account, p.ID, s.clock.Now().AddDate(0, 0, 1))
}

// sees is the reference for who sees a post that is no boost.
func (s *society) sees(reader model.ID, p model.Post) bool {
	if !p.DeletedAt.IsZero() || s.dark[p.ID] || s.dark[p.Account] {
		return false
	}
	named := slices.Contains(p.Mentions, reader)
	return p.Account == reader || p.Visibility == model.Public || p.Visibility == model.Unlisted ||
		p.Visibility == model.Private && (named || s.follow[[2]model.ID{reader, p.Account}]) || named
}

// home is the reference: every post, sorted, filtered one by one.
func (s *society) home(reader model.ID) (list []model.ID) {
	for _, p := range slices.Backward(s.posts) {
		key := [2]model.ID{reader, p.Account}
		own := p.Account == reader
		if !own && (!s.follow[key] || s.muted[key]) || !s.sees(reader, p) {
			continue
		}
		if p.ReblogOf != 0 {
			of := s.posts[slices.IndexFunc(s.posts, func(q model.Post) bool { return q.ID == p.ReblogOf })]
			if !s.sees(reader, of) || !own && (s.quiet[key] || s.muted[[2]model.ID{reader, of.Account}]) {
				continue
			}
		}
		to := p.InReplyToOwner
		if !own && to != 0 && to != p.Account && to != reader && !s.follow[[2]model.ID{reader, to}] {
			continue
		}
		list = append(list, p.ID)
	}
	return list
}

// page is the reference for paging.
func page(list []model.ID, p social.Page) []model.ID {
	limit := p.Limit
	var in []model.ID
	for _, id := range list {
		if (p.MaxID == 0 || id < p.MaxID) && id > p.SinceID && id > p.MinID {
			in = append(in, id)
		}
	}
	if p.MinID != 0 {
		return in[max(0, len(in)-limit):]
	}
	return in[:min(limit, len(in))]
}

// randomPage asks for some part of a list, by cursors that are in it or not.
func (s *society) randomPage(t *rapid.T) social.Page {
	cursor := func(name string) model.ID {
		p := rapid.SampledFrom(s.posts).Draw(t, name)
		return max(0, p.ID*model.ID(rapid.IntRange(0, 1).Draw(t, name))+model.ID(rapid.IntRange(-1, 1).Draw(t, name)))
	}
	p := social.Page{MaxID: cursor("max"), Limit: rapid.IntRange(1, social.MaxPosts).Draw(t, "limit")}
	if rapid.Bool().Draw(t, "upward") {
		p.MinID = cursor("min")
	} else {
		p.SinceID = cursor("since")
	}
	return p
}

func TestHomeByPullEqualsTheReference(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		w := *w
		w.fataler = t
		s := newSociety(t, &w, 5, 30, 320)
		check := func() {
			for range 6 {
				reader := rapid.SampledFrom(s.people).Draw(t, "reader")
				if s.dark[reader] {
					continue
				}
				p := s.randomPage(t)
				l := must[social.List[social.Post]](&w)(w.view(reader).Home(w.ctx, p))
				if want := page(s.home(reader), p); !slices.Equal(ids(l.Items), want) {
					t.Fatalf("page %+v is\n%v, want\n%v", p, ids(l.Items), want)
				}
			}
		}
		check()
		sanction := s.darken(t)
		check()
		clear(s.dark)
		w.lift(sanction)
		check()
	})
}
