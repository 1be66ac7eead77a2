package desk

import (
	"context"
	"net/http"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/web"
)

// accountEntity is an account as the desk sees it, dark or not.
type accountEntity struct {
	accountRef
	Strictest model.Class      `json:"strictest"`
	Verified  bool             `json:"verified"`
	Followers int64            `json:"followers"`
	Posts     int64            `json:"posts"`
	Sanctions []sanctionEntity `json:"sanctions"`
	Strikes   int              `json:"strikes"`
	Requests  []requestEntity  `json:"requests"`
	Case      string           `json:"case"`
	Purge     *purgeEntity     `json:"purge,omitempty"` // its content is being erased, or was
	marks     []store.Strike   // the strikes one by one, for its page
}

type purgeEntity struct {
	Request model.ID  `json:"request"`
	At      time.Time `json:"at"`
	DoneAt  time.Time `json:"done_at,omitzero"` // absent: something is left
}

type sanctionEntity struct {
	ID       model.ID           `json:"id"`
	Kind     model.SanctionKind `json:"kind"`
	Post     model.ID           `json:"post,omitzero"`
	Request  model.ID           `json:"request"`
	Case     model.ID           `json:"case,omitzero"`
	Rule     string             `json:"rule"`
	Start    time.Time          `json:"start"`
	End      time.Time          `json:"end,omitzero"`
	LiftedAt time.Time          `json:"lifted_at,omitzero"`
	Active   bool               `json:"active"`
	Leaf     int64              `json:"leaf"`
}

// recentRequests is how many of the requests on an account are told with it.
const recentRequests = 20

func (d *desk) account(w http.ResponseWriter, r *http.Request, _ caller) error {
	account, err := d.accountCalled(r.Context(), "handle", r.PathValue("handle"))
	if err != nil {
		return err
	}
	e, err := d.accountOf(r.Context(), account)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, e)
}

// accountCalled finds an account by a handle in the input called field, with or without @: the one that it has, or one
// that it had before a renaming.
func (d *desk) accountCalled(ctx context.Context, field, handle string) (model.Account, error) {
	name, err := model.ParseHandle(field, handle)
	if err != nil {
		return model.Account{}, err
	}
	return d.Store.AccountCalled(ctx, name)
}

func (d *desk) accountOf(ctx context.Context, a model.Account) (accountEntity, error) {
	e := accountEntity{accountRef: refOf(a), Verified: a.Verified, Followers: a.Followers, Posts: a.Posts,
		Sanctions: []sanctionEntity{}}
	class, err := d.Store.ClassOf(ctx, a.ID)
	if err != nil {
		return e, err
	}
	e.Strictest = guard.Strictest(class, d.Now())
	sanctions, err := d.Store.Sanctions(ctx, a.ID)
	if err != nil {
		return e, err
	}
	for _, s := range sanctions {
		e.Sanctions = append(e.Sanctions, sanctionEntity{ID: s.ID, Kind: s.Kind, Post: s.Post, Request: s.Request, Case: s.Case,
			Rule: s.Rule, Start: s.Start, End: s.End, LiftedAt: s.LiftedAt, Active: s.Active(d.Now()), Leaf: s.Leaf})
	}
	strikes, err := d.Store.Strikes(ctx, a.ID)
	if err != nil {
		return e, err
	}
	e.Strikes, e.marks = standing(strikes), strikes
	open, err := d.Store.OpenCase(ctx, a.ID)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return e, err
	} else if err == nil {
		e.Case = open.ID.String()
	}
	purge, err := d.Store.Purge(ctx, a.ID)
	if err != nil && model.KindOf(err) != model.KindNotFound {
		return e, err
	} else if err == nil {
		e.Purge = &purgeEntity{Request: purge.Request, At: purge.At, DoneAt: purge.DoneAt}
	}
	requests, err := d.Store.RequestsOn(ctx, a.ID, recentRequests)
	if err != nil {
		return e, err
	}
	e.Requests, err = d.requestsOf(ctx, requests)
	return e, err
}

// standing counts the strikes that nobody has retracted.
func standing(strikes []store.Strike) (n int) {
	for _, s := range strikes {
		if s.RetractedAt.IsZero() {
			n++
		}
	}
	return n
}
