package mastodon

import (
	"errors"
	"net/http"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

// register makes an account for an app's new member and answers with a token of it
// (https://docs.joinmastodon.org/methods/accounts/#create).
func (a *api) register(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c := &call{api: a, w: w, r: r}
	if err := c.signIn(ctx, route{access: byApp, scope: writeAccounts}); err != nil {
		return err
	}
	if c.actor() != 0 {
		return model.Errorf(model.KindForbidden, "this needs an app's own access token, not a member's")
	}
	var err error
	if c.Params, err = web.ReadParams(w, r); err != nil {
		return err
	}
	new := social.Registration{
		Handle:   c.Required("username"),
		Email:    c.Required("email"),
		Password: c.Required("password"),
	}
	if !c.Bool("agreement", false) {
		c.Fail(model.Invalid("agreement", "must be accepted"))
	}
	if err := c.Err(); err != nil {
		return err
	}
	if err := a.registrations.Take(a.cfg.Sources.Of(r)); err != nil {
		return err
	}
	id, err := a.net.Register(ctx, new)
	if err != nil {
		return renamed(err, map[string]string{"handle": "username"})
	}
	token, err := a.net.IssueToken(ctx, c.token.App, social.Proof{Account: id}, c.token.Scopes)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, tokenOf(token))
}

// registerStyle tells errors with the details that apps show beside their form's fields.
func registerStyle(w http.ResponseWriter, r *http.Request, p web.Problem) {
	status := web.MastodonStatus(p)
	if p.Field == "" || status != http.StatusUnprocessableEntity {
		web.MastodonStyle(w, r, p)
		return
	}
	type detail struct {
		Error       string `json:"error"`
		Description string `json:"description"`
	}
	answer := struct {
		Error   string              `json:"error"`
		Details map[string][]detail `json:"details"`
	}{"Validation failed: " + p.Field + " " + p.Message, map[string][]detail{
		p.Field: {{detailCode(p), p.Message}},
	}}
	if err := web.WriteJSON(w, status, answer); err != nil {
		web.MastodonStyle(w, r, web.Problem{Status: http.StatusInternalServerError, Err: errors.Join(err, p.Err)})
	}
}

func detailCode(p web.Problem) string {
	switch {
	case p.Kind == model.KindConflict:
		return "ERR_TAKEN"
	case p.Field == "agreement":
		return "ERR_ACCEPTED"
	case p.Message == "is missing":
		return "ERR_BLANK"
	}
	return "ERR_INVALID"
}
