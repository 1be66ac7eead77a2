package policy

import (
	"fmt"
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
	Darkenings int           // so many within Window are let through; the next one trips the breaker
	Window     time.Duration // a minute to a day
	Freeze     time.Duration // how long darkening then stops: a minute to maxFreeze
}

const (
	maxAccounts = 1_000_000
	maxReach    = 10_000_000_000 // more than there are people
	maxFreeze   = 30 * time.Minute
)

// Budget is the budget of a person who holds the roles: in each field the largest of the roles'. Without a role there
// is no budget.
func (b *Bundle) Budget(roles ...model.Role) Budget {
	var most Budget
	for _, r := range roles {
		of := b.budgets[r]
		most.AccountsPerHour = max(most.AccountsPerHour, of.AccountsPerHour)
		most.AccountsPerDay = max(most.AccountsPerDay, of.AccountsPerDay)
		most.ReachPerHour = max(most.ReachPerHour, of.ReachPerHour)
		most.ReachPerDay = max(most.ReachPerDay, of.ReachPerDay)
	}
	return most
}

// Breaker is the bundle's breaker.
func (b *Bundle) Breaker() Breaker { return b.breaker }

// Words says what the breaker does.
func (b Breaker) Words() string {
	return fmt.Sprintf("past %d darkenings by everyone together within %s, darkening stops for everyone for %s", b.Darkenings, span(b.Window), span(b.Freeze))
}

func (r *reader) budgets(v any) map[model.Role]Budget {
	roles := object(r, "budgets", v, model.Roles()...)
	budgets := map[model.Role]Budget{}
	for _, role := range model.Roles() {
		budgets[role] = r.budget("budgets."+string(role), roles[role])
	}
	return budgets
}

func (r *reader) budget(path string, v any) Budget {
	fields := object(r, path, v, "accounts_per_hour", "accounts_per_day", "reach_per_hour", "reach_per_day")
	var b Budget
	b.AccountsPerHour = r.integer(path+".accounts_per_hour", fields["accounts_per_hour"], 0, maxAccounts)
	b.AccountsPerDay = r.integer(path+".accounts_per_day", fields["accounts_per_day"], b.AccountsPerHour, maxAccounts)
	b.ReachPerHour = r.integer(path+".reach_per_hour", fields["reach_per_hour"], 0, maxReach)
	b.ReachPerDay = r.integer(path+".reach_per_day", fields["reach_per_day"], b.ReachPerHour, maxReach)
	return b
}

func (r *reader) breaker(v any) Breaker {
	fields := object(r, "breaker", v, "darkenings", "window", "freeze")
	return Breaker{
		Darkenings: int(r.integer("breaker.darkenings", fields["darkenings"], 1, maxAccounts)),
		Window:     r.duration("breaker.window", fields["window"], time.Minute, 24*time.Hour),
		Freeze:     r.duration("breaker.freeze", fields["freeze"], time.Minute, maxFreeze),
	}
}

func encodeBudgets(budgets map[model.Role]Budget) map[string]any {
	roles := map[string]any{}
	for role, b := range budgets {
		roles[string(role)] = map[string]any{
			"accounts_per_hour": b.AccountsPerHour, "accounts_per_day": b.AccountsPerDay,
			"reach_per_hour": b.ReachPerHour, "reach_per_day": b.ReachPerDay,
		}
	}
	return roles
}

func encodeBreaker(b Breaker) map[string]any {
	return map[string]any{"darkenings": b.Darkenings, "window": span(b.Window), "freeze": span(b.Freeze)}
}
