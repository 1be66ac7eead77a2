package deskclient

import (
	"context"
	"net/url"
	"slices"
	"time"

	"keyturn/internal/model"
)

// Account is an account as the desk sees it, dark or not.
type Account struct {
	ID        string     `json:"id"`
	Handle    string     `json:"handle"`
	Class     string     `json:"class"`
	Strictest string     `json:"strictest"`
	Followers int64      `json:"followers"`
	Posts     int64      `json:"posts"`
	Strikes   int        `json:"strikes"`
	Case      string     `json:"case"` // the open one, or ""
	Purge     *Purge     `json:"purge"`
	Sanctions []Sanction `json:"sanctions"`
	Requests  []Request  `json:"requests"` // the newest
}

// Purge is the erasure of an account's content. Without DoneAt some of it is left.
type Purge struct {
	At     time.Time `json:"at"`
	DoneAt time.Time `json:"done_at"`
}

// Sanction is one restriction on an account or a post of it.
type Sanction struct {
	ID       model.ID           `json:"id"`
	Kind     model.SanctionKind `json:"kind"`
	Post     model.ID           `json:"post"`
	Request  model.ID           `json:"request"`
	Start    time.Time          `json:"start"`
	End      time.Time          `json:"end"`
	LiftedAt time.Time          `json:"lifted_at"`
	Active   bool               `json:"active"`
}

// Dark lists the sanctions that make the account dark now.
func (a Account) Dark() []Sanction {
	return slices.DeleteFunc(slices.Clone(a.Sanctions), func(s Sanction) bool { return !s.Active || s.Post != 0 || !s.Kind.Darkens() })
}

// By is the sanction that a request made.
func (a Account) By(request model.ID) (Sanction, bool) {
	i := slices.IndexFunc(a.Sanctions, func(s Sanction) bool { return s.Request == request })
	if i < 0 {
		return Sanction{}, false
	}
	return a.Sanctions[i], true
}

// Account reads an account by its handle, without @.
func (c *Client) Account(ctx context.Context, handle string) (Account, error) {
	var a Account
	err := c.Get(ctx, "/api/v1/accounts/"+url.PathEscape(handle), &a)
	return a, err
}

// Freeze is one that is on. Without StartedBy the breaker began it, without EndsAt it was confirmed.
type Freeze struct {
	ID          model.ID  `json:"id"`
	Scope       string    `json:"scope"`
	StartedBy   *Who      `json:"started_by,omitempty"`
	StartedAt   time.Time `json:"started_at"`
	ConfirmedBy *Who      `json:"confirmed_by,omitempty"`
	EndsAt      time.Time `json:"ends_at,omitzero"`
	Leaf        int64     `json:"leaf"`
}

// Freezes lists those that are on.
func (c *Client) Freezes(ctx context.Context) ([]Freeze, error) {
	var list []Freeze
	err := c.Get(ctx, "/api/v1/freezes", &list)
	return list, err
}
