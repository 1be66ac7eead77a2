package mastodon

import (
	"context"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// searchEntity is https://docs.joinmastodon.org/entities/Search/. Posts and tags are not searched here.
type searchEntity struct {
	Accounts []accountEntity `json:"accounts"`
	Statuses none            `json:"statuses"`
	Hashtags none            `json:"hashtags"`
}

func search(ctx context.Context, c *call) (any, error) {
	answer := searchEntity{Accounts: []accountEntity{}}
	switch kind := c.Text("type"); kind {
	case "", "accounts":
	case "statuses", "hashtags":
		c.Required("q")
		return answer, c.Err()
	default:
		return nil, model.Invalid("type", "must be accounts, hashtags or statuses")
	}
	found, err := c.find(ctx, c.Required("q"), social.DefaultPosts)
	if err != nil {
		return nil, err
	}
	answer.Accounts = entities(found, c.api.account)
	return answer, nil
}

func searchAccounts(ctx context.Context, c *call) (any, error) {
	found, err := c.find(ctx, c.Required("q"), social.DefaultAccounts)
	if err != nil {
		return nil, err
	}
	return entities(found, c.api.account), nil
}

// find is the accounts whose handle or name begins with a query. The one that it names exactly comes first.
func (c *call) find(ctx context.Context, query string, limit int) ([]social.Account, error) {
	if n := c.Limit("limit", social.MaxAccounts); n > 0 {
		limit = n
	}
	offset := c.Int("offset", 0, 0, social.MaxSearchOffset)
	if err := c.Err(); err != nil {
		return nil, err
	}
	handle, local := c.api.handleIn(query)
	if !local {
		return nil, nil
	}
	return c.view.SearchAccounts(ctx, handle, limit, offset)
}

// handleIn is the handle, or the beginning of one, in what people search for: @handle, handle@host, or the address of a
// profile. It is not local when it names another host.
func (a *api) handleIn(query string) (handle string, local bool) {
	query = strings.TrimSpace(query)
	if rest, ok := strings.CutPrefix(query, a.cfg.URL+"/@"); ok {
		handle, _, _ = strings.Cut(rest, "/")
		return handle, true
	}
	handle, host, qualified := strings.Cut(strings.TrimPrefix(query, "@"), "@")
	return handle, !qualified || strings.EqualFold(host, a.host)
}

// lookup is the account with a handle.
func lookup(ctx context.Context, c *call) (any, error) {
	acct := c.Required("acct")
	if err := c.Err(); err != nil {
		return nil, err
	}
	handle, local := c.api.handleIn(acct)
	if !local {
		return nil, model.NotFound("account")
	}
	a, err := c.view.AccountByHandle(ctx, handle)
	if err != nil {
		return nil, err
	}
	return c.api.account(a), nil
}
