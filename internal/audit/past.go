package audit

import (
	"context"
	"slices"
	"sort"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// past is people as they were.
type past struct {
	r     store.Reads
	known map[model.ID]*pastPerson
	today bool // of somebody it could not be told
}

type pastPerson struct {
	versions []personVersion // the newest first
	grants   []model.RoleGrant
}

type personVersion struct {
	since time.Time
	model.Person
}

// person is somebody as they were at a time, by the entries that changed them; before the first, as they began.
func (p *past) person(ctx context.Context, id model.ID, at time.Time) (model.Person, error) {
	who := p.known[id]
	if who == nil {
		var err error
		if who, err = p.read(ctx, id); err != nil {
			return model.Person{}, err
		}
		p.known[id] = who
	}
	found := who.versions[len(who.versions)-1].Person
	for _, v := range who.versions {
		if !v.since.After(at) {
			found = v.Person
			break
		}
	}
	found.Grants = nil
	for _, g := range who.grants {
		if !g.GrantedAt.After(at) && (g.RevokedAt.IsZero() || g.RevokedAt.After(at)) {
			g.RevokedAt = time.Time{}
			found.Grants = append(found.Grants, g)
		}
	}
	return found, nil
}

func (p *past) read(ctx context.Context, id model.ID) (*pastPerson, error) {
	who := &pastPerson{}
	now, err := p.r.Person(ctx, id)
	if err != nil {
		return nil, err
	}
	if who.grants, err = p.r.GrantsOf(ctx, id); err != nil {
		return nil, err
	}
	_, _, err = rowThen(ctx, p.r, "persons", id.String(), func(f ledger.Facts) bool {
		for _, row := range f.Rows {
			if row.Table != "persons" || row.Key != id.String() {
				continue
			}
			if m, err := store.PersonOf(row); err == nil {
				who.versions = append(who.versions, personVersion{f.Time, m})
			}
		}
		return false
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if model.KindOf(err) != model.KindNotFound || len(who.versions) == 0 {
		// The row does not lead back to its beginning: Verify says where.
		p.today = true
		who.versions = []personVersion{{Person: now}}
	}
	return who, nil
}

// charges are what each person was charged, the oldest first.
type charges map[model.ID][]store.Charge

// chargesOf reads what counts in a window.
func chargesOf(ctx context.Context, r store.Reads, from, to time.Time) (charges, error) {
	list, err := r.ChargesBetween(ctx, from.Add(-24*time.Hour), to)
	if err != nil {
		return nil, err
	}
	all := charges{}
	for _, c := range list {
		all[c.Person] = append(all[c.Person], c)
	}
	return all, nil
}

// before sums what somebody was charged up to a time, but for one request.
func (c charges) before(request, person model.ID, at time.Time, window time.Duration) (u guard.Use) {
	all := c[person]
	end := sort.Search(len(all), func(i int) bool { return all[i].At.After(at) })
	for _, charge := range slices.Backward(all[:end]) {
		if !charge.At.After(at.Add(-window)) {
			break
		}
		if charge.Request != request {
			u.Count++
			u.Reach += charge.Reach
		}
	}
	return u
}
