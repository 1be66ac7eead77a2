package social

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// accountRows reads accounts, dark or not, through the cache. Those that there are not are missing from the answer.
func (n *Network) accountRows(ctx context.Context, ids []model.ID) (map[model.ID]model.Account, error) {
	return rows(ctx, n.accounts, ids, n.store.Accounts, func(a model.Account) model.ID { return a.ID })
}

// postRows reads posts, deleted, dark or not, through the cache.
func (n *Network) postRows(ctx context.Context, ids []model.ID) (map[model.ID]model.Post, error) {
	return rows(ctx, n.posts, ids, n.store.Posts, func(p model.Post) model.ID { return p.ID })
}

func rows[V any](ctx context.Context, c *cache[V], ids []model.ID,
	read func(context.Context, []model.ID) ([]V, error), idOf func(V) model.ID) (map[model.ID]V, error) {
	found := make(map[model.ID]V, len(ids))
	tickets := make(map[model.ID]uint64)
	var missing []model.ID
	for _, id := range ids {
		if _, known := found[id]; known || id == 0 {
			continue
		}
		v, ticket, ok := c.get(id)
		if ok {
			found[id] = v
		} else if _, asked := tickets[id]; !asked {
			tickets[id] = ticket
			missing = append(missing, id)
		}
	}
	for len(missing) > 0 {
		chunk := missing[:min(len(missing), store.MaxList)]
		missing = missing[len(chunk):]
		list, err := read(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for _, v := range list {
			id := idOf(v)
			found[id] = v
			c.put(id, v, tickets[id])
		}
	}
	return found, nil
}
