package pages

import (
	"net/http"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

const (
	signInPath   = "/auth/sign_in"
	settingsPath = "/settings"
)

// signInPage asks who is there.
type signInPage struct {
	frame
	Next    string // where to go on
	Name    string // what was typed before
	Problem string
}

func (s *site) authRoutes(mux *http.ServeMux) {
	form := func(h web.HandlerFunc) http.Handler {
		return web.SameOrigin(s.cfg.Log, s.problem, web.Handler(s.cfg.Log, s.problem, h))
	}
	mux.Handle("GET /auth/sign_in", form(s.askSignIn))
	mux.Handle("POST /auth/sign_in", form(s.signIn))
	mux.Handle("POST /auth/sign_out", s.owner(s.signOut))
}

// askSignIn shows the sign-in page; who is signed in already goes on.
func (s *site) askSignIn(w http.ResponseWriter, r *http.Request) error {
	next := nextOf(r.URL.Query().Get("next"))
	switch _, err := s.session(r); model.KindOf(err) {
	case model.KindUnauthenticated:
		return s.showSignIn(w, http.StatusOK, signInPage{Next: next})
	default:
		if err == nil {
			seeOther(w, r, next)
		}
		return err
	}
}

func (s *site) showSignIn(w http.ResponseWriter, status int, page signInPage) error {
	page.frame = s.frame("Sign in", "")
	w.Header().Set("Cache-Control", "no-store")
	return write(w, shown{status: status, template: "sign_in.html", data: page})
}

// signIn is what the sign-in page's form sends: the same check of the same password as for an app. The owner of a dark
// account gets in: to see what is on it, and to take what is theirs along.
func (s *site) signIn(w http.ResponseWriter, r *http.Request) error {
	p, err := web.ReadParams(w, r)
	if err != nil {
		return err
	}
	name, password, next := p.Text("username"), p.Text("password"), nextOf(p.Text("next"))
	if err := p.Err(); err != nil {
		return err
	}
	var by social.Proof
	err = s.cfg.SignIns.Guess(s.cfg.Sources.Of(r), func() (err error) {
		by, err = s.net.SignIn(r.Context(), name, password)
		return err
	})
	if model.KindOf(err) == model.KindUnauthenticated {
		return s.showSignIn(w, http.StatusUnprocessableEntity, signInPage{Next: next, Name: name,
			Problem: "That did not work: this name does not go with this password."})
	}
	if err != nil {
		return err
	}
	if err := s.begin(w, r, by); err != nil {
		return err
	}
	seeOther(w, r, next)
	return nil
}

// begin signs somebody in who has proved who they are.
func (s *site) begin(w http.ResponseWriter, r *http.Request, by social.Proof) error {
	token, _, err := s.net.StartSession(r.Context(), by, r.UserAgent())
	if err == nil {
		s.setCookie(w, token, int(social.SessionLife.Seconds()))
	}
	return err
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request, me social.Session) error {
	if err := s.net.EndSession(r.Context(), me.Account, me.ID); err != nil {
		return err
	}
	s.setCookie(w, "", -1)
	seeOther(w, r, "/")
	return nil
}

// nextOf is where a sign-in may lead: to the owner's own pages and nowhere else.
func nextOf(path string) string {
	if path != settingsPath && !strings.HasPrefix(path, settingsPath+"/") || strings.ContainsAny(path, "\\\r\n\x00") {
		return settingsPath
	}
	return path
}
