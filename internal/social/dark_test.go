package social_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// crawl reads everything that a viewer can ask for, page by page; what is asked is the key, the answer in JSON the
// value. Texts are left out: they stay as they were typed, whomever they name.
func (s *society) crawl(viewer model.ID) map[string]string {
	s.Helper()
	c := &crawler{society: s, v: s.view(viewer), answers: map[string]string{}}
	c.add("public", func() (any, error) {
		return walk(s, func(ctx ctx, p social.Page) (social.List[social.Post], error) {
			p.SinceID = s.posts[0].ID - 1 // leave out the societies before
			return c.v.Public(ctx, p)
		})
	})
	c.add("search", func() (any, error) { return c.v.SearchAccounts(s.ctx, "s", 80, 0) })
	c.add("names", func() (any, error) { return c.v.SearchAccounts(s.ctx, "the s", 80, 0) })
	c.add("accounts", func() (any, error) { return c.v.Accounts(s.ctx, s.people) })
	for _, id := range s.people {
		c.addAccount(id)
	}
	for _, p := range s.posts[max(0, len(s.posts)-8):] {
		c.addPost(p.ID)
	}
	if viewer != 0 {
		c.addOwn()
	}
	return c.answers
}

type crawler struct {
	*society
	v       *social.View
	answers map[string]string
}

func (c *crawler) add(what string, ask func() (any, error)) {
	c.Helper()
	answer, err := ask()
	if err != nil {
		answer = err.Error()
	}
	b, err := json.Marshal(answer)
	c.ok(err)
	c.answers[what] = string(b)
}

func (c *crawler) addAccount(id model.ID) {
	handle := c.handles[id]
	c.add("account "+id.String(), func() (any, error) { return c.v.Account(c.ctx, id) })
	c.add("handle "+handle, func() (any, error) { return c.v.AccountByHandle(c.ctx, "@"+handle) })
	c.add("posts of "+id.String(), func() (any, error) {
		return walk(c.society, func(ctx ctx, p social.Page) (social.List[social.Post], error) {
			return c.v.PostsOf(ctx, id, social.PostFilter{}, p)
		})
	})
	c.add("posts without answers of "+id.String(), func() (any, error) {
		return c.v.PostsOf(c.ctx, id, social.PostFilter{ExcludeReplies: true, ExcludeReblogs: true}, social.Page{Limit: 3})
	})
	for name, list := range map[string]func(ctx, model.ID, social.Page) (social.List[social.Account], error){
		"followers": c.v.Followers, "following": c.v.Following} {
		c.add(name+" of "+id.String(), func() (any, error) {
			return walk(c.society, func(ctx ctx, p social.Page) (social.List[social.Account], error) { return list(ctx, id, p) })
		})
	}
}

func (c *crawler) addPost(id model.ID) {
	c.add("post "+id.String(), func() (any, error) { return c.v.Post(c.ctx, id) })
	c.add("thread "+id.String(), func() (any, error) { return c.v.Thread(c.ctx, id) })
	c.add("favourited "+id.String(), func() (any, error) { return c.v.FavouritedBy(c.ctx, id, social.Page{}) })
	c.add("reblogged "+id.String(), func() (any, error) { return c.v.RebloggedBy(c.ctx, id, social.Page{}) })
}

func (c *crawler) addOwn() {
	c.add("self", func() (any, error) { return c.v.Self(c.ctx) })
	c.add("home", func() (any, error) { return walk(c.society, c.v.Home) })
	c.add("favourites", func() (any, error) { return walk(c.society, c.v.Favourites) })
	c.add("relations", func() (any, error) { return c.v.Relations(c.ctx, c.people) })
	// That there was a sanction the owner of the account is told, and stays told.
	warnings := []model.NotificationKind{model.NotifyWarning}
	c.add("unread", func() (any, error) {
		n, err := c.v.Unread(c.ctx)
		c.ok(err)
		l, err := c.v.Notifications(c.ctx, social.NotificationFilter{Kinds: warnings}, social.Page{Limit: social.MaxAccounts})
		return n - len(l.Items), err
	})
	c.add("notifications", func() (any, error) {
		return walk(c.society, func(ctx ctx, p social.Page) (social.List[social.Notification], error) {
			return c.v.Notifications(ctx, social.NotificationFilter{Exclude: warnings}, p)
		})
	})
	for name, list := range map[string]func(ctx, social.Page) (social.List[social.Account], error){
		"blocks": c.v.Blocks, "mutes": c.v.Mutes, "requests": c.v.FollowRequests} {
		c.add(name, func() (any, error) { return walk(c.society, list) })
	}
}

// walk reads a list from end to end in small pages, of which only the last may be less than full, and back again.
func walk[T any](s *society, list func(ctx, social.Page) (social.List[T], error)) (any, error) {
	const limit = 3
	var pages []social.List[T]
	for p := (social.Page{Limit: limit}); ; {
		l, err := list(s.ctx, p)
		if err != nil {
			return nil, err
		}
		if n := len(pages); n > 0 && len(l.Items) > 0 {
			back, err := list(s.ctx, social.Page{Limit: limit, MinID: l.First})
			s.ok(err)
			if !reflect.DeepEqual(pages[n-1], back) {
				s.Fatalf("the page before is not the one that came before: %s", cmp.Diff(pages[n-1], back))
			}
		}
		pages = append(pages, l)
		if len(l.Items) < limit {
			return pages, nil
		}
		p.MaxID = l.Last
	}
}

// crawlAll is what every viewer gets that is not dark.
func (s *society) crawlAll() map[string]map[string]string {
	s.Helper()
	all := map[string]map[string]string{"public": s.crawl(0)}
	for _, viewer := range s.people {
		if s.dark[viewer] {
			_, err := s.net.View(s.ctx, viewer)
			s.wantKind(err, model.KindForbidden)
			continue
		}
		all[viewer.String()] = s.crawl(viewer)
	}
	return all
}

// traces are the answers that mention an ID or handle. That of a suspended account's own profile is no trace, it is
// the notice.
func traces(all map[string]map[string]string, notice []string, signs ...string) (found []string) {
	for viewer, answers := range all {
		for what, answer := range answers {
			for _, sign := range signs {
				if bytes.Contains([]byte(answer), []byte(`"`+sign+`"`)) && !slices.Contains(notice, what) {
					found = append(found, fmt.Sprintf("%s, to %s: %s", what, viewer, answer))
				}
			}
		}
	}
	return found
}

func TestDarkIsDarkEverywhereAndNothingIsLost(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		w := *w
		w.fataler = t
		s := newSociety(t, &w, 4, 30)
		s.mingle(t)
		before := s.crawlAll()

		sanction := s.darken(t)
		id := sanction.Account
		signs, notice := []string{id.String(), s.handles[id]}, []string{}
		if sanction.Post != 0 {
			signs = []string{sanction.Post.String()}
		} else {
			for _, p := range s.posts {
				if p.Account == id {
					signs = append(signs, p.ID.String())
				}
			}
		}
		if sanction.Kind == model.SanctionSuspend || sanction.Kind == model.SanctionBan {
			notice = []string{"account " + id.String(), "handle " + s.handles[id]}
		}
		if found := traces(s.crawlAll(), notice, signs...); len(found) > 0 {
			t.Fatalf("%s of %d leaves %d traces: %s", sanction.Kind, id, len(found), found[0])
		}

		if rapid.Bool().Draw(t, "lift") {
			w.lift(sanction)
		} else {
			w.clock.Set(sanction.End)
		}
		clear(s.dark)
		if diff := cmp.Diff(before, s.crawlAll()); diff != "" {
			t.Fatalf("after the restore, views differ: %s", diff)
		}
	})
}

// mingle makes the marks, blocks, requests and notifications that a society has besides posts and follows.
func (s *society) mingle(t *rapid.T) {
	for range rapid.IntRange(0, 12).Draw(t, "mingle") {
		a, b := rapid.SampledFrom(s.people).Draw(t, "actor"), rapid.SampledFrom(s.people).Draw(t, "other")
		p := rapid.SampledFrom(s.posts).Draw(t, "post")
		s.tick()
		switch rapid.IntRange(0, 5).Draw(t, "act") {
		case 0:
			s.net.Favourite(s.ctx, a, p.ID) // refused when they cannot see it, as everything here may be
		case 1:
			s.net.Boost(s.ctx, a, p.ID)
		case 2:
			s.net.Post(s.ctx, a, social.NewPost{Text: "@" + s.handles[b] + " hello", InReplyTo: p.ID})
		case 3:
			s.net.Follow(s.ctx, a, b, true)
		case 4:
			locked := true
			s.ok(s.net.UpdateProfile(s.ctx, b, social.Profile{Locked: &locked}))
		case 5:
			s.net.Block(s.ctx, a, b)
		}
	}
}
