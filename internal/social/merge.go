package social

import (
	"context"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// A source is one author's posts in the order in which a merge visits them: downward from the newest, or upward.
type source struct {
	author model.ID
	ids    []model.ID // what is known of the part to visit, in order of time
	next   int        // the one to visit next
	more   bool       // the store has posts beyond ids
	bound  model.ID   // of those: below it when going down, above it when going up
	key    model.ID   // orders sources: the largest is next
}

// merge visits the posts of several authors in one order without fanning anything out.
type merge struct {
	n    *Network
	span store.Range
	heap []source // a max-heap by key
}

// mergePosts gives the IDs of the authors' posts in a range, in its order, at most its limit.
func (n *Network) mergePosts(ctx context.Context, authors []model.ID, g store.Range) ([]model.ID, error) {
	if g.Before == 0 {
		g.Before = 1<<63 - 1
	}
	if g.Before-g.After <= 1 {
		return nil, nil // nothing lies between
	}
	m := &merge{n: n, span: g, heap: make([]source, 0, len(authors))}
	for _, a := range authors {
		r, err := n.recentOf(ctx, a)
		if err != nil {
			return nil, err
		}
		if s := m.source(a, r); m.rank(&s) {
			m.heap = append(m.heap, s)
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.sift(i)
	}
	ids := make([]model.ID, 0, g.Limit)
	for len(ids) < g.Limit && len(m.heap) > 0 {
		id, err := m.pop(ctx)
		if err != nil {
			return nil, err
		}
		if id != 0 {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// source is the part of an author's recents that is in the range.
func (m *merge) source(author model.ID, r recent) source {
	from, _ := slices.BinarySearch(r.ids, m.span.After+1)
	to, _ := slices.BinarySearch(r.ids, m.span.Before)
	s := source{author: author, ids: r.ids[from:to]}
	below := !r.complete && from == 0 // posts of the range may be older than the recents
	switch {
	case m.span.Up && below:
		s.ids, s.more, s.bound = nil, true, m.span.After
	case !m.span.Up:
		s.next = len(s.ids) - 1
		s.more, s.bound = below, m.span.Before
		if len(s.ids) > 0 {
			s.bound = s.ids[0]
		} else if below && len(r.ids) > 0 {
			s.bound = min(s.bound, r.ids[0])
		}
	}
	return s
}

// rank sets a source's key by what it visits next, or at best could; it is false at the source's end.
func (m *merge) rank(s *source) bool {
	if s.next >= 0 && s.next < len(s.ids) {
		s.key = s.ids[s.next]
	} else if !s.more {
		return false
	} else if m.span.Up {
		s.key = s.bound + 1
	} else {
		s.key = s.bound - 1
	}
	if m.span.Up {
		s.key = -s.key
	}
	return true
}

// pop visits the next post; 0 means that an author's next posts were read first.
func (m *merge) pop(ctx context.Context) (id model.ID, err error) {
	s := &m.heap[0]
	if s.next >= 0 && s.next < len(s.ids) {
		id = s.ids[s.next]
		if m.span.Up {
			s.next++
		} else {
			s.next--
		}
	} else if err := m.refill(ctx, s); err != nil {
		return 0, err
	}
	if !m.rank(s) {
		last := len(m.heap) - 1
		m.heap[0] = m.heap[last]
		m.heap = m.heap[:last]
	}
	m.sift(0)
	return id, nil
}

// refill reads an author's next posts from the store: as many as the whole merge may still give, so that there is no
// need to read a second time.
func (m *merge) refill(ctx context.Context, s *source) error {
	g := m.span
	if g.Up {
		g.After = s.bound
	} else {
		g.Before = s.bound
	}
	ids, err := m.n.store.PostIDsOf(ctx, s.author, g)
	if err != nil {
		return err
	}
	s.ids, s.next, s.more = ids, 0, false
	if !g.Up {
		slices.Reverse(ids)
		s.next = len(ids) - 1
	}
	return nil
}

func (m *merge) sift(i int) {
	h := m.heap
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if right := child + 1; right < len(h) && h[right].key > h[child].key {
			child = right
		}
		if h[i].key >= h[child].key {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
