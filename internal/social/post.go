package social

import (
	"context"

	"keyturn/internal/model"
)

// Post is a post as a viewer sees it. What is dark is gone from it: a dark parent from InReplyTo and InReplyToOwner,
// dark accounts from Mentioned. Sensitive is also true where a sanction says so.
type Post struct {
	model.Post
	Author     Account
	Boosted    *Post     // the post that this boosts; nil when this is a post of its own
	Mentioned  []Mention // instead of model.Post's Mentions
	Favourited bool      // by the viewer; of a boost: what it boosts
	Reblogged  bool      // by the viewer
}

// Mention is an account that a post's text names: @Handle in the text may be linked when it is in the list.
type Mention struct {
	Account model.ID
	Handle  string
}

// Post is one post or boost.
func (v *View) Post(ctx context.Context, id model.ID) (Post, error) { return Post{}, errSkeleton }

// Thread is what a post answers, from the first on, and what answers it, each answer below what it is to.
type Thread struct {
	Ancestors   []Post
	Descendants []Post
}

// Thread is the conversation around a post.
func (v *View) Thread(ctx context.Context, id model.ID) (Thread, error) {
	return Thread{}, errSkeleton
}

// NewPost is what a member posts.
type NewPost struct {
	Text       string
	Spoiler    string
	Sensitive  bool
	Visibility model.Visibility // "" is public
	Language   string           // BCP 47, or empty
	InReplyTo  model.ID
	App        string // the name of the app
	Key        string // the Idempotency-Key: a second post of the account with the same key is the first
}

// MaxIdempotencyKey is how long an Idempotency-Key may be, in bytes.
const MaxIdempotencyKey = 256

// Post publishes a post and gives its ID. It is durable when Post returns.
func (n *Network) Post(ctx context.Context, actor model.ID, p NewPost) (model.ID, error) {
	return 0, errSkeleton
}

// Delete deletes the actor's own post or boost; nobody sees it from then on.
func (n *Network) Delete(ctx context.Context, actor, post model.ID) error { return errSkeleton }

// Boost shows a post to the actor's followers and gives the boost's ID; a second boost is the first one.
func (n *Network) Boost(ctx context.Context, actor, post model.ID) (model.ID, error) {
	return 0, errSkeleton
}

// Unboost takes the actor's boost of a post back; without one it does nothing.
func (n *Network) Unboost(ctx context.Context, actor, post model.ID) error { return errSkeleton }

// Favourite marks a post as a favourite of the actor.
func (n *Network) Favourite(ctx context.Context, actor, post model.ID) error { return errSkeleton }

// Unfavourite takes the mark back.
func (n *Network) Unfavourite(ctx context.Context, actor, post model.ID) error { return errSkeleton }

// FavouritedBy are the accounts that favourited a post.
func (v *View) FavouritedBy(ctx context.Context, post model.ID, p Page) (List[Account], error) {
	return List[Account]{}, errSkeleton
}

// RebloggedBy are the accounts that boosted a post.
func (v *View) RebloggedBy(ctx context.Context, post model.ID, p Page) (List[Account], error) {
	return List[Account]{}, errSkeleton
}
