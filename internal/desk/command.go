package desk

import (
	"context"
	"maps"
	"net/http"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/web"
)

// order is a command as staff write it: accounts by handle, people by login.
type order struct {
	Kind    string            `json:"kind"`
	Account string            `json:"account"`
	Post    string            `json:"post"`
	Person  string            `json:"person"`
	Params  map[string]string `json:"params"`
	Rule    string            `json:"rule"`
	Reason  string            `json:"reason"`
	Case    string            `json:"case"`
}

// readCommand reads the body of a call as a command.
func (d *desk) readCommand(w http.ResponseWriter, r *http.Request) (model.Command, error) {
	var o order
	if err := web.DecodeJSON(w, r, maxBody, &o); err != nil {
		return model.Command{}, err
	}
	return d.command(r.Context(), o)
}

func (d *desk) command(ctx context.Context, o order) (model.Command, error) {
	kind, err := model.ParseCommandKind("kind", o.Kind)
	if err != nil {
		return model.Command{}, err
	}
	c := model.Command{Kind: kind, Params: o.Params, Rule: o.Rule, Reason: o.Reason}
	if o.Account != "" {
		account, err := d.accountCalled(ctx, "account", o.Account)
		if err != nil {
			return c, err
		}
		c.Account = account.ID
	}
	if o.Person != "" {
		if err := d.aimAtPerson(ctx, &c, o.Person); err != nil {
			return c, err
		}
	}
	if c.Post, err = optionalID("post", o.Post); err != nil {
		return c, err
	}
	if c.Case, err = optionalID("case", o.Case); err != nil {
		return c, err
	}
	return c, d.attachCase(ctx, &c)
}

// aimAtPerson finds the person of a login. A role for a login that nobody has is for somebody new.
func (d *desk) aimAtPerson(ctx context.Context, c *model.Command, name string) error {
	login, err := d.Store.LoginNamed(ctx, name)
	if model.KindOf(err) == model.KindNotFound && c.Kind == model.CmdGrantRole && c.Params["login"] == "" {
		c.Params = maps.Clone(c.Params)
		if c.Params == nil {
			c.Params = map[string]string{}
		}
		c.Params["login"] = name
		return nil
	}
	c.Person = login.Person
	return err
}

// attachCase puts a command on an account that names no case on the account's open one, when there is one.
func (d *desk) attachCase(ctx context.Context, c *model.Command) error {
	if group := c.Info().Group; c.Case != 0 || group == model.GroupGovern || group == model.GroupAppeal {
		return nil // an appeal is on the case of what it is against
	}
	account := c.Account
	if account == 0 && c.Post != 0 {
		post, err := d.Store.Post(ctx, c.Post)
		if err != nil {
			return err
		}
		account = post.Account
	}
	if account == 0 {
		return nil
	}
	open, err := d.Store.OpenCase(ctx, account)
	if model.KindOf(err) == model.KindNotFound {
		return nil
	}
	c.Case = open.ID
	return err
}

func optionalID(field, s string) (model.ID, error) {
	if s == "" {
		return 0, nil
	}
	return model.ParseID(field, s)
}

// submit puts a command to the guard.
func (d *desk) submit(w http.ResponseWriter, r *http.Request, who caller) error {
	c, err := d.readCommand(w, r)
	if err != nil {
		return err
	}
	out, err := d.Guard.Submit(r.Context(), who.Actor, c)
	if err != nil {
		return err
	}
	return d.writeRequest(w, r, out.Request.ID, done)
}

// explanation is what would become of a command.
type explanation struct {
	Allowed bool     `json:"allowed"`
	Need    need     `json:"need"`
	Missing missing  `json:"missing"`
	Refusal *refusal `json:"refusal,omitempty"`
	Key     *refusal `json:"key_refusal,omitempty"` // why the caller's own key would not count
	Row     string   `json:"row"`
	Policy  string   `json:"policy"`
	Words   string   `json:"words,omitempty"`   // what would happen, in a sentence
	Preview *preview `json:"preview,omitempty"` // of a darkening
}

// preview is what a darkening does, beside what the caller may darken.
type preview struct {
	Reach int64           `json:"reach"`
	Words string          `json:"words"`
	Hour  guard.Allowance `json:"hour"`
	Day   guard.Allowance `json:"day"`
}

func previewOf(x guard.Explanation) *preview {
	if x.Preview == "" {
		return nil
	}
	return &preview{Reach: x.Reach, Words: x.Preview, Hour: x.Hour, Day: x.Day}
}

type missing struct {
	Keys  int          `json:"keys"`
	Roles []model.Role `json:"roles"`
	Teams int          `json:"teams"`
}

type refusal struct {
	Error string          `json:"error"`
	Kind  model.ErrorKind `json:"kind"`
	Law   string          `json:"law,omitempty"`
}

func refusalOf(e *model.Error) *refusal {
	if e == nil {
		return nil
	}
	return &refusal{Error: e.Message, Kind: e.Kind, Law: e.Law}
}

// explain tells what would become of a command, and changes nothing.
func (d *desk) explain(w http.ResponseWriter, r *http.Request, who caller) error {
	c, err := d.readCommand(w, r)
	if err != nil {
		return err
	}
	x, err := d.Guard.Explain(r.Context(), who.Person, c)
	if err != nil {
		return err
	}
	if x.Refusal != nil && (x.Refusal.Kind == model.KindInvalid || x.Refusal.Kind == model.KindNotFound) {
		return x.Refusal // the question makes no sense, whoever asks
	}
	words := moderation.Words(unasked(c, x), d.settings.WaitDivisor)
	return web.WriteJSON(w, http.StatusOK, explanation{Words: words, Allowed: x.Allowed, Need: needOf(x.Need),
		Missing: missing{x.Missing.Keys, notNil(x.Missing.Roles), x.Missing.Teams}, Refusal: refusalOf(x.Refusal),
		Key: refusalOf(x.Key), Row: string(x.Row), Policy: x.Policy, Preview: previewOf(x)})
}

// unasked is the request that a command would become, as far as its words need it: its private texts are still among its
// parameters.
func unasked(c model.Command, x guard.Explanation) model.Request {
	c.Private = c.Params
	return model.Request{Command: c, Target: x.Target, Need: x.Need}
}
