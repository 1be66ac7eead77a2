package desk

import (
	"net/http"

	"keyturn/internal/audit"
	"keyturn/internal/web"
)

// who answers who did what to an account, from the ledger, with the time that it took.
func (d *desk) who(w http.ResponseWriter, r *http.Request, _ caller) error {
	start := d.Now()
	story, err := audit.Who(r.Context(), d.Store, r.PathValue("handle"), start)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, struct {
		audit.Story
		TookMS float64 `json:"took_ms"`
	}{story, float64(d.Now().Sub(start).Microseconds()) / 1000})
}
