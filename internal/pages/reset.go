package pages

import (
	"net/http"

	"keyturn/internal/model"
	"keyturn/internal/web"
)

// resetPage asks for a new password.
type resetPage struct {
	frame
	Handle  string
	Problem string
}

func (s *site) resetRoutes(mux *http.ServeMux) {
	form := func(h web.HandlerFunc) http.Handler {
		return web.SameOrigin(s.cfg.Log, s.problem, web.Handler(s.cfg.Log, s.problem, s.stranger(h)))
	}
	mux.Handle("GET /auth/reset/{token}", form(s.askReset))
	mux.Handle("POST /auth/reset/{token}", form(s.reset))
}

// askReset shows the page that a link from the staff leads to.
func (s *site) askReset(w http.ResponseWriter, r *http.Request) error {
	return s.showReset(w, r, http.StatusOK, "")
}

func (s *site) showReset(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	a, err := s.cfg.Owner.ResetFor(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer") // the address is a secret
	return write(w, shown{status: status, template: "reset.html", data: resetPage{s.frame("A new password", ""), a.Handle, problem}})
}

// reset is what that page's form sends.
func (s *site) reset(w http.ResponseWriter, r *http.Request) error {
	p, err := web.ReadParams(w, r)
	if err != nil {
		return err
	}
	next, again := p.Text("new_password"), p.Text("new_password_again")
	if err := p.Err(); err != nil {
		return err
	}
	if next != again {
		return s.showReset(w, r, http.StatusUnprocessableEntity, "The two new passwords differ.")
	}
	err = s.cfg.Owner.Reset(r.Context(), r.PathValue("token"), next)
	if e, ok := err.(*model.Error); ok && e.Kind == model.KindInvalid {
		return s.showReset(w, r, http.StatusUnprocessableEntity, "The new password "+e.Message+".")
	}
	if err != nil {
		return err
	}
	seeOther(w, r, signInPath)
	return nil
}
