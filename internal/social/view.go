package social

import (
	"context"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// A View is what one viewer may see at one moment. Make one for each request; it is not safe for concurrent use.
type View struct {
	n      *Network
	viewer model.ID
	own    bool // the viewer sees what is their own as if nothing of it were dark
	now    time.Time
	ties   ties
	blocks blocks
}

// View makes a view for an account, or for the public when viewer is 0. It is forbidden when the account is dark
// itself, unavailable when this node may not know of a darkening elsewhere (law 8).
func (n *Network) View(ctx context.Context, viewer model.ID) (*View, error) {
	v, err := n.look(ctx, View{viewer: viewer})
	if err == nil && v.state(viewer).dark() {
		return nil, model.Errorf(model.KindForbidden, "Your login is currently disabled")
	}
	return v, err
}

// OwnView makes the view of an owner who is signed in on the web: what is their own is there, dark or not, and of others
// what anyone sees. Nothing is changed through it.
func (n *Network) OwnView(ctx context.Context, owner model.ID) (*View, error) {
	return n.look(ctx, View{viewer: owner, own: true})
}

// look completes a view with what its viewer follows, mutes and blocks.
func (n *Network) look(ctx context.Context, of View) (*View, error) {
	if err := n.fresh(); err != nil {
		return nil, err
	}
	v := &of
	v.n, v.now = n, n.cfg.Now()
	viewer := v.viewer
	if viewer == 0 {
		return v, nil
	}
	var err error
	if v.ties, err = n.tiesOf(ctx, viewer); err != nil {
		return nil, err
	}
	v.blocks, err = n.blocksOf(ctx, viewer)
	return v, err
}

// Viewer is whom the view is for, 0 for the public.
func (v *View) Viewer() model.ID { return v.viewer }

// state is what holds for an account.
func (v *View) state(account model.ID) state { return v.at(account, 0) }

// at is what holds for an account and, when post is not 0, for one of its posts. In an owner's own view nothing of
// theirs is dark.
func (v *View) at(account, post model.ID) state {
	s := v.n.visibility.at(v.now, account, post)
	if v.own && account == v.viewer {
		s.deactivated, s.suspended, s.removed = false, false, false
	}
	return s
}

// lit reports whether a post is there at all: not deleted, not dark, and its author not dark either.
func (v *View) lit(p model.Post) bool {
	s := v.at(p.Account, p.ID)
	return p.DeletedAt.IsZero() && !s.dark() && !s.removed
}

// admitted reports whether the viewer is among those whom a post's visibility admits.
func (v *View) admitted(p model.Post) bool {
	if p.Account == v.viewer {
		return true
	}
	switch p.Visibility {
	case model.Public, model.Unlisted:
		return true
	case model.Private:
		return v.viewer != 0 && (v.ties.following.has(p.Account) || mentions(p, v.viewer))
	case model.Direct:
		return v.viewer != 0 && mentions(p, v.viewer)
	}
	return false
}

func mentions(p model.Post, account model.ID) bool {
	for _, id := range p.Mentions {
		if id == account {
			return true
		}
	}
	return false
}

// sees reports whether the viewer may see a post. Of a boost it must be asked for what it boosts too.
func (v *View) sees(p model.Post) bool {
	return v.lit(p) && v.admitted(p) && !v.blocks.between(p.Account)
}

// listed reports whether an account has a place in lists that the viewer reads.
func (v *View) listed(account model.ID) bool {
	return !v.state(account).dark() && !v.blocks.between(account)
}

// linked reports whether an item of a list of accounts has a place in it.
func (v *View) linked(l store.Link) bool { return v.listed(l.To) }

// within reports whether a post may stand in a timeline of everyone's posts: not by whom the viewer has muted, and by
// a limited author only for followers.
func (v *View) within(p model.Post) bool {
	return !v.ties.muting.has(p.Account) && !v.limited(p.Account)
}

// limited reports whether an account is out of what the viewer may come upon without following it.
func (v *View) limited(account model.ID) bool {
	return account != v.viewer && v.state(account).limited && !v.ties.following.has(account)
}

// act is the view of someone who is about to change something: who is locked may not.
func (n *Network) act(ctx context.Context, actor model.ID) (*View, error) {
	v, err := n.View(ctx, actor)
	if err != nil {
		return nil, err
	}
	if actor == 0 {
		return nil, model.Errorf(model.KindUnauthenticated, "This needs a sign-in")
	}
	if v.state(actor).locked {
		return nil, model.Errorf(model.KindForbidden, "Your account is locked for now: you can read, but change nothing")
	}
	return v, nil
}

// other is the row of an account that the viewer can see and is not.
func (v *View) other(ctx context.Context, id model.ID) (model.Account, error) {
	rows, err := v.n.accountRows(ctx, []model.ID{id})
	if err != nil {
		return model.Account{}, err
	}
	a, ok := rows[id]
	if !ok || v.state(id).dark() {
		return model.Account{}, model.NotFound("account")
	}
	if id == v.viewer {
		return model.Account{}, model.Errorf(model.KindForbidden, "This cannot be done to your own account")
	}
	return a, nil
}
