package pages

import (
	"net/http"
	"net/url"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

// ownerFunc is a handler for the owner of an account who is signed in on the web: me.Account is theirs, whether it is
// dark or not. What it shows of their own comes from social.OwnView; of others there is what that view shows. It is
// wrapped by owner, which has looked at the session, and mounted below /settings or /auth.
type ownerFunc func(w http.ResponseWriter, r *http.Request, me social.Session) error

// owner serves h to somebody who is signed in; whoever is not is sent to sign in and comes back. What changes something
// must come from this site's own pages, and not too often. Errors are told on a page.
func (s *site) owner(h ownerFunc) http.Handler {
	return web.SameOrigin(s.cfg.Log, s.problem, web.Handler(s.cfg.Log, s.problem, func(w http.ResponseWriter, r *http.Request) error {
		err := s.signedIn(h)(w, r)
		if model.KindOf(err) == model.KindUnauthenticated {
			seeOther(w, r, signInPath+"?next="+url.QueryEscape(r.URL.Path))
			return nil
		}
		return err
	}))
}

// ownerCall is owner for what the pages' script calls: errors are told in JSON, whoever is not signed in too.
func (s *site) ownerCall(h ownerFunc) http.Handler {
	return web.SameOrigin(s.cfg.Log, web.DeskStyle, web.Handler(s.cfg.Log, web.DeskStyle, s.signedIn(h)))
}

// signedIn asks for a session, and bounds how often one owner writes.
func (s *site) signedIn(h ownerFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		me, err := s.session(r)
		if err != nil {
			return err
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			if err := s.writes.Take(me.Account.String()); err != nil {
				return err
			}
		}
		w.Header().Set("Cache-Control", "no-store")
		return h(w, r, me)
	}
}

// ownerPage serves a page to somebody who is signed in.
func (s *site) ownerPage(h func(r *http.Request, me social.Session) (shown, error)) http.Handler {
	return s.owner(func(w http.ResponseWriter, r *http.Request, me social.Session) error {
		page, err := h(r, me)
		if err != nil {
			return err
		}
		return write(w, page)
	})
}

// session is the sign-in that a request's cookie stands for.
func (s *site) session(r *http.Request) (social.Session, error) {
	token := ""
	if c, err := r.Cookie(s.cookie); err == nil {
		token = c.Value
	}
	return s.net.SessionOf(r.Context(), token)
}

// setCookie keeps a session's token in the browser, out of reach of scripts and of other sites' forms; a negative age
// (seconds) forgets it.
func (s *site) setCookie(w http.ResponseWriter, token string, age int) {
	http.SetCookie(w, &http.Cookie{Name: s.cookie, Value: token, Path: "/", MaxAge: age, Secure: s.secure(),
		HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// secure reports whether the pages are served over https.
func (s *site) secure() bool { return strings.HasPrefix(s.cfg.URL, "https://") }

// cookieName is what the session's cookie is called: over https only this very host can set one of that name.
func (s *site) cookieName() string {
	if s.secure() {
		return "__Host-keyturn"
	}
	return "keyturn"
}

// seeOther leads on after a form was sent.
func seeOther(w http.ResponseWriter, r *http.Request, path string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, path, http.StatusSeeOther)
}
