package social

import (
	"context"

	"keyturn/internal/model"
)

// Home is the viewer's home timeline: their own posts and those of whom they follow.
func (v *View) Home(ctx context.Context, p Page) (List[Post], error) {
	return List[Post]{}, errSkeleton
}

// Public is everyone's public posts, without boosts and without answers to others.
func (v *View) Public(ctx context.Context, p Page) (List[Post], error) {
	return List[Post]{}, errSkeleton
}

// PostFilter says which of an account's posts are wanted.
type PostFilter struct {
	ExcludeReplies bool
	ExcludeReblogs bool
}

// PostsOf is one account's posts and boosts; of a suspended account there are none.
func (v *View) PostsOf(ctx context.Context, account model.ID, f PostFilter, p Page) (List[Post], error) {
	return List[Post]{}, errSkeleton
}

// Favourites are the posts that the viewer favourited, in the order of the marks.
func (v *View) Favourites(ctx context.Context, p Page) (List[Post], error) {
	return List[Post]{}, errSkeleton
}
