package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keyturn/internal/model"
)

var sanctionTable = table("sanctions",
	"id", "account", "post", "kind", "request", "case_id", "rule", "start_at", "end_at", "lifted_at")

const sanctionCols = `id, account, post, kind, request, case_id, rule, start_at, end_at, lifted_at, leaf`

func scanSanction(row scanner) (s model.Sanction, err error) {
	var start, end, lifted int64
	err = row.Scan(&s.ID, &s.Account, &s.Post, &s.Kind, &s.Request, &s.Case, &s.Rule, &start, &end, &lifted, &s.Leaf)
	s.Start, s.End, s.LiftedAt = fromMillis(start), fromMillis(end), fromMillis(lifted)
	return s, err
}

// PutSanction writes a sanction, new or changed. Lifting it closes an open appeal against it: nothing is left to decide.
func (p *PrivTx) PutSanction(ctx context.Context, s model.Sanction) error {
	if !slices.Contains(p.sanctioned, s.Account) {
		p.sanctioned = append(p.sanctioned, s.Account)
	}
	if !s.LiftedAt.IsZero() {
		if err := p.CloseAppeal(ctx, s.ID); err != nil {
			return err
		}
	}
	return p.put(ctx, sanctionTable, s.ID, s.Account, s.Post, string(s.Kind), s.Request, s.Case, s.Rule,
		millis(s.Start), millis(s.End), millis(s.LiftedAt))
}

// UnliftedSanctions are the sanctions on an account and its posts that nobody has lifted, the oldest first. Some may
// have come to their end: ask Sanction.Active.
func (r Reads) UnliftedSanctions(ctx context.Context, account model.ID) ([]model.Sanction, error) {
	return r.sanctions(ctx, `WHERE account = $1 AND lifted_at = 0 ORDER BY id`, account)
}

// AllUnliftedSanctions are the sanctions that nobody has lifted, of every account.
func (r Reads) AllUnliftedSanctions(ctx context.Context) ([]model.Sanction, error) {
	return r.sanctions(ctx, `WHERE lifted_at = 0 ORDER BY id`)
}

// Sanctions are all sanctions that were ever on an account and its posts, the oldest first.
func (r Reads) Sanctions(ctx context.Context, account model.ID) ([]model.Sanction, error) {
	return r.sanctions(ctx, `WHERE account = $1 ORDER BY id`, account)
}

// Sanction reads one sanction.
func (r Reads) Sanction(ctx context.Context, id model.ID) (model.Sanction, error) {
	return one(ctx, r.q, scanSanction, "sanction", `SELECT `+sanctionCols+` FROM sanctions WHERE id = $1`, id)
}

// SanctionsBetween are the sanctions that began at from or later and before to, in the order in which they began, after
// one of them (or the zero sanction), at most limit.
func (r Reads) SanctionsBetween(ctx context.Context, from, to time.Time, after model.Sanction, limit int) ([]model.Sanction, error) {
	begin := max(millis(from), millis(after.Start))
	return r.sanctions(ctx, `WHERE start_at >= $1 AND start_at < $2 AND (start_at > $3 OR id > $4) ORDER BY start_at, id LIMIT $5`,
		begin, millis(to), millis(after.Start), after.ID, limit)
}

func (r Reads) sanctions(ctx context.Context, where string, args ...any) ([]model.Sanction, error) {
	list, err := collect(ctx, r.q, scanSanction, `SELECT `+sanctionCols+` FROM sanctions `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading sanctions: %w", err)
	}
	return list, nil
}
