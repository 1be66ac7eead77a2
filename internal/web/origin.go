package web

import (
	"log/slog"
	"net/http"

	"keyturn/internal/model"
)

// SameOrigin refuses requests that another site's page makes a browser send (CSRF), as net/http's
// CrossOriginProtection tells them: for everything that a cookie or an address signs in.
func SameOrigin(log *slog.Logger, style Style, h http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	return Handler(log, style, func(w http.ResponseWriter, r *http.Request) error {
		if err := guard.Check(r); err != nil {
			return &model.Error{Kind: model.KindForbidden, Message: "this came from another site's page", Err: err}
		}
		h.ServeHTTP(w, r)
		return nil
	})
}
