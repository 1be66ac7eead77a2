package desk

import (
	"context"
	"net/http"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/policy"
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
	all, err := d.activeFreezes(r.Context())
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, all)
}

// activeFreezes are the freezes that are on.
func (d *desk) activeFreezes(ctx context.Context) ([]freezeEntity, error) {
	all := []freezeEntity{}
	open, err := d.Store.OpenFreezes(ctx)
	if err != nil || len(open) == 0 {
		return all, err
	}
	people, err := d.roster(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range open {
		if f.Active(d.Now()) {
			all = append(all, freezeEntity{ID: f.ID, Scope: f.Scope, StartedBy: people.optional(f.StartedBy), StartedAt: f.StartedAt,
				ConfirmedBy: people.optional(f.ConfirmedBy), EndsAt: f.EndsAt, Leaf: f.Leaf})
		}
	}
	return all, nil
}

// stops reports whether a freeze keeps what a request asks for from being done.
func (f freezeEntity) stops(q model.Request) bool {
	switch q.Command.Info().Group {
	case model.GroupDarken, model.GroupSilence, model.GroupTakeover:
		return f.Scope == store.FreezeAll || q.Target.Strictest.Protected()
	}
	return false
}

// freezesPage shows the freezes that are on, and asks for one or for their end.
func (d *desk) freezesPage(w http.ResponseWriter, r *http.Request, who caller) error {
	on, err := d.activeFreezes(r.Context())
	if err != nil {
		return err
	}
	rights, err := d.rightsOf(r.Context(), who)
	if err != nil {
		return err
	}
	data := map[string]any{"On": on}
	if rights.may(policy.VerbRequest, model.CmdFreeze, "") {
		data["Freeze"] = freezeForm(len(on) > 0)
	}
	if len(on) > 0 && rights.may(policy.VerbRequest, model.CmdUnfreeze, "") {
		data["Unfreeze"] = orderForm{ID: "unfreeze", Title: "End it", Kind: model.CmdUnfreeze, Back: "/freezes",
			Hint: "It ends every freeze that is on, and takes two people's keys at least."}
	}
	return d.show(w, r, http.StatusOK, "freezes", view{Title: "Freeze", Path: "/freezes", Person: who.person.Name, Data: data})
}

func freezeForm(on bool) orderForm {
	f := orderForm{ID: "freeze", Title: "Freeze", Kind: model.CmdFreeze, Back: "/freezes",
		Hint: "It lapses after 30 minutes, unless a second person asks for the same: that confirms it, and it lasts until it is ended.",
		Fields: []orderField{{Name: "params.scope", Label: "For which accounts", Options: []option{
			{Value: string(store.FreezeProtected), Words: "protected accounts"}, {Value: string(store.FreezeAll), Words: "all accounts"}}}}}
	if on {
		f.Title = "Freeze, or confirm the one that is on"
	}
	return f
}
