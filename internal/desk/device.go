package desk

import (
	"encoding/json"
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/staff"
	"keyturn/internal/web"
)

// How often one person may type a code of a program that wants to sign in: guessing one takes longer than it lives.
const codeBurst, codeEvery = 10, 30 * time.Second

// beginDevice hands out the codes with which a program without a passkey signs in (RFC 8628).
func (d *desk) beginDevice(w http.ResponseWriter, r *http.Request) error {
	codes, err := d.Staff.BeginDevice(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, map[string]any{"device_code": codes.Device, "user_code": codes.User,
		"verification_uri": d.settings.DeskURL + "/device", "expires_at": codes.ExpiresAt, "interval": int(staff.DeviceEvery.Seconds())})
}

// deviceSession is where the program asks whether somebody has allowed it. No cookie is set: programs have none.
func (d *desk) deviceSession(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		DeviceCode string `json:"device_code"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	session, waits, err := d.Staff.DeviceSession(r.Context(), in.DeviceCode)
	if err != nil {
		return err
	}
	if waits {
		return web.WriteJSON(w, http.StatusAccepted, map[string]string{"state": "waiting"})
	}
	p, err := d.personOf(r.Context(), session.Person)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, map[string]any{"token": session.Token, "expires_at": session.ExpiresAt,
		"login": session.Login, "person": p})
}

// deviceCode is what a person types at the desk, with what their passkey signed for it.
type deviceCode struct {
	Code       string          `json:"code"`
	Credential json.RawMessage `json:"credential"`
}

// withCode bounds how often one person tries codes.
func (d *desk) withCode(h func(w http.ResponseWriter, r *http.Request, who caller, in deviceCode) error) memberFunc {
	return func(w http.ResponseWriter, r *http.Request, who caller) error {
		var in deviceCode
		if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
			return err
		}
		if err := d.codes.Take(who.Person.String()); err != nil {
			return err
		}
		return h(w, r, who, in)
	}
}

func (d *desk) deviceOptions(w http.ResponseWriter, r *http.Request, who caller, in deviceCode) error {
	options, err := d.Staff.DeviceOptions(r.Context(), who.Actor, in.Code)
	if err != nil {
		return err
	}
	return writeOptions(w, options)
}

func (d *desk) allowDevice(w http.ResponseWriter, r *http.Request, who caller, in deviceCode) error {
	if len(in.Credential) == 0 {
		return model.Invalid("credential", "is needed")
	}
	if err := d.Staff.AllowDevice(r.Context(), d.Sources.Of(r), who.Actor, in.Code, in.Credential); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (d *desk) refuseDevice(w http.ResponseWriter, r *http.Request, _ caller, in deviceCode) error {
	if err := d.Staff.RefuseDevice(r.Context(), in.Code); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// devicePage is where a code is typed. It takes none from its address: a link that somebody sends fills nothing in.
func (d *desk) devicePage(w http.ResponseWriter, r *http.Request, who caller) error {
	login, err := d.Store.Login(r.Context(), who.Login)
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, "device", view{Title: "Sign a program in", Path: "/device", Person: who.person.Name,
		Data: map[string]any{"Login": login.Name, "Hours": int(staff.SessionLife.Hours())}})
}
