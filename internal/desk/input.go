package desk

import (
	"net/http"
	"strconv"

	"keyturn/internal/model"
	"keyturn/internal/web"
)

const (
	defaultLimit = 40
	maxLimit     = 80
)

// list is the part of a list that a call asks for.
type list struct {
	state  string
	before model.ID
	limit  int
}

// readList reads the query of a list. Parameters that a list does not have are invalid: a misspelt bound must not give
// the whole list.
func readList(r *http.Request) (list, error) {
	l := list{limit: defaultLimit}
	for name, values := range r.URL.Query() {
		if len(values) != 1 {
			return l, model.Invalid(name, "may be given once")
		}
		var err error
		switch v := values[0]; name {
		case "state":
			l.state = v
		case "before":
			l.before, err = model.ParseID("before", v)
		case "limit":
			if l.limit, err = strconv.Atoi(v); err != nil || l.limit < 1 || l.limit > maxLimit {
				err = model.Invalid("limit", "must be 1 to %d", maxLimit)
			}
		default:
			err = model.Invalid(name, "is not known here")
		}
		if err != nil {
			return l, err
		}
	}
	return l, nil
}

// pathID reads the ID in a path.
func pathID(r *http.Request) (model.ID, error) { return model.ParseID("id", r.PathValue("id")) }

// readNothing is for calls that take no input: no body, or {}.
func readNothing(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength == 0 {
		return nil
	}
	return web.DecodeJSON(w, r, maxBody, &struct{}{})
}
