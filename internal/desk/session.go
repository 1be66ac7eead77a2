package desk

import (
	"encoding/json"
	"net/http"
	"strings"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/staff"
	"keyturn/internal/web"
)

// caller is who is signed in.
type caller struct {
	guard.Actor
	person model.Person
	token  string
}

// memberFunc is a handler for somebody who is signed in.
type memberFunc func(w http.ResponseWriter, r *http.Request, who caller) error

// stranger bounds how often one address calls what takes no session.
func (d *desk) stranger(h web.HandlerFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := d.strangers.Take(d.Sources.Of(r)); err != nil {
			return err
		}
		return h(w, r)
	}
}

// signedIn asks for a session, and bounds how often one person writes.
func (d *desk) signedIn(h memberFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		who, err := d.caller(r)
		if err != nil {
			return err
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			if err := d.writes.Take(who.Person.String()); err != nil {
				return err
			}
		}
		return h(w, r, who)
	}
}

// staff is signedIn for what only those may see who may see anything of the desk.
func (d *desk) staff(h memberFunc) web.HandlerFunc {
	return d.signedIn(func(w http.ResponseWriter, r *http.Request, who caller) error {
		if err := d.Guard.See(r.Context(), who.person); err != nil {
			return err
		}
		return h(w, r, who)
	})
}

// caller finds the session of a call: by its token (RFC 6750 section 2.1) or by its cookie.
func (d *desk) caller(r *http.Request) (caller, error) {
	token := ""
	if scheme, rest, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	} else if c, err := r.Cookie(d.cookie); err == nil {
		token = c.Value
	}
	actor, person, err := d.Staff.Session(r.Context(), token)
	return caller{Actor: actor, person: person, token: token}, err
}

func (d *desk) signInOptions(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Login string `json:"login"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	options, err := d.Staff.SignInOptions(r.Context(), in.Login)
	if err != nil {
		return err
	}
	return writeOptions(w, options)
}

// writeOptions answers with what a browser gives to navigator.credentials.
func writeOptions(w http.ResponseWriter, options json.RawMessage) error {
	return web.WriteJSON(w, http.StatusOK, map[string]json.RawMessage{"publicKey": options})
}

func (d *desk) signIn(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Login      string          `json:"login"`
		Credential json.RawMessage `json:"credential"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	if len(in.Credential) == 0 {
		return model.Invalid("credential", "is needed")
	}
	session, err := d.Staff.SignIn(r.Context(), d.Sources.Of(r), in.Login, in.Credential)
	if err != nil {
		return err
	}
	p, err := d.personOf(r.Context(), session.Person)
	if err != nil {
		return err
	}
	d.setCookie(w, session.Token, int(staff.SessionLife.Seconds()))
	return web.WriteJSON(w, http.StatusCreated, map[string]any{"token": session.Token, "expires_at": session.ExpiresAt, "person": p})
}

// setCookie keeps a session's token in the browser, out of reach of scripts and of other sites; a negative age forgets it.
func (d *desk) setCookie(w http.ResponseWriter, token string, age int) {
	http.SetCookie(w, &http.Cookie{Name: d.cookie, Value: token, Path: "/", MaxAge: age, Secure: d.secure,
		HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

func (d *desk) signOut(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := d.Staff.SignOut(r.Context(), who.token); err != nil {
		return err
	}
	d.setCookie(w, "", -1)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func noSuchPath(http.ResponseWriter, *http.Request) error { return model.NotFound("path") }
