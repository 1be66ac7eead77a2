package deskclient

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"keyturn/internal/audit"
	"keyturn/internal/model"
)

// Who names somebody in an answer.
type Who struct {
	ID     model.ID `json:"id"`
	Name   string   `json:"name"`
	Login  string   `json:"login"`
	Handle string   `json:"handle"`
	Class  string   `json:"class"`
}

// Key is one key on a request.
type Key struct {
	Person   Who       `json:"person"`
	SignedAt time.Time `json:"signed_at"`
	Counts   bool      `json:"counts"`
	WhyNot   string    `json:"why_not"`
}

// Need is whose keys a request takes.
type Need struct {
	Keys        int          `json:"keys"`
	Roles       []model.Role `json:"roles"`
	Teams       int          `json:"teams"`
	WaitSeconds int64        `json:"wait_seconds"`
}

// Requirement is the need as the policy has it.
func (n Need) Requirement() model.Requirement {
	return model.Requirement{Keys: n.Keys, Roles: n.Roles, Teams: n.Teams, Wait: time.Duration(n.WaitSeconds) * time.Second}
}

// Request is a request as the desk shows it.
type Request struct {
	ID        model.ID           `json:"id"`
	Kind      model.CommandKind  `json:"kind"`
	Account   *Who               `json:"account"`
	Post      string             `json:"post"`
	Person    *Who               `json:"person"`
	Params    map[string]string  `json:"params"`
	Private   map[string]string  `json:"private"`
	Rule      string             `json:"rule"`
	Reason    string             `json:"reason"`
	Case      string             `json:"case"`
	Requester Who                `json:"requester"`
	State     model.RequestState `json:"state"`
	Need      Need               `json:"need"`
	Missing   Need               `json:"missing"`
	OwnersKey bool               `json:"owners_key"`
	Keys      []Key              `json:"keys"`
	Reach     int64              `json:"reach"`
	Words     string             `json:"words"`
	Policy    string             `json:"policy"`
	CreatedAt time.Time          `json:"created_at"`
	ExpiresAt time.Time          `json:"expires_at"`
	EffectAt  time.Time          `json:"effect_at,omitzero"`
	ClosedAt  time.Time          `json:"closed_at,omitzero"`
	Outcome   string             `json:"outcome"`
	Leaf      int64              `json:"leaf"`
	Changes   []Change           `json:"changes,omitempty"` // of a policy that it would publish
	Unread    string             `json:"unread,omitempty"`  // why they cannot be told
}

// Change is one thing that a policy has otherwise than another.
type Change struct {
	Words string `json:"words"`
	Mark  string `json:"mark"` // looser, tighter, neither
}

// Order is a command as the desk takes it.
type Order struct {
	Kind    model.CommandKind `json:"kind"`
	Account string            `json:"account,omitempty"`
	Post    string            `json:"post,omitempty"`
	Person  string            `json:"person,omitempty"`
	Params  map[string]string `json:"params,omitempty"`
	Rule    string            `json:"rule,omitempty"`
	Reason  string            `json:"reason"`
	Case    string            `json:"case,omitempty"`
}

// Request submits a command.
func (c *Client) Request(ctx context.Context, o Order) (Request, error) {
	var r Request
	err := c.Post(ctx, "/api/v1/requests", o, &r)
	return r, err
}

// BulkOrder is one command on many accounts.
type BulkOrder struct {
	Kind     model.CommandKind `json:"kind"`
	Accounts []string          `json:"accounts"`
	Params   map[string]string `json:"params,omitempty"`
	Rule     string            `json:"rule,omitempty"`
	Reason   string            `json:"reason"`
}

// BulkResult is what became of a bulk command on one account.
type BulkResult struct {
	Account Who                `json:"account"`
	Request model.ID           `json:"request"`
	State   model.RequestState `json:"state"`
	Refusal *Error             `json:"refusal"`
}

// Bulk gives one command on many accounts.
func (c *Client) Bulk(ctx context.Context, o BulkOrder) ([]BulkResult, error) {
	var out struct {
		Results []BulkResult `json:"results"`
	}
	err := c.Post(ctx, "/api/v1/bulk", o, &out)
	return out.Results, err
}

// Left is a budget within a window, and what is left of it. Reach counts followers.
type Left struct {
	Accounts     int64 `json:"accounts"`
	AccountsLeft int64 `json:"accounts_left"`
	Reach        int64 `json:"reach"`
	ReachLeft    int64 `json:"reach_left"`
}

// Explanation is what would become of a command.
type Explanation struct {
	Allowed bool   `json:"allowed"`
	Need    Need   `json:"need"`
	Missing Need   `json:"missing"`
	Refusal *Error `json:"refusal,omitempty"`
	Key     *Error `json:"key_refusal,omitempty"`
	Row     string `json:"row"`
	Policy  string `json:"policy"`
	Preview *struct {
		Reach int64  `json:"reach"`
		Words string `json:"words"`
		Hour  Left   `json:"hour"`
		Day   Left   `json:"day"`
	} `json:"preview,omitempty"`
}

// Explain asks what would become of a command, and changes nothing.
func (c *Client) Explain(ctx context.Context, o Order) (Explanation, error) {
	var x Explanation
	err := c.Post(ctx, "/api/v1/explain", o, &x)
	return x, err
}

// Show reads a request.
func (c *Client) Show(ctx context.Context, id string) (Request, error) {
	var r Request
	err := c.Get(ctx, "/api/v1/requests/"+id, &r)
	return r, err
}

// Requests lists requests in a state, or in any when it is "", the newest first.
func (c *Client) Requests(ctx context.Context, state model.RequestState) ([]Request, error) {
	var list []Request
	err := c.Get(ctx, "/api/v1/requests?state="+url.QueryEscape(string(state)), &list)
	return list, err
}

// Private is what is private of an account, as one reading shows it.
type Private struct {
	Account Who    `json:"account"`
	Email   string `json:"email"`
	Posts   []struct {
		ID         model.ID         `json:"id"`
		Text       string           `json:"text"`
		Spoiler    string           `json:"spoiler,omitempty"`
		Visibility model.Visibility `json:"visibility"`
		Mentions   []model.ID       `json:"mentions"`
		CreatedAt  time.Time        `json:"created_at"`
	} `json:"posts"`
	EndsAt   time.Time `json:"ends_at"`
	Readings int64     `json:"readings"`
	Leaf     int64     `json:"leaf"`
}

// Look reads what is private by a request of the client's that took effect, with posts older than before ("": the newest).
func (c *Client) Look(ctx context.Context, id, before string) (Private, error) {
	var p Private
	path := "/api/v1/requests/" + id + "/private"
	if before != "" {
		path += "?before=" + before
	}
	err := c.Get(ctx, path, &p)
	return p, err
}

// Turn turns the client's key on a request.
func (c *Client) Turn(ctx context.Context, id string) (Request, error) {
	var r Request
	credential, err := c.assert(ctx, "/api/v1/requests/"+id+"/key/options", struct{}{})
	if err != nil {
		return r, err
	}
	err = c.Post(ctx, "/api/v1/requests/"+id+"/key", map[string]any{"credential": json.RawMessage(credential)}, &r)
	return r, err
}

// ResetLink sets a new password once.
type ResetLink struct {
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

// ResetLink fetches the link of an executed reset_credentials, which its requester gets once.
func (c *Client) ResetLink(ctx context.Context, id string) (ResetLink, error) {
	var l ResetLink
	err := c.Post(ctx, "/api/v1/requests/"+id+"/reset-link", struct{}{}, &l)
	return l, err
}

// Stop vetoes, declines or withdraws a request.
func (c *Client) Stop(ctx context.Context, how, id, reason string) (Request, error) {
	var r Request
	err := c.Post(ctx, "/api/v1/requests/"+id+"/"+how, map[string]string{"reason": reason}, &r)
	return r, err
}

// Story asks the ledger who did what to an account.
func (c *Client) Story(ctx context.Context, handle string) (audit.Story, error) {
	var s audit.Story
	err := c.Get(ctx, "/api/v1/ledger/who/"+handle, &s)
	return s, err
}

// Policy is a bundle that was published.
type Policy struct {
	Hash     string          `json:"hash"`
	Document json.RawMessage `json:"document"`
	InForce  bool            `json:"in_force"`
}

// Policy reads a bundle that was published, by its hash, by how that begins, or by "in-force".
func (c *Client) Policy(ctx context.Context, name string) (Policy, error) {
	var p Policy
	err := c.Get(ctx, "/api/v1/policy/"+url.PathEscape(name), &p)
	return p, err
}

// Publish asks for a policy to be put in force, whose document is given as it is to be signed.
func (c *Client) Publish(ctx context.Context, document, reason string) (Request, error) {
	return c.Request(ctx, Order{Kind: model.CmdPublishPolicy, Reason: reason, Params: map[string]string{"document": document}})
}
