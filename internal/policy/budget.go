package policy

import (
	"time"

	"keyturn/internal/model"
)

// Budget is how much one person may darken, over sliding windows. Reach counts followers.
type Budget struct {
	AccountsPerHour int64
	AccountsPerDay  int64
	ReachPerHour    int64
	ReachPerDay     int64
}

// Breaker is the rate of darkenings by everyone together past which darkening stops for everyone.
type Breaker struct {
	Darkenings int           // this many within Window are let through; the next one trips it
	Window     time.Duration // at least a minute
	Freeze     time.Duration // how long darkening then stops, at most 30 minutes (law 10)
}

// Budget is the budget of a person who holds the roles: in each field the largest of the roles'. Without a role there
// is no budget.
func (b *Bundle) Budget(roles ...model.Role) Budget {
	var sum Budget
	for _, r := range roles {
		one := b.budgets[r]
		sum.AccountsPerHour = max(sum.AccountsPerHour, one.AccountsPerHour)
		sum.AccountsPerDay = max(sum.AccountsPerDay, one.AccountsPerDay)
		sum.ReachPerHour = max(sum.ReachPerHour, one.ReachPerHour)
		sum.ReachPerDay = max(sum.ReachPerDay, one.ReachPerDay)
	}
	return sum
}

// Breaker is the bundle's breaker.
func (b *Bundle) Breaker() Breaker { return b.breaker }
