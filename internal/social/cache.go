package social

import (
	"sync"

	"keyturn/internal/model"
)

const cacheShards = 64

// A cache keeps the rows that are read most, bounded: each shard has a young and an old generation, and when the
// young one is full it becomes the old one, whose rows are forgotten unless they are asked for meanwhile. Rows in it
// are shared: nobody may change one.
type cache[V any] struct {
	shards [cacheShards]cacheShard[V]
	full   int // rows of a generation of a shard
}

type cacheShard[V any] struct {
	mu         sync.Mutex
	changes    uint64 // how often the store told of changed rows
	young, old map[model.ID]V
}

// newCache makes a cache of at most max rows.
func newCache[V any](max int) *cache[V] {
	return &cache[V]{full: max / cacheShards / 2}
}

// shard spreads IDs, whose low bits are mostly zero, by Fibonacci hashing.
func (c *cache[V]) shard(id model.ID) *cacheShard[V] {
	return &c.shards[uint64(id)*0x9E3779B97F4A7C15>>58]
}

// get finds a row. When it is missing, ticket goes to put with the row that is then read from the store.
func (c *cache[V]) get(id model.ID) (v V, ticket uint64, ok bool) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok = s.young[id]; ok {
		return v, 0, true
	}
	if v, ok = s.old[id]; ok {
		s.keep(id, v, c.full)
	}
	return v, s.changes, ok
}

// put keeps a row that was read after get gave the ticket. A change that was told since may have been too late for the
// reading: then the row is not kept.
func (c *cache[V]) put(id model.ID, v V, ticket uint64) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes == ticket {
		s.keep(id, v, c.full)
	}
}

// drop forgets a row that has changed.
func (c *cache[V]) drop(id model.ID) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	delete(s.young, id)
	delete(s.old, id)
}

// update changes a row in place of reading it again; fn must leave the old value as it is.
func (c *cache[V]) update(id model.ID, fn func(V) V) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	if v, ok := s.young[id]; ok {
		s.young[id] = fn(v)
	} else if v, ok := s.old[id]; ok {
		s.old[id] = fn(v)
	}
}

func (s *cacheShard[V]) keep(id model.ID, v V, full int) {
	if s.young == nil || len(s.young) >= full {
		s.young, s.old = make(map[model.ID]V), s.young
	}
	s.young[id] = v
	delete(s.old, id)
}
