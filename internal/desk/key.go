package desk

import (
	"context"
	"encoding/json"
	"net/http"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/web"
)

// keyOptions hands out what the caller has to sign to turn their key on a request.
func (d *desk) keyOptions(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := readNothing(w, r); err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	options, err := d.Guard.Challenge(r.Context(), who.Actor, id)
	if err != nil {
		return err
	}
	return writeOptions(w, options)
}

// turn turns the caller's key on a request.
func (d *desk) turn(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		Credential json.RawMessage `json:"credential"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	if len(in.Credential) == 0 {
		return model.Invalid("credential", "is needed")
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	out, err := d.Guard.Turn(r.Context(), who.Actor, id, in.Credential)
	if err != nil {
		return err
	}
	return d.writeRequest(w, r, out.Request.ID, done)
}

// stop ends a request that is open by one of the guard's ways to do so.
func (d *desk) stop(how func(context.Context, guard.Actor, model.ID, string) (guard.Outcome, error)) memberFunc {
	return func(w http.ResponseWriter, r *http.Request, who caller) error {
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
		if _, err := how(r.Context(), who.Actor, id, in.Reason); err != nil {
			return err
		}
		return d.writeRequest(w, r, id, func(model.RequestState) int { return http.StatusOK })
	}
}
