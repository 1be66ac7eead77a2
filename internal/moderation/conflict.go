package moderation

import (
	"context"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// conflicted reports whether somebody who has the given accounts as a member has a part in a case: as its target, or as
// one of its reporters. Nobody decides their own case.
func conflicted(accounts []model.ID, target model.ID, reporters []model.ID) bool {
	return slices.ContainsFunc(accounts, func(a model.ID) bool { return a == target || slices.Contains(reporters, a) })
}

// accountsOf are the accounts that a person has as a member, as far as the desk knows. Nothing links the two yet.
func accountsOf(context.Context, store.Reads, model.ID) ([]model.ID, error) { return nil, nil }

// hasPart reports whether a person has a part in a case.
func (m *Moderation) hasPart(ctx context.Context, r store.Reads, person model.ID, c model.Case) (bool, error) {
	own, err := m.accountsOf(ctx, r, person)
	if err != nil {
		return false, err
	}
	for some := range slices.Chunk(own, store.MaxList) {
		reporters, err := r.ReportersAmong(ctx, c.ID, some)
		if err != nil || conflicted(some, c.Account, reporters) {
			return true, err
		}
	}
	return false, nil
}
