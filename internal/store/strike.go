package store

import (
	"context"
	"time"

	"keyturn/internal/model"
)

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

// PutStrike writes a strike, new or retracted. Retracting it closes an open appeal against it.
func (p *PrivTx) PutStrike(ctx context.Context, s Strike) error {
	if !s.RetractedAt.IsZero() {
		if err := p.CloseAppeal(ctx, s.ID); err != nil {
			return err
		}
	}
	return p.put(ctx, strikeTable, s.ID, s.Account, s.Request, s.Case, s.Rule, millis(s.At), millis(s.RetractedAt))
}

// Strikes are an account's strikes, the oldest first.
func (r Reads) Strikes(ctx context.Context, account model.ID) ([]Strike, error) {
	return collect(ctx, r.q, scanStrike, `SELECT `+strikeCols+` FROM strikes WHERE account = $1 ORDER BY id`, account)
}

// Strike reads one strike.
func (r Reads) Strike(ctx context.Context, id model.ID) (Strike, error) {
	return one(ctx, r.q, scanStrike, "strike", `SELECT `+strikeCols+` FROM strikes WHERE id = $1`, id)
}

const strikeCols = `id, account, request, case_id, rule, at, retracted_at, leaf`

func scanStrike(row scanner) (s Strike, err error) {
	var at, retracted int64
	err = row.Scan(&s.ID, &s.Account, &s.Request, &s.Case, &s.Rule, &at, &retracted, &s.Leaf)
	s.At, s.RetractedAt = fromMillis(at), fromMillis(retracted)
	return s, err
}
