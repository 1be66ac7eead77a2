package desk

import (
	"encoding/json"
	"net/http"
	"time"

	"keyturn/internal/web"
)

// policyEntity is the bundle in force.
type policyEntity struct {
	Hash        string          `json:"hash"`
	Document    json.RawMessage `json:"document"`
	PublishedAt time.Time       `json:"published_at"`
	Leaf        int64           `json:"leaf"`
}

func (d *desk) policy(w http.ResponseWriter, r *http.Request, _ caller) error {
	p, err := d.Store.PolicyInForce(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, policyEntity{Hash: p.Hash, Document: p.Document, PublishedAt: p.PublishedAt, Leaf: p.Leaf})
}
