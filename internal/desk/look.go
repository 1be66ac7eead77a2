package desk

import (
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/web"
)

// privateEntity is what is private of an account, as one reading shows it. There are no addresses in it: the network
// keeps none of its members'.
type privateEntity struct {
	Account  accountRef    `json:"account"`
	Email    string        `json:"email"`
	Posts    []privatePost `json:"posts"`
	EndsAt   time.Time     `json:"ends_at"`
	Readings int64         `json:"readings"`
	Leaf     int64         `json:"leaf"`
}

// privatePost is a post for followers, or for those it mentions.
type privatePost struct {
	ID         model.ID         `json:"id"`
	Text       string           `json:"text"`
	Spoiler    string           `json:"spoiler,omitempty"`
	CreatedAt  time.Time        `json:"created_at"`
	Visibility model.Visibility `json:"visibility"`
	Mentions   []model.ID       `json:"mentions"`
}

// look reads what is private by a request that took effect. Each call is an entry of the ledger, and counts as a write.
func (d *desk) look(w http.ResponseWriter, r *http.Request, who caller) error {
	if err := d.writes.Take(who.Person.String()); err != nil {
		return err
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	l, err := readList(r)
	if err != nil {
		return err
	}
	if l.state != "" {
		return model.Invalid("state", "is not known here")
	}
	seen, err := d.Guard.Look(r.Context(), who.Actor, id, store.Range{Before: l.before, Limit: l.limit})
	if err != nil {
		return err
	}
	e := privateEntity{Account: refOf(seen.Account), Email: seen.Email, Posts: []privatePost{}, EndsAt: seen.EndsAt,
		Readings: seen.Readings, Leaf: seen.Leaf}
	for _, p := range seen.Posts {
		e.Posts = append(e.Posts, privatePost{ID: p.ID, Text: p.Text, Spoiler: p.Spoiler, CreatedAt: p.CreatedAt,
			Visibility: p.Visibility, Mentions: append([]model.ID{}, p.Mentions...)})
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.WriteJSON(w, http.StatusOK, e)
}
