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

// PutSanction writes a sanction, new or changed.
func (p *PrivTx) PutSanction(ctx context.Context, s model.Sanction) error {
	if !slices.Contains(p.sanctioned, s.Account) {
		p.sanctioned = append(p.sanctioned, s.Account)
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

func (r Reads) sanctions(ctx context.Context, where string, args ...any) ([]model.Sanction, error) {
	list, err := collect(ctx, r.q, scanSanction, `SELECT `+sanctionCols+` FROM sanctions `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading sanctions: %w", err)
	}
	return list, nil
}

// Strike is a mark against an account, with the message that its owner got.
type Strike struct {
	ID          model.ID
	Account     model.ID
	Request     model.ID
	Case        model.ID
	Rule        string
	At          time.Time
	RetractedAt time.Time
	Leaf        int64
}

var strikeTable = table("strikes", "id", "account", "request", "case_id", "rule", "at", "retracted_at")

// PutStrike writes a strike, new or retracted.
func (p *PrivTx) PutStrike(ctx context.Context, s Strike) error {
	return p.put(ctx, strikeTable, s.ID, s.Account, s.Request, s.Case, s.Rule, millis(s.At), millis(s.RetractedAt))
}

// Strikes are an account's strikes, the oldest first.
func (r Reads) Strikes(ctx context.Context, account model.ID) ([]Strike, error) {
	return collect(ctx, r.q, func(row scanner) (s Strike, err error) {
		var at, retracted int64
		err = row.Scan(&s.ID, &s.Account, &s.Request, &s.Case, &s.Rule, &at, &retracted, &s.Leaf)
		s.At, s.RetractedAt = fromMillis(at), fromMillis(retracted)
		return s, err
	}, `SELECT id, account, request, case_id, rule, at, retracted_at, leaf FROM strikes WHERE account = $1 ORDER BY id`,
		account)
}
