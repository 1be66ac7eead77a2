package moderation

import (
	"context"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Link has people have accounts as members.
func (m *Moderation) Link(accounts map[model.ID][]model.ID) {
	m.accountsOf = func(_ context.Context, _ store.Reads, person model.ID) ([]model.ID, error) {
		return accounts[person], nil
	}
}

// Conflicted is conflicted.
func Conflicted(accounts []model.ID, target model.ID, reporters []model.ID) bool {
	return conflicted(accounts, target, reporters)
}

// Ranked is ranked.
var Ranked = ranked
