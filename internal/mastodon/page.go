package mastodon

import (
	"net/url"
	"strconv"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// page reads which part of a list is wanted; most is the list's bound.
func (c *call) page(most int) social.Page {
	c.most = most
	p := social.Page{MaxID: c.ID("max_id"), Limit: c.Limit("limit", most)}
	if c.Text("since_id") != "0" { // "0" is the list's end, which is what no cursor means
		p.SinceID = c.ID("since_id")
	}
	if c.Text("min_id") == "0" { // the items just above the list's end
		p.MinID = 1
	} else {
		p.MinID = c.ID("min_id")
	}
	return p
}

// link says where the pages before and after are (https://docs.joinmastodon.org/api/guidelines/#pagination). Clients
// look for "next" first.
func (c *call) link(items int, first, last model.ID, more bool) {
	if items == 0 {
		return
	}
	header := `<` + c.pageURL("min_id", first) + `>; rel="prev"`
	if more {
		header = `<` + c.pageURL("max_id", last) + `>; rel="next", ` + header
	}
	c.w.Header().Set("Link", header)
}

func (c *call) pageURL(cursor string, at model.ID) string {
	query := url.Values{}
	for name, given := range c.r.URL.Query() {
		switch name {
		case "max_id", "min_id", "since_id":
		case "limit":
			query.Set(name, strconv.Itoa(c.Limit(name, max(c.most, 1))))
		default:
			query[name] = given
		}
	}
	query.Set(cursor, at.String())
	return c.api.cfg.URL + c.r.URL.Path + "?" + query.Encode()
}

// accounts answers with a page of accounts.
func (c *call) accounts(l social.List[social.Account], err error) (any, error) {
	if err != nil {
		return nil, err
	}
	c.link(len(l.Items), l.First, l.Last, l.More)
	return entities(l.Items, c.api.account), nil
}

// statuses answers with a page of posts.
func (c *call) statuses(l social.List[social.Post], err error) (any, error) {
	if err != nil {
		return nil, err
	}
	c.link(len(l.Items), l.First, l.Last, l.More)
	return entities(l.Items, c.status), nil
}

// entities makes the JSON entity of each item; of none, an empty list rather than null.
func entities[T, E any](items []T, entity func(T) E) []E {
	all := make([]E, len(items))
	for i, item := range items {
		all[i] = entity(item)
	}
	return all
}
