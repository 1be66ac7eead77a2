package desk

import (
	"net/http"
	"time"

	"keyturn/internal/web"
)

// resetLink hands the link of an executed reset_credentials to whoever requested it, once.
func (d *desk) resetLink(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := readNothing(w, r); err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	link, err := d.Guard.HandOut(r.Context(), who.Actor, id)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, struct {
		URL       string    `json:"url"`
		ExpiresAt time.Time `json:"expires_at"`
	}{d.settings.URL + "/auth/reset/" + link.Token, link.ExpiresAt})
}
