package social

import "keyturn/internal/model"

// A Page says which part of a list is wanted, as Mastodon's API has it: every list is ordered by ID, the newest first.
// MaxID and SinceID bound it from above and below (both exclusive); MinID asks for the items just above it instead of
// the newest. Limit 0 is the list's default; more than the list's bound is cut to the bound.
type Page struct {
	MaxID   model.ID
	SinceID model.ID
	MinID   model.ID
	Limit   int
}

// The default and the largest page of posts and notifications, and of accounts.
const (
	DefaultPosts    = 20
	MaxPosts        = 40
	DefaultAccounts = 40
	MaxAccounts     = 80
)

// A List is one page of a list, the newest first. First and Last are the cursors of its first and last item (not
// always the items' own IDs: a list of followers is ordered by follow): the page before has min_id First, the page
// after max_id Last. More says that the page is full, so that there may be a page after it.
type List[T any] struct {
	Items []T
	First model.ID
	Last  model.ID
	More  bool
}
