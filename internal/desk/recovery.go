package desk

import (
	"context"
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
	"keyturn/internal/web"
)

// recoveryEntity is a passkey that the recovery keys have asked for.
type recoveryEntity struct {
	ID          model.ID            `json:"id"`
	Person      personRef           `json:"person"`
	Fingerprint string              `json:"fingerprint"`
	Statement   string              `json:"statement"` // as it was signed
	State       store.RecoveryState `json:"state"`
	StartedAt   time.Time           `json:"started_at"`
	EffectAt    time.Time           `json:"effect_at"`
	ClosedAt    time.Time           `json:"closed_at,omitzero"`
	StoppedBy   *personRef          `json:"stopped_by,omitempty"`
	Leaf        int64               `json:"leaf"`
}

func (d *desk) recoveryOf(ctx context.Context, r store.Recovery, people roster) (recoveryEntity, error) {
	e := recoveryEntity{ID: r.ID, Person: people.ref(r.Person), Fingerprint: passkey.Fingerprint(r.PublicKey), Statement: r.Statement,
		State: r.State, StartedAt: r.StartedAt, EffectAt: r.EffectAt, ClosedAt: r.ClosedAt, Leaf: r.Leaf}
	if r.StoppedBy != 0 {
		e.StoppedBy = new(people.ref(r.StoppedBy))
	}
	login, err := d.Store.Login(ctx, r.Login)
	e.Person.Login = login.Name
	return e, err
}

// beginRecovery lets somebody who has lost their passkeys make one, for the holders of the recovery keys to sign for.
func (d *desk) beginRecovery(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Login string `json:"login"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	inv, err := d.Staff.BeginRecovery(r.Context(), in.Login)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, map[string]any{"token": inv.Token,
		"url": d.Guard.RelyingParty().Origin + "/recover/" + inv.Token, "expires_at": inv.ExpiresAt})
}

func (d *desk) recoveryStatement(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Staff.Statement(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, map[string]string{"statement": s.Text()})
}

// recover takes a signed statement in, from whoever brings it: the signatures are what counts.
func (d *desk) recover(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Statement string `json:"statement"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	begun, err := d.Guard.Recover(r.Context(), in.Statement)
	if err != nil {
		return err
	}
	// A stranger is told nothing of the people at the desk.
	return web.WriteJSON(w, http.StatusCreated, map[string]any{"id": begun.ID, "state": begun.State, "effect_at": begun.EffectAt})
}

func (d *desk) recoveries(w http.ResponseWriter, r *http.Request, _ caller) error {
	l, err := readList(r)
	if err != nil {
		return err
	}
	if l.state != "" {
		return model.Invalid("state", "is not known here")
	}
	all, err := d.listRecoveries(r.Context(), store.Range{Before: l.before, Limit: l.limit})
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

func (d *desk) listRecoveries(ctx context.Context, rg store.Range) ([]recoveryEntity, error) {
	list, err := d.Store.Recoveries(ctx, rg)
	if err != nil {
		return nil, err
	}
	people, err := d.roster(ctx)
	if err != nil {
		return nil, err
	}
	all := []recoveryEntity{}
	for _, r := range list {
		e, err := d.recoveryOf(ctx, r, people)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func (d *desk) stopRecovery(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		Reason string `json:"reason"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	stopped, err := d.Guard.StopRecovery(r.Context(), who.Actor, id, in.Reason)
	if err != nil {
		return err
	}
	people, err := d.roster(r.Context())
	if err != nil {
		return err
	}
	e, err := d.recoveryOf(r.Context(), stopped, people)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, e)
}

// recoverPage is where somebody begins who has lost their passkeys.
func (d *desk) recoverPage(w http.ResponseWriter, r *http.Request) error {
	if err := d.strangers.Take(d.Sources.Of(r)); err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, "recover", view{Title: "Lost passkeys"})
}

// recoveryPage is where they make the new passkey, and then hand in what was signed for it.
func (d *desk) recoveryPage(w http.ResponseWriter, r *http.Request) error {
	if err := d.strangers.Take(d.Sources.Of(r)); err != nil {
		return err
	}
	token := r.PathValue("token")
	data := map[string]any{"Token": token}
	s, err := d.Staff.Statement(r.Context(), token)
	switch {
	case model.KindOf(err) == model.KindNotFound:
		e, err := d.Staff.Invited(r.Context(), token)
		if err != nil {
			return err
		}
		data["Login"], data["ExpiresAt"] = e.Login, e.ExpiresAt
	case err != nil:
		return err
	default:
		data["Login"], data["ExpiresAt"], data["Statement"] = s.Login, s.Until, s.Text()
	}
	return d.show(w, r, http.StatusOK, "recovery", view{Title: "A new passkey", Data: data})
}
