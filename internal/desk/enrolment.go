package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/web"
)

// enrolmentEntity is an invitation, with the passkey that was made for it.
type enrolmentEntity struct {
	ID          model.ID  `json:"id"`
	Login       string    `json:"login"`
	Person      personRef `json:"person"`
	InvitedBy   personRef `json:"invited_by"`
	Name        string    `json:"name,omitempty"`        // of the passkey; empty until it was made
	Fingerprint string    `json:"fingerprint,omitempty"` // of the passkey
	CreatedAt   time.Time `json:"created_at"`
	ExpiresAt   time.Time `json:"expires_at"`
}

func (d *desk) enrolments(w http.ResponseWriter, r *http.Request, _ caller) error {
	all, err := d.openEnrolments(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

// openEnrolments are the invitations whose passkey is not enrolled yet.
func (d *desk) openEnrolments(ctx context.Context) ([]enrolmentEntity, error) {
	open, err := d.Staff.OpenEnrolments(ctx)
	if err != nil {
		return nil, err
	}
	people, err := d.roster(ctx)
	if err != nil {
		return nil, err
	}
	all := []enrolmentEntity{}
	for _, e := range open {
		one := enrolmentEntity{ID: e.ID, Login: e.Login, Person: people.ref(e.Person), InvitedBy: people.ref(e.InvitedBy),
			Name: e.Name, CreatedAt: e.CreatedAt, ExpiresAt: e.ExpiresAt}
		if len(e.PublicKey) > 0 {
			one.Fingerprint = passkey.Fingerprint(e.PublicKey)
		}
		all = append(all, one)
	}
	return all, nil
}

// invite makes an invitation; its address is told once.
func (d *desk) invite(w http.ResponseWriter, r *http.Request, who caller) error {
	var in struct {
		Login string `json:"login"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	if in.Login == "" {
		return model.Invalid("login", "is needed")
	}
	inv, err := d.Staff.Invite(r.Context(), who.Person, in.Login)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, map[string]any{"id": inv.ID,
		"url": d.Guard.RelyingParty().Origin + "/enrol/" + inv.Token, "expires_at": inv.ExpiresAt})
}

func (d *desk) enrolOptions(w http.ResponseWriter, r *http.Request) error {
	if err := readNothing(w, r); err != nil {
		return err
	}
	options, err := d.Staff.EnrolmentOptions(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return writeOptions(w, options)
}

func (d *desk) enrol(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Name       string          `json:"name"`
		Credential json.RawMessage `json:"credential"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	if len(in.Credential) == 0 {
		return model.Invalid("credential", "is needed")
	}
	made, err := d.Staff.Enrol(r.Context(), r.PathValue("token"), in.Name, in.Credential)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, map[string]any{"id": made.ID, "login": made.Login, "fingerprint": made.Fingerprint})
}
