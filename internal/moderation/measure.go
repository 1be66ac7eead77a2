package moderation

import (
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Measure is one decision that was put on an account and that its owner is told of: a sanction, or the strike of a
// warning. It is what a statement of reasons is about, and an appeal.
type Measure struct {
	ID       model.ID
	Kind     model.CommandKind // the command that it was made by
	Account  model.ID
	Post     model.ID // zero: the whole account
	Request  model.ID
	Case     model.ID
	Rule     string
	Start    time.Time
	End      time.Time // zero: until it is lifted
	LiftedAt time.Time // when it was lifted or retracted; zero: it was not
}

func ofSanction(s model.Sanction) Measure {
	return Measure{ID: s.ID, Kind: model.CommandKind(s.Kind), Account: s.Account, Post: s.Post, Request: s.Request, Case: s.Case,
		Rule: s.Rule, Start: s.Start, End: s.End, LiftedAt: s.LiftedAt}
}

func ofStrike(s store.Strike) Measure {
	return Measure{ID: s.ID, Kind: model.CmdWarn, Account: s.Account, Request: s.Request, Case: s.Case, Rule: s.Rule, Start: s.At,
		LiftedAt: s.RetractedAt}
}

// Active reports whether the measure holds at t.
func (m Measure) Active(t time.Time) bool {
	return m.LiftedAt.IsZero() && (m.End.IsZero() || t.Before(m.End))
}
