package moderation

import (
	"context"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// hasPart reports whether a person has a part in a case: an account that was ever theirs is its target, or one of its
// reporters. Nobody decides their own case; the guard holds commands to the same.
func (m *Moderation) hasPart(ctx context.Context, r store.Reads, person model.ID, c model.Case) (bool, error) {
	own, err := r.AccountsOfPerson(ctx, person)
	if err != nil || len(own) == 0 || slices.Contains(own, c.Account) {
		return len(own) > 0, err
	}
	return r.Reported(ctx, person, c.ID, 0)
}
