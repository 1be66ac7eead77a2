package social

import (
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

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

// An item is one entry of a list and its cursor.
type item[T any] struct {
	cursor model.ID
	value  T
}

// A piece is what was read of a list: the items that the viewer may see, in the order of the reading, and, of all that
// were read, how many there were and the cursor of the last.
type piece[T any] struct {
	items []item[T]
	read  int
	last  model.ID
}

// maxPiece is the most rows that are read at once when most of them may not be seen.
const maxPiece = 320

// fill reads pieces until the page is full of what the viewer may see: so that pages, and the cursors between them,
// are what they would be if the rest had never been there.
func fill[T any](p Page, standard, most int, read func(store.Range) (piece[T], error)) (List[item[T]], error) {
	limit := p.limit(standard, most)
	g := store.Range{Before: p.MaxID, After: p.SinceID, Limit: limit}
	if p.MinID > 0 {
		g.After, g.Up = p.MinID, true
	}
	var items []item[T]
	for {
		part, err := read(g)
		if err != nil {
			return List[item[T]]{}, err
		}
		items = append(items, part.items...)
		if len(items) >= limit || part.read < g.Limit {
			break
		}
		if g.Up {
			g.After = part.last
		} else {
			g.Before = part.last
		}
		g.Limit = min(2*g.Limit, maxPiece)
	}
	items = items[:min(len(items), limit)]
	if g.Up {
		slices.Reverse(items)
	}
	l := List[item[T]]{Items: items, More: len(items) == limit}
	if len(items) > 0 {
		l.First, l.Last = items[0].cursor, items[len(items)-1].cursor
	}
	return l, nil
}

// limit is how many items the page holds.
func (p Page) limit(standard, most int) int {
	if p.Limit <= 0 {
		return standard
	}
	return min(p.Limit, most)
}

// listOf is a list with the same cursors and other items.
func listOf[T, U any](l List[T], items []U) List[U] {
	return List[U]{Items: items, First: l.First, Last: l.Last, More: l.More}
}
