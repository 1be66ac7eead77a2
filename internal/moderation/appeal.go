package moderation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// How many appeals an account may have open, and how many it may make within a day.
const (
	maxOpenAppeals = 20
	maxDayAppeals  = 10
)

// Told is a measure as its owner is told of it: with its statement of reasons, and what became of an appeal against it.
type Told struct {
	Statement
	Appeal *model.Appeal // nil: there is none
	Answer string        // what staff wrote to the owner when they decided the appeal; private
}

// Appealable reports whether the owner may appeal against the measure at t: once, for six months, while it was not
// restored.
func (t Told) Appealable(at time.Time) bool {
	return t.Appeal == nil && t.LiftedAt.IsZero() && at.Before(model.AppealUntil(t.Start))
}

// Measures are what was ever put on an account, with an ID below before (0: no bound), the newest first.
func (m *Moderation) Measures(ctx context.Context, account, before model.ID, limit int) ([]Told, error) {
	sanctions, err := m.st.Sanctions(ctx, account)
	if err != nil {
		return nil, err
	}
	strikes, err := m.st.Strikes(ctx, account)
	if err != nil {
		return nil, err
	}
	var all []Measure
	for _, s := range sanctions {
		all = append(all, ofSanction(s))
	}
	for _, s := range strikes {
		all = append(all, ofStrike(s))
	}
	all = slices.DeleteFunc(all, func(s Measure) bool { return before != 0 && s.ID >= before })
	slices.SortFunc(all, func(a, b Measure) int { return cmp.Compare(b.ID, a.ID) })
	return m.told(ctx, account, all[:min(limit, len(all))])
}

// Measure is one measure that was put on an account; another account's is not found.
func (m *Moderation) Measure(ctx context.Context, account, id model.ID) (Told, error) {
	measure, err := measureNamed(ctx, m.st.Reads, id)
	if err == nil && measure.Account != account {
		err = model.NotFound("decision")
	}
	if err != nil {
		return Told{}, err
	}
	told, err := m.told(ctx, account, []Measure{measure})
	if err != nil {
		return Told{}, err
	}
	return told[0], nil
}

// measureNamed reads the sanction or strike that has an ID.
func measureNamed(ctx context.Context, r store.Reads, id model.ID) (Measure, error) {
	s, err := r.Sanction(ctx, id)
	if model.KindOf(err) != model.KindNotFound {
		return ofSanction(s), err
	}
	strike, err := r.Strike(ctx, id)
	if model.KindOf(err) == model.KindNotFound {
		err = model.NotFound("decision")
	}
	return ofStrike(strike), err
}

// told adds to measures of an account what its owner is told.
func (m *Moderation) told(ctx context.Context, account model.ID, measures []Measure) ([]Told, error) {
	appeals, err := m.st.AppealsOf(ctx, account)
	if err != nil {
		return nil, err
	}
	list := make([]Told, len(measures))
	for i, measure := range measures {
		if list[i].Statement, err = m.statement(ctx, measure); err != nil {
			return nil, err
		}
		at := slices.IndexFunc(appeals, func(a model.Appeal) bool { return a.Subject == measure.ID })
		if at < 0 {
			continue
		}
		list[i].Appeal = &appeals[at]
		if list[i].Answer, err = m.answer(ctx, appeals[at].Decision); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// answer is what staff wrote to the owner when they decided an appeal.
func (m *Moderation) answer(ctx context.Context, d model.AppealDecision) (string, error) {
	if d.Request == 0 {
		return "", nil
	}
	q, err := m.request(ctx, d.Request)
	return q.Command.Private[paramMessage], err
}

// statement makes the statement of reasons of a measure.
func (m *Moderation) statement(ctx context.Context, measure Measure) (Statement, error) {
	q, err := m.request(ctx, measure.Request)
	if err != nil {
		return Statement{}, err
	}
	var c Circumstances
	if c.About, err = m.madeAt(ctx, measure); err != nil {
		return Statement{}, err
	}
	if measure.Case != 0 {
		if c.Reports, err = m.st.ReportsBefore(ctx, measure.Case, measure.Start); err != nil {
			return Statement{}, err
		}
	}
	return StatementOf(measure, q, c), nil
}

// request reads a request with its texts. A measure without one, which verify names, is told as far as it can be.
func (m *Moderation) request(ctx context.Context, id model.ID) (model.Request, error) {
	q, err := m.st.Request(ctx, id)
	if model.KindOf(err) == model.KindNotFound {
		return model.Request{}, nil
	}
	if err != nil {
		return q, err
	}
	return guard.Opened(ctx, m.st.Reads, q)
}

// madeAt is when what a measure is on was made: the post, or the account. What was erased since was there when the
// measure began.
func (m *Moderation) madeAt(ctx context.Context, measure Measure) (at time.Time, err error) {
	if measure.Post != 0 {
		var p model.Post
		p, err = m.st.Post(ctx, measure.Post)
		at = p.CreatedAt
	} else {
		var a model.Account
		a, err = m.st.Account(ctx, measure.Account)
		at = a.CreatedAt
	}
	if model.KindOf(err) == model.KindNotFound {
		return measure.Start, nil
	}
	return at, err
}

// Appeal files the owner's appeal against a sanction or strike on their account, dark or not.
func (m *Moderation) Appeal(ctx context.Context, account, subject model.ID, text string) (model.Appeal, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "":
		return model.Appeal{}, model.Invalid("text", "is needed: say why this is wrong")
	case utf8.RuneCountInString(text) > model.MaxAppeal:
		return model.Appeal{}, model.Invalid("text", "may have at most %d characters", model.MaxAppeal)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return model.Appeal{}, model.Invalid("text", "must be text")
	}
	if err := model.CheckShown("text", text); err != nil {
		return model.Appeal{}, err
	}
	a := model.Appeal{Account: account, Subject: subject, Text: text, CreatedAt: m.now().UTC().Truncate(time.Millisecond)}
	err := m.st.Write(ctx, func(tx *store.Tx) error {
		if err := mayAppeal(ctx, tx.Reads, a); err != nil {
			return err
		}
		a.ID = tx.NextID()
		return tx.AddAppeal(ctx, a)
	})
	if err != nil && m.st.IsConflict(err) {
		err = model.Errorf(model.KindConflict, "you have appealed against this already")
	}
	return a, err
}

// mayAppeal holds an appeal to what bounds appeals.
func mayAppeal(ctx context.Context, r store.Reads, a model.Appeal) error {
	measure, err := measureNamed(ctx, r, a.Subject)
	switch {
	case err != nil:
		return err
	case measure.Account != a.Account:
		return model.NotFound("decision")
	case !measure.LiftedAt.IsZero():
		return model.Errorf(model.KindConflict, "this was restored already: there is nothing to appeal against")
	case !a.CreatedAt.Before(model.AppealUntil(measure.Start)):
		return model.Errorf(model.KindConflict, "the six months within which this could be appealed are over")
	}
	open, today, err := r.AppealsMade(ctx, a.Account, a.CreatedAt.Add(-24*time.Hour))
	switch {
	case err != nil:
		return fmt.Errorf("counting appeals: %w", err)
	case open >= maxOpenAppeals:
		return model.Errorf(model.KindTooMany, "%d of your appeals are open: wait until some are decided", open)
	case today >= maxDayAppeals:
		return model.Errorf(model.KindTooMany, "you have made %d appeals within a day: make the next one tomorrow", today)
	}
	return nil
}
