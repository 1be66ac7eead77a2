package desk

import (
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/web"
)

// freezeEntity is a freeze that is on. Without StartedBy the breaker began it, without EndsAt it was confirmed.
type freezeEntity struct {
	ID          model.ID          `json:"id"`
	Scope       store.FreezeScope `json:"scope"`
	StartedBy   *personRef        `json:"started_by,omitempty"`
	StartedAt   time.Time         `json:"started_at"`
	ConfirmedBy *personRef        `json:"confirmed_by,omitempty"`
	EndsAt      time.Time         `json:"ends_at,omitzero"`
	Leaf        int64             `json:"leaf"`
}

func (d *desk) freezes(w http.ResponseWriter, r *http.Request, _ caller) error {
	open, err := d.Store.OpenFreezes(r.Context())
	if err != nil {
		return err
	}
	people, err := d.roster(r.Context())
	if err != nil {
		return err
	}
	all := []freezeEntity{}
	for _, f := range open {
		if !f.Active(d.Now()) {
			continue
		}
		e := freezeEntity{ID: f.ID, Scope: f.Scope, StartedAt: f.StartedAt, EndsAt: f.EndsAt, Leaf: f.Leaf}
		if f.StartedBy != 0 {
			e.StartedBy = new(people.ref(f.StartedBy))
		}
		if f.ConfirmedBy != 0 {
			e.ConfirmedBy = new(people.ref(f.ConfirmedBy))
		}
		all = append(all, e)
	}
	return web.WriteJSON(w, http.StatusOK, all)
}
