package mastodon

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/web"
)

// mayHave refuses an app the scopes of the desk for an account that is not one of the staff's. What a token was granted
// is no right: who calls is looked up at each call.
func (a *api) mayHave(ctx context.Context, account model.ID, scopes []string) error {
	if !slices.ContainsFunc(scopes, func(s string) bool { return strings.HasPrefix(s, "admin:") }) {
		return nil
	}
	_, _, err := a.cfg.Guard.Linked(ctx, account)
	if model.KindOf(err) == model.KindForbidden {
		return model.Invalid("scope", "goes beyond what this account has: admin scopes are for the accounts of those who work at the desk")
	}
	return err
}

// opened says that what was asked for waits, for keys or for its time: a request was opened at the desk.
type opened struct {
	told    *model.Error
	request model.Request
	missing approval.Missing
	url     string
}

func (o *opened) Error() string { return o.told.Message }

// Unwrap gives the error as everybody else knows it.
func (o *opened) Unwrap() error { return o.told }

// waits is the answer to what did not happen at once.
func (c *call) waits(q model.Request, missing approval.Missing) error {
	what := "it takes effect at " + q.EffectAt.UTC().Format("15:04:05 UTC") + ", unless it is vetoed"
	if q.State == model.StatePending {
		what = "it takes keys, and an app has none: turn them at the desk"
	}
	if missing.Roles == nil {
		missing.Roles = []model.Role{}
	}
	return &opened{request: q, missing: missing, url: c.api.cfg.Guard.Settings().DeskURL + "/requests/" + q.ID.String(),
		told: &model.Error{Kind: model.KindNeedsKeys, Request: q.ID,
			Message: "This was not done: it is request " + q.ID.String() + " now; " + what}}
}

// submit puts a command to the guard for whoever calls. Only what it did at once is no error: an app signs nothing, so
// that this is what one person may do to a standard account. What was asked for before and still waits is not asked for
// again.
func (c *call) submit(ctx context.Context, cmd model.Command) error {
	work := c.api.cfg.Moderation
	if cmd.Case == 0 {
		var err error
		if cmd.Case, err = work.OpenCase(ctx, cmd.Account); err != nil {
			return err
		}
	}
	asked, found, err := work.Asked(ctx, c.by.Person, cmd)
	if err != nil {
		return err
	}
	if found {
		missing, _, err := c.api.cfg.Guard.Missing(ctx, asked)
		if err != nil {
			return err
		}
		return c.waits(asked, missing)
	}
	var out guard.Outcome
	if out, err = c.api.cfg.Guard.Submit(ctx, c.by, cmd); err != nil {
		return renamed(err, map[string]string{"reason": "text", "params.message": "text", "kind": "type"})
	}
	if out.Request.State != model.StateExecuted {
		return c.waits(out.Request, out.Missing)
	}
	return nil
}

// deskStyle is MastodonStyle for the desk's calls: whatever the guard refuses is 403, with the law that refused it or
// the request that was opened.
func deskStyle(w http.ResponseWriter, r *http.Request, p web.Problem) {
	type request struct {
		ID      model.ID           `json:"id"`
		Kind    model.CommandKind  `json:"kind"`
		State   model.RequestState `json:"state"`
		Missing approval.Missing   `json:"missing"`
		URL     string             `json:"url"`
	}
	body := struct {
		Error   string   `json:"error"`
		Field   string   `json:"field,omitempty"`
		Law     string   `json:"law,omitempty"`
		Request *request `json:"request,omitempty"`
	}{Error: p.Message, Field: p.Field, Law: p.Law}
	if p.Field != "" {
		body.Error = p.Field + ": " + p.Message
	}
	if o, ok := p.Err.(*opened); ok {
		body.Request = &request{o.request.ID, o.request.Command.Kind, o.request.State, o.missing, o.url}
	}
	status := web.MastodonStatus(p)
	if p.Kind == model.KindFrozen || p.Law != "" && p.Kind == model.KindConflict {
		status = http.StatusForbidden
	}
	if err := web.WriteJSON(w, status, body); err != nil {
		web.MastodonStyle(w, r, p)
	}
}
