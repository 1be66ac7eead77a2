package social

import (
	"context"
	"slices"

	"keyturn/internal/model"
)

// idSet is a sorted set of IDs.
type idSet []model.ID

func newIDSet(ids []model.ID) idSet {
	slices.Sort(ids)
	return ids
}

func (s idSet) has(id model.ID) bool {
	_, ok := slices.BinarySearch(s, id)
	return ok
}

// ties are what a reader's own follows and mutes are.
type ties struct {
	following idSet
	quiet     idSet // of following: without their boosts
	requested idSet
	muting    idSet
}

// blocks are the accounts that a reader and others hide from each other.
type blocks struct {
	blocking  idSet
	blockedBy idSet
}

func (b blocks) between(id model.ID) bool { return b.blocking.has(id) || b.blockedBy.has(id) }

func (n *Network) tiesOf(ctx context.Context, reader model.ID) (ties, error) {
	t, ticket, ok := n.ties.get(reader)
	if ok {
		return t, nil
	}
	follows, err := n.store.AllFollowing(ctx, reader)
	if err != nil {
		return ties{}, err
	}
	muting, err := n.store.AllMutes(ctx, reader)
	if err != nil {
		return ties{}, err
	}
	for _, f := range follows {
		if f.Pending {
			t.requested = append(t.requested, f.Followee)
			continue
		}
		t.following = append(t.following, f.Followee)
		if !f.Reblogs {
			t.quiet = append(t.quiet, f.Followee)
		}
	}
	t = ties{newIDSet(t.following), newIDSet(t.quiet), newIDSet(t.requested), newIDSet(muting)}
	n.ties.put(reader, t, ticket)
	return t, nil
}

func (n *Network) blocksOf(ctx context.Context, reader model.ID) (blocks, error) {
	b, ticket, ok := n.blocks.get(reader)
	if ok {
		return b, nil
	}
	blocking, blockedBy, err := n.store.AllBlocks(ctx, reader)
	if err != nil {
		return blocks{}, err
	}
	b = blocks{newIDSet(blocking), newIDSet(blockedBy)}
	n.blocks.put(reader, b, ticket)
	return b, nil
}
