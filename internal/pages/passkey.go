package pages

import (
	"context"
	"encoding/json"
	"net/http"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

// maxCall is the largest body of such a call, in bytes.
const maxCall = 128 << 10

// passkeyRoutes are the calls that the pages' script makes for an owner's passkey. They take JSON and answer with JSON;
// their options are what a browser gives to navigator.credentials.
func (s *site) passkeyRoutes(mux *http.ServeMux) {
	stranger := func(h web.HandlerFunc) http.Handler {
		return web.SameOrigin(s.cfg.Log, web.DeskStyle, web.Handler(s.cfg.Log, web.DeskStyle, s.stranger(h)))
	}
	mux.Handle("POST /auth/passkey/options", stranger(s.passkeySignInOptions))
	mux.Handle("POST /auth/passkey", stranger(s.passkeySignIn))
	mux.Handle("POST /settings/passkeys/options", s.ownerCall(s.passkeyOptions))
	mux.Handle("POST /settings/passkeys", s.ownerCall(s.addPasskey))
	mux.Handle("POST /settings/passkeys/{id}/remove", s.owner(s.removePasskey))
	mux.Handle("POST /settings/sanctions/{id}/lift/options", s.ownerCall(toSign("sanction", s.cfg.Owner.LiftOptions)))
	mux.Handle("POST /settings/sanctions/{id}/lift", s.ownerCall(s.lift))
	mux.Handle("POST /settings/requests/{id}/key/options", s.ownerCall(toSign("request", s.cfg.Owner.KeyOptions)))
	mux.Handle("POST /settings/requests/{id}/key", s.ownerCall(s.turnKey))
}

// stranger bounds how often one address calls what takes no session.
func (s *site) stranger(h web.HandlerFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := s.strangers.Take(s.cfg.Sources.Of(r)); err != nil {
			return err
		}
		return h(w, r)
	}
}

func writeOptions(w http.ResponseWriter, options json.RawMessage) error {
	return web.WriteJSON(w, http.StatusOK, map[string]json.RawMessage{"publicKey": options})
}

// readCredential reads what a passkey answered, with what else the call takes.
func readCredential(w http.ResponseWriter, r *http.Request, in any, credential *json.RawMessage) error {
	if err := web.DecodeJSON(w, r, maxCall, in); err != nil {
		return err
	}
	if len(*credential) == 0 {
		return model.Invalid("credential", "is needed")
	}
	return nil
}

func (s *site) passkeySignInOptions(w http.ResponseWriter, r *http.Request) error {
	options, err := s.cfg.Owner.SignInOptions(r.Context())
	if err != nil {
		return err
	}
	return writeOptions(w, options)
}

// passkeySignIn signs an owner in by what their passkey signed, and says where to go on.
func (s *site) passkeySignIn(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Next       string          `json:"next"`
		Credential json.RawMessage `json:"credential"`
	}
	if err := readCredential(w, r, &in, &in.Credential); err != nil {
		return err
	}
	var by social.Proof
	err := s.cfg.SignIns.Guess(s.cfg.Sources.Of(r), func() (err error) {
		by, err = s.cfg.Owner.SignIn(r.Context(), in.Credential)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.begin(w, r, by); err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, map[string]string{"next": nextOf(in.Next)})
}

// confirm checks the password that an owner who is signed in gives again.
func (s *site) confirm(r *http.Request, me social.Session, password string) (by social.Proof, err error) {
	err = s.cfg.SignIns.Guess(s.cfg.Sources.Of(r), func() (err error) {
		by, err = s.net.Confirm(r.Context(), me.Account, password)
		return err
	})
	if model.KindOf(err) == model.KindUnauthenticated {
		err = model.Invalid("password", "is not yours")
	}
	return by, err
}

// passkeyOptions begins a new passkey, once the password was given again.
func (s *site) passkeyOptions(w http.ResponseWriter, r *http.Request, me social.Session) error {
	var in struct {
		Password string `json:"password"`
	}
	if err := web.DecodeJSON(w, r, maxCall, &in); err != nil {
		return err
	}
	by, err := s.confirm(r, me, in.Password)
	if err != nil {
		return err
	}
	options, err := s.cfg.Owner.PasskeyOptions(r.Context(), by)
	if err != nil {
		return err
	}
	return writeOptions(w, options)
}

func (s *site) addPasskey(w http.ResponseWriter, r *http.Request, me social.Session) error {
	var in struct {
		Name       string          `json:"name"`
		Credential json.RawMessage `json:"credential"`
	}
	if err := readCredential(w, r, &in, &in.Credential); err != nil {
		return err
	}
	if err := s.cfg.Owner.AddPasskey(r.Context(), me.Account, in.Name, in.Credential); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// removePasskey is what a passkey's form sends, with the password given again: whoever has only stolen a sign-in can
// remove none.
func (s *site) removePasskey(w http.ResponseWriter, r *http.Request, me social.Session) error {
	id, err := pathID(r, "passkey")
	if err != nil {
		return err
	}
	p, err := web.ReadParams(w, r)
	if err != nil {
		return err
	}
	password := p.Text("password")
	if err := p.Err(); err != nil {
		return err
	}
	by, err := s.confirm(r, me, password)
	if model.KindOf(err) == model.KindInvalid {
		return s.securityProblem(w, r, me, "That is not your password.")
	}
	if err == nil {
		err = s.cfg.Owner.RemovePasskey(r.Context(), by, id)
	}
	if err != nil {
		return err
	}
	seeOther(w, r, securityPath+"?done=passkey")
	return nil
}

// toSign hands out what an owner's passkey has to sign about the sanction or request that the path names.
func toSign(name string, options func(ctx context.Context, account, id model.ID) (json.RawMessage, error)) func(http.ResponseWriter, *http.Request, social.Session) error {
	return func(w http.ResponseWriter, r *http.Request, me social.Session) error {
		id, err := pathID(r, name)
		if err != nil {
			return err
		}
		signing, err := options(r.Context(), me.Account, id)
		if err != nil {
			return err
		}
		return writeOptions(w, signing)
	}
}

// signed reads what an owner's passkey has signed, and about which sanction or request.
func signed(w http.ResponseWriter, r *http.Request, name string) (id model.ID, credential json.RawMessage, err error) {
	if id, err = pathID(r, name); err != nil {
		return 0, nil, err
	}
	var in struct {
		Credential json.RawMessage `json:"credential"`
	}
	err = readCredential(w, r, &in, &in.Credential)
	return id, in.Credential, err
}

func (s *site) lift(w http.ResponseWriter, r *http.Request, me social.Session) error {
	id, credential, err := signed(w, r, "sanction")
	if err != nil {
		return err
	}
	if err := s.cfg.Owner.Lift(r.Context(), me.Account, id, credential); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// turnKey turns the owner's key on a request of the staff's.
func (s *site) turnKey(w http.ResponseWriter, r *http.Request, me social.Session) error {
	id, credential, err := signed(w, r, "request")
	if err != nil {
		return err
	}
	state, err := s.cfg.Owner.Turn(r.Context(), me.Account, id, credential)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, map[string]model.RequestState{"state": state})
}
