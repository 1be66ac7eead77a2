package watch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// darkRow is the sanction by which an entry darkens something, if it does.
func darkRow(f ledger.Facts) (model.Sanction, bool) {
	for _, row := range f.Rows {
		if row.Table != "sanctions" || row.Before != nil {
			continue
		}
		if s, err := store.SanctionOf(row); err == nil && s.Kind.Darkens() {
			return s, true
		}
	}
	return model.Sanction{}, false
}

// wentDark opens an incident when an entry darkens a protected account, or a post of one: who did it, on what case, by
// whose keys, and how it is undone.
func (w *Watch) wentDark(ctx context.Context, f ledger.Facts) error {
	s, dark := darkRow(f)
	if !dark || f.Event != ledger.EventExecuted {
		return nil
	}
	q, err := w.Store.Request(ctx, f.Request)
	if err != nil || !q.Target.Strictest.Protected() {
		return err
	}
	subject := fmt.Sprintf("entry %d", f.Index)
	had, err := w.Store.HadIncident(ctx, model.IncidentDark, subject)
	if err != nil || had {
		return err
	}
	d := model.IncidentDetails{Account: f.Account, Handle: f.Handle, Class: q.Target.Strictest, Post: s.Post, Command: f.Kind,
		Request: f.Request, Case: f.Case, People: []model.ID{q.Requester}, Entries: []int64{f.Index}}
	if d.Requester, err = w.name(ctx, q.Requester); err != nil {
		return err
	}
	for _, k := range f.Keys {
		name, err := w.name(ctx, k.Person)
		if err != nil {
			return err
		}
		d.Keys = append(d.Keys, name)
		if !slices.Contains(d.People, k.Person) {
			d.People = append(d.People, k.Person)
		}
	}
	d.Undo = "keyturn desk request restore @" + f.Handle + ` --reason "…"`
	if s.Post != 0 {
		d.Undo += " --param post=" + s.Post.String()
	}
	undone, err := w.Store.UndoneBefore(ctx, f.Account, s.Case, f.Index)
	if err != nil {
		return err
	}
	if undone == 0 && q.Command.Params["ground"] != "legal" { // law 9: once per account and case
		d.UndoUntil = s.Start.Add(guard.UndoWindow)
	}
	_, err = w.openIncident(ctx, model.Incident{Rule: model.IncidentDark, Subject: subject, What: darkWords(d), Details: d})
	return err
}

// light reports whether what an incident says went dark is dark by that no more.
func (w *Watch) light(ctx context.Context, d model.IncidentDetails) (bool, error) {
	on, err := w.Store.UnliftedSanctions(ctx, d.Account)
	return !slices.ContainsFunc(on, func(s model.Sanction) bool { return s.Request == d.Request && s.Active(w.Now()) }), err
}

func darkWords(d model.IncidentDetails) string {
	what := fmt.Sprintf("@%s (%s) went dark", d.Handle, class(d.Class))
	if d.Post != 0 {
		what = fmt.Sprintf("Post %s by @%s (%s) went dark", d.Post, d.Handle, class(d.Class))
	}
	what += fmt.Sprintf(": %s, asked for by %s, with the keys of %s", strings.ReplaceAll(string(d.Command), "_", " "), d.Requester,
		strings.Join(d.Keys, ", "))
	if d.Case != 0 {
		what += ", on case " + d.Case.String()
	}
	if d.UndoUntil.IsZero() {
		return what + ". Restoring takes the keys that it took."
	}
	return what + ". Until " + d.UndoUntil.UTC().Format("15:04:05 UTC") + " one key undoes it."
}

func class(c model.Class) string { return strings.ReplaceAll(string(c), "_", " ") }

// attempted counts what a law refused somebody who tried to darken, silence or take over a protected account, whatever
// pieces it was tried in: one incident for one person and account, until somebody acknowledges it.
func (w *Watch) attempted(ctx context.Context, f ledger.Facts) error {
	group := model.Command{Kind: f.Kind}.Info().Group
	harms := group == model.GroupDarken || group == model.GroupSilence || group == model.GroupTakeover
	if f.Event != ledger.EventRefused || f.Law == "" || f.Actor == 0 || f.Account == 0 || !harms ||
		f.Class == "" || !f.Class.Protected() || innocent(f) {
		return nil
	}
	name, err := w.name(ctx, f.Actor)
	if err != nil {
		return err
	}
	took, err := w.another(ctx, f, name)
	if err != nil || took {
		return err
	}
	d := model.IncidentDetails{Account: f.Account, Handle: f.Handle, Class: f.Class, Requester: name, People: []model.ID{f.Actor}}
	attempt(&d, f)
	subject := fmt.Sprintf("person %d on account %d from entry %d", f.Actor, f.Account, f.Index)
	_, err = w.openIncident(ctx, model.Incident{Rule: model.IncidentAttempted, Subject: subject, What: attemptWords(d), Details: d, OverAt: w.Now()})
	return err
}

// innocent reports whether a law refused what anybody's key would have met then: a second key of one human, one on a request
// that is void by now, anything while the guard is in doubt or a freeze is on.
func innocent(f ledger.Facts) bool {
	switch f.Law {
	case guard.LawOneHuman, guard.LawSigned, guard.LawFailClosed:
		return true
	}
	return f.Note == guard.WhileFrozen
}

// another counts an attempt in the incident that is open for the person and account, if there is one. Another node may
// have counted it.
func (w *Watch) another(ctx context.Context, f ledger.Facts, name string) (took bool, err error) {
	open, err := w.Store.Incidents(ctx, model.IncidentOpen, 0, maxOpen)
	if err != nil {
		return false, err
	}
	n := slices.IndexFunc(open, func(i model.Incident) bool {
		return i.Rule == model.IncidentAttempted && i.Details.Account == f.Account && slices.Contains(i.Details.People, f.Actor)
	})
	if n < 0 {
		return false, nil
	}
	err = w.Store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Incident(ctx, open[n].ID)
		if took = err == nil && i.State() == model.IncidentOpen; !took {
			return err
		}
		if last := i.Details.Entries; len(last) > 0 && last[len(last)-1] >= f.Index {
			return nil
		}
		attempt(&i.Details, f)
		i.What = attemptWords(i.Details)
		return tx.SetIncident(ctx, i)
	})
	return took, err
}

func attempt(d *model.IncidentDetails, f ledger.Facts) {
	d.Attempts++
	d.Command, d.Law, d.Post, d.Case, d.Request = f.Kind, f.Law, f.Post, f.Case, f.Request
	if d.Entries = append(d.Entries, f.Index); len(d.Entries) > model.MaxIncidentRows {
		d.Entries = d.Entries[len(d.Entries)-model.MaxIncidentRows:]
	}
}

func attemptWords(d model.IncidentDetails) string {
	times := "once"
	if d.Attempts > 1 {
		times = fmt.Sprintf("%d times", d.Attempts)
	}
	return fmt.Sprintf("%s tried to harm @%s (%s) and was refused %s, last %s by the law %s", d.Requester, d.Handle, class(d.Class), times,
		strings.ReplaceAll(string(d.Command), "_", " "), strings.ReplaceAll(d.Law, "_", " "))
}

// name is what a person is called; the rows may be what is in question.
func (w *Watch) name(ctx context.Context, person model.ID) (string, error) {
	p, err := w.Store.Person(ctx, person)
	if model.KindOf(err) == model.KindNotFound {
		return "person " + person.String(), nil
	}
	return p.Name, err
}

// Acknowledge notes that a person has seen an incident, and what they say of it. Whoever it is about cannot, nor who is
// leaving.
func (w *Watch) Acknowledge(ctx context.Context, p model.Person, id model.ID, note string) (i model.Incident, err error) {
	now := w.Now()
	if err := checkNote(note); err != nil {
		return i, err
	}
	if p.Employment.Leaver(now) {
		return i, model.Errorf(model.KindForbidden, "a person who is leaving acknowledges no incident")
	}
	err = w.Store.Write(ctx, func(tx *store.Tx) error {
		if i, err = tx.Incident(ctx, id); err != nil {
			return err
		}
		switch {
		case i.State() != model.IncidentOpen:
			return model.Errorf(model.KindConflict, "the incident is %s already", i.State())
		case slices.Contains(i.Details.People, p.ID):
			return model.Errorf(model.KindForbidden, "this is about what you did: somebody else has to acknowledge it")
		}
		i.AcknowledgedBy, i.AcknowledgedAt, i.Note = p.ID, now.UTC().Truncate(time.Millisecond), note
		if !i.OverAt.IsZero() {
			i.ClosedAt = i.AcknowledgedAt
		}
		return tx.SetIncident(ctx, i)
	})
	if err == nil {
		w.unacknowledged.Add(-1) // until the next look counts
		w.Log.Warn("incident acknowledged", "id", id.String(), "by", p.Name)
	}
	return i, err
}

func checkNote(note string) error {
	switch {
	case len(note) > model.MaxIncidentNote:
		return model.Invalid("note", "may have at most %d bytes", model.MaxIncidentNote)
	case strings.ContainsRune(note, 0):
		return model.Invalid("note", "must be text without NUL")
	}
	return model.CheckShown("note", note)
}
