package desk

import (
	"encoding/json"
	"net/http"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
	"keyturn/internal/web"
)

// policyEntity is a bundle that was published.
type policyEntity struct {
	Hash        string          `json:"hash"`
	Document    json.RawMessage `json:"document"`
	PublishedAt time.Time       `json:"published_at"` // the last time
	Leaf        int64           `json:"leaf"`
	InForce     bool            `json:"in_force"`
}

func policyOf(p store.Policy, inForce string) policyEntity {
	return policyEntity{Hash: p.Hash, Document: p.Document, PublishedAt: p.PublishedAt, Leaf: p.Leaf, InForce: p.Hash == inForce}
}

func (d *desk) policy(w http.ResponseWriter, r *http.Request, _ caller) error {
	p, err := d.Store.PolicyInForce(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, policyOf(p, p.Hash))
}

func (d *desk) policyNamed(w http.ResponseWriter, r *http.Request, _ caller) error {
	p, err := audit.PolicyNamed(r.Context(), d.Store.Reads, r.PathValue("hash"))
	if err != nil {
		return err
	}
	inForce, err := d.Store.PolicyHash(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, policyOf(p, inForce))
}

func (d *desk) policyHistory(w http.ResponseWriter, r *http.Request, _ caller) error {
	l, err := readList(r)
	if err == nil && l.state != "" {
		err = model.Invalid("state", "is not known here")
	}
	if err != nil {
		return err
	}
	all, err := audit.Publications(r.Context(), d.Store.Reads, int64(l.before), l.limit)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

// proposal is a document that somebody thinks of publishing: as JSON, or as the text of it.
type proposal struct {
	Document json.RawMessage `json:"document"`
	Days     *int            `json:"days"` // whatif
}

// readProposal reads the bundle that a call is about.
func readProposal(w http.ResponseWriter, r *http.Request) (p proposal, b *policy.Bundle, err error) {
	if err := web.DecodeJSON(w, r, maxBody, &p); err != nil {
		return p, nil, err
	}
	text := []byte(p.Document)
	if len(text) == 0 {
		return p, nil, model.Invalid("document", "is needed")
	}
	if text[0] == '"' {
		var s string
		if err := json.Unmarshal(text, &s); err != nil {
			return p, nil, model.Invalid("document", "is no text")
		}
		text = []byte(s)
	}
	b, err = policy.Parse(text)
	return p, b, err
}

// policyDiff is a bundle beside the one in force.
type policyDiff struct {
	Hash    string          `json:"hash"`
	Over    string          `json:"over"` // the one in force
	Mark    policy.Mark     `json:"mark"`
	Changes []policy.Change `json:"changes"`
	Need    *need           `json:"need,omitempty"` // to publish it; none when it is in force already
}

// diffPolicy tells what publishing a document would change, and whose keys it would take. It changes nothing.
func (d *desk) diffPolicy(w http.ResponseWriter, r *http.Request, _ caller) error {
	_, next, err := readProposal(w, r)
	if err != nil {
		return err
	}
	done, err := d.oneTrial()
	if err != nil {
		return err
	}
	defer done()
	current, err := d.Store.PolicyInForce(r.Context())
	if err != nil {
		return err
	}
	in, err := policy.Parse(current.Document)
	if err != nil {
		return err
	}
	changes := policy.Diff(in, next)
	v := policyDiff{Hash: next.Hash(), Over: in.Hash(), Mark: policy.MarkOf(changes), Changes: append([]policy.Change{}, changes...)}
	if v.Hash != v.Over {
		keys, err := guard.ToPublish(in, changes)
		if err != nil {
			return err
		}
		n := needOf(keys)
		v.Need = &n
	}
	return web.WriteJSON(w, http.StatusOK, v)
}

// The window of a what-if, in days.
const (
	usualDays = 30
	maxDays   = 366
)

// whatIf tells what would have become of the requests of the last days under a document. It changes nothing.
func (d *desk) whatIf(w http.ResponseWriter, r *http.Request, _ caller) error {
	p, by, err := readProposal(w, r)
	if err != nil {
		return err
	}
	days := usualDays
	if p.Days != nil {
		days = *p.Days
	}
	if days < 1 || days > maxDays {
		return model.Invalid("days", "must be 1 to %d", maxDays)
	}
	done, err := d.oneTrial()
	if err != nil {
		return err
	}
	defer done()
	now := d.Now().UTC()
	x, err := audit.Try(r.Context(), d.Store, by, now.AddDate(0, 0, -days), now)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, x)
}

// oneTrial keeps those who compare and try policies from taking the machine from those who work: there is one at a time.
func (d *desk) oneTrial() (done func(), err error) {
	select {
	case d.trial <- struct{}{}:
		return func() { <-d.trial }, nil
	default:
		return nil, model.Errorf(model.KindTooMany, "somebody is comparing or trying a policy now: try again in a moment")
	}
}
