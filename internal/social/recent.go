package social

import (
	"context"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// recent is the newest posts of one author, oldest first, so that a new one goes to the end. It is bounded: what is
// older is read from the store when somebody pages that far. A recent is never changed, but it may share its array
// with the longer one that took its place.
type recent struct {
	ids      []model.ID
	complete bool // there are no older posts
}

// When an author's recents have grown to maxRecent they are cut to minRecent.
const (
	minRecent = 100
	maxRecent = 200
)

// recentOf is the recents of an author, read from the store when first needed.
func (n *Network) recentOf(ctx context.Context, author model.ID) (recent, error) {
	r, ticket, ok := n.recents.get(author)
	if ok {
		return r, nil
	}
	ids, err := n.store.PostIDsOf(ctx, author, store.Range{Limit: minRecent})
	if err != nil {
		return recent{}, err
	}
	slices.Reverse(ids)
	r = recent{ids: ids, complete: len(ids) < minRecent}
	n.recents.put(author, r, ticket)
	return r, nil
}

// with is r and one post more. IDs from another node may come out of order.
func (r recent) with(id model.ID) recent {
	i, known := slices.BinarySearch(r.ids, id)
	switch {
	case known:
		return r
	case i == len(r.ids):
		r.ids = append(r.ids, id) // past every other reader's end
	case i == 0 && !r.complete:
		return r // older than what is kept
	default:
		r.ids = slices.Insert(slices.Clone(r.ids), i, id)
	}
	if len(r.ids) >= maxRecent {
		r = recent{ids: slices.Clone(r.ids[len(r.ids)-minRecent:])}
	}
	return r
}

// without is r less one post.
func (r recent) without(id model.ID) recent {
	if i, known := slices.BinarySearch(r.ids, id); known {
		r.ids = slices.Delete(slices.Clone(r.ids), i, i+1)
	}
	return r
}
