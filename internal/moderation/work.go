package moderation

import (
	"context"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// act is what somebody does on a case: it gets the transaction, who does it, and the case, which is locked, and says what
// goes into the case's history; a zero note is for what was so already.
type act func(tx *store.Tx, by model.Person, c model.Case) (model.CaseNote, error)

// do has a person do something on a case, with the history of it in the same transaction. Who works on cases is looked
// at there again: an employment may have ended since the person signed in.
func (m *Moderation) do(ctx context.Context, by, id model.ID, what act) error {
	return m.st.Write(ctx, func(tx *store.Tx) error {
		person, err := tx.Person(ctx, by)
		if err != nil {
			return err
		}
		if err := works(person, m.now()); err != nil {
			return err
		}
		c, err := tx.LockCase(ctx, id)
		if err != nil {
			return err
		}
		note, err := what(tx, person, c)
		if err != nil || note.Kind == "" {
			return err
		}
		note.ID, note.Case, note.Person, note.At = tx.NextID(), id, by, m.now()
		return tx.AddNote(ctx, note)
	})
}

// decide is do for what decides a case: nobody may who has a part in it.
func (m *Moderation) decide(ctx context.Context, by, id model.ID, what act) error {
	return m.do(ctx, by, id, func(tx *store.Tx, by model.Person, c model.Case) (model.CaseNote, error) {
		part, err := m.hasPart(ctx, tx.Reads, by.ID, c)
		if err != nil {
			return model.CaseNote{}, err
		}
		if part {
			return model.CaseNote{}, model.Errorf(model.KindForbidden, "an account of yours is the target or a reporter of this case: others decide it")
		}
		return what(tx, by, c)
	})
}

// Claim gives an open case to whoever asks, when nobody works on it.
func (m *Moderation) Claim(ctx context.Context, by, id model.ID) error {
	return m.decide(ctx, by, id, func(tx *store.Tx, by model.Person, c model.Case) (model.CaseNote, error) {
		has, err := m.assignee(ctx, tx, c)
		switch {
		case err != nil || has.ID == by.ID:
			return model.CaseNote{}, err
		case has.ID != 0:
			return model.CaseNote{}, model.Errorf(model.KindConflict, "%s works on this case", has.Name)
		}
		return model.CaseNote{Kind: model.NoteClaimed}, tx.AssignCase(ctx, id, by.ID)
	})
}

// Assign gives an open case to a person who works on cases and has no part in it. A case that somebody works on is given
// on by that person or by a lead.
func (m *Moderation) Assign(ctx context.Context, by, id, to model.ID) error {
	return m.decide(ctx, by, id, func(tx *store.Tx, by model.Person, c model.Case) (model.CaseNote, error) {
		has, err := m.assignee(ctx, tx, c)
		if err != nil || has.ID == to {
			return model.CaseNote{}, err
		}
		if err := mayTake(by, has); err != nil {
			return model.CaseNote{}, err
		}
		person, err := tx.Person(ctx, to)
		if err != nil {
			return model.CaseNote{}, err
		}
		if !m.Works(person) {
			return model.CaseNote{}, model.Invalid("login", "%s does not work on cases, or is leaving", person.Name)
		}
		part, err := m.hasPart(ctx, tx.Reads, to, c)
		if err != nil {
			return model.CaseNote{}, err
		}
		if part {
			return model.CaseNote{}, model.Invalid("login", "%s has a part in this case", person.Name)
		}
		return model.CaseNote{Kind: model.NoteAssigned, To: to}, tx.AssignCase(ctx, id, to)
	})
}

// Release takes an open case from whoever works on it. It is for that person, and for leads.
func (m *Moderation) Release(ctx context.Context, by, id model.ID) error {
	return m.do(ctx, by, id, func(tx *store.Tx, by model.Person, c model.Case) (model.CaseNote, error) {
		has, err := m.assignee(ctx, tx, c)
		switch {
		case err != nil:
			return model.CaseNote{}, err
		case has.ID == 0:
			return model.CaseNote{}, model.Errorf(model.KindConflict, "nobody works on this case")
		}
		if err := mayTake(by, has); err != nil {
			return model.CaseNote{}, err
		}
		return model.CaseNote{Kind: model.NoteReleased, To: has.ID}, tx.AssignCase(ctx, id, 0)
	})
}

// mayTake says whether somebody may take a case from whoever has it.
func mayTake(by, has model.Person) error {
	if has.ID == 0 || has.ID == by.ID || by.Has(model.RoleLead) {
		return nil
	}
	return model.Errorf(model.KindForbidden, "%s works on this case: only they and leads give it on", has.Name)
}

// assignee is who works on an open case: zero when nobody does, or when whoever has it works on cases no more.
func (m *Moderation) assignee(ctx context.Context, tx *store.Tx, c model.Case) (model.Person, error) {
	if c.State != model.CaseOpen {
		return model.Person{}, model.Errorf(model.KindConflict, "the case is resolved")
	}
	if c.Assignee == 0 {
		return model.Person{}, nil
	}
	has, err := tx.Person(ctx, c.Assignee)
	if err != nil || !m.Works(has) {
		return model.Person{}, err
	}
	return has, nil
}

// Note writes something down on a case, open or not, for staff only.
func (m *Moderation) Note(ctx context.Context, by, id model.ID, text string) error {
	if strings.TrimSpace(text) == "" {
		return model.Invalid("text", "is needed")
	}
	if err := model.CheckProse("text", text, model.MaxNoteText); err != nil {
		return err
	}
	return m.do(ctx, by, id, func(tx *store.Tx, by model.Person, c model.Case) (model.CaseNote, error) {
		n, err := tx.CountNotes(ctx, id, model.NoteText)
		if err == nil && n >= model.MaxCaseNotes {
			err = model.Errorf(model.KindConflict, "the case has %d notes, and takes no more", n)
		}
		return model.CaseNote{Kind: model.NoteText, Text: text}, err
	})
}

// Resolve closes a case; the next report on its account opens another. Without an outcome it is acted when a sanction or
// a strike names the case, and no_action otherwise. What is resolved without action marks its reports as such that did
// not hold. It hides nothing and restores nothing: that is the guard's.
func (m *Moderation) Resolve(ctx context.Context, by, id model.ID, outcome model.CaseOutcome, text string) error {
	if err := model.CheckProse("note", text, model.MaxNoteText); err != nil {
		return err
	}
	return m.decide(ctx, by, id, func(tx *store.Tx, by model.Person, c model.Case) (model.CaseNote, error) {
		if c.State == model.CaseResolved {
			return model.CaseNote{}, model.Errorf(model.KindConflict, "the case is resolved already")
		}
		if outcome == model.OutcomeNone {
			acted, err := tx.Acted(ctx, c)
			if err != nil {
				return model.CaseNote{}, err
			}
			if outcome = model.OutcomeNoAction; acted {
				outcome = model.OutcomeActed
			}
		}
		return model.CaseNote{Kind: model.NoteResolved, Outcome: outcome, Text: text}, tx.ResolveCase(ctx, id, outcome, m.now())
	})
}

// Reopen opens a case that was resolved, unless its account has another open one by now. Its time begins anew, and its
// reports are again such of which nobody knows whether they held.
func (m *Moderation) Reopen(ctx context.Context, by, id model.ID, text string) error {
	if err := model.CheckProse("note", text, model.MaxNoteText); err != nil {
		return err
	}
	return m.decide(ctx, by, id, func(tx *store.Tx, by model.Person, c model.Case) (model.CaseNote, error) {
		if err := tx.ReopenCase(ctx, id, m.now()); err != nil {
			return model.CaseNote{}, err
		}
		return model.CaseNote{Kind: model.NoteReopened, Text: text}, rank(ctx, tx, id, m.now())
	})
}
