package desk

import (
	"context"
	"net/http"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/web"
)

// piece reads a page of what belongs to a case.
func piece[T, E any](d *desk, w http.ResponseWriter, r *http.Request,
	read func(context.Context, model.ID, store.Range) ([]T, error), entity func(T) E) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	page, err := readRange(r)
	if err != nil {
		return err
	}
	if _, err := d.Store.Case(r.Context(), id); err != nil {
		return err
	}
	items, err := read(r.Context(), id, page)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, eachOf(items, entity))
}

func (d *desk) caseReports(w http.ResponseWriter, r *http.Request, _ caller) error {
	return piece(d, w, r, d.Moderation.Reports, reportOf)
}

func (d *desk) caseEvidence(w http.ResponseWriter, r *http.Request, _ caller) error {
	return piece(d, w, r, d.Moderation.Evidence, exhibitOf)
}

func (d *desk) caseNotes(w http.ResponseWriter, r *http.Request, _ caller) error {
	people, err := d.roster(r.Context())
	if err != nil {
		return err
	}
	return piece(d, w, r, d.Moderation.Notes, people.noteOf)
}

// onCase does something on the case in the path, and answers with the case as it is then.
func (d *desk) onCase(w http.ResponseWriter, r *http.Request, do func(ctx context.Context, id model.ID) error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := do(r.Context(), id); err != nil {
		return err
	}
	return d.writeCase(w, r, id)
}

func (d *desk) claimCase(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := readNothing(w, r); err != nil {
		return err
	}
	return d.onCase(w, r, func(ctx context.Context, id model.ID) error { return d.Moderation.Claim(ctx, who.Person, id) })
}

func (d *desk) releaseCase(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := readNothing(w, r); err != nil {
		return err
	}
	return d.onCase(w, r, func(ctx context.Context, id model.ID) error { return d.Moderation.Release(ctx, who.Person, id) })
}

func (d *desk) assignCase(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		Login string `json:"login"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	if in.Login == "" {
		return model.Invalid("login", "is needed: to whom")
	}
	to, err := d.personCalled(r.Context(), "login", in.Login)
	if err != nil {
		return err
	}
	return d.onCase(w, r, func(ctx context.Context, id model.ID) error { return d.Moderation.Assign(ctx, who.Person, id, to) })
}

func (d *desk) noteCase(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		Text string `json:"text"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	return d.onCase(w, r, func(ctx context.Context, id model.ID) error { return d.Moderation.Note(ctx, who.Person, id, in.Text) })
}

func (d *desk) resolveCase(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		Outcome string `json:"outcome"`
		Note    string `json:"note"`
	}
	if err := readOptional(w, r, &in); err != nil {
		return err
	}
	outcome := model.OutcomeNone
	if in.Outcome != "" {
		var err error
		if outcome, err = model.ParseCaseOutcome("outcome", in.Outcome); err != nil {
			return err
		}
	}
	return d.onCase(w, r, func(ctx context.Context, id model.ID) error {
		return d.Moderation.Resolve(ctx, who.Person, id, outcome, in.Note)
	})
}

func (d *desk) reopenCase(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		Note string `json:"note"`
	}
	if err := readOptional(w, r, &in); err != nil {
		return err
	}
	return d.onCase(w, r, func(ctx context.Context, id model.ID) error {
		return d.Moderation.Reopen(ctx, who.Person, id, in.Note)
	})
}
