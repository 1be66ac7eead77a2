package desk

import (
	"net/http"
	"strconv"

	"keyturn/internal/model"
	"keyturn/internal/store"
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

// fields are the parameters that bound every list.
func (l *list) fields() fields {
	l.limit = defaultLimit
	return fields{
		"before": func(v string) (err error) {
			l.before, err = model.ParseID("before", v)
			return err
		},
		"limit": func(v string) (err error) {
			if l.limit, err = strconv.Atoi(v); err != nil || l.limit < 1 || l.limit > maxLimit {
				err = model.Invalid("limit", "must be 1 to %d", maxLimit)
			}
			return err
		},
	}
}

// readList reads the query of a list of what has states.
func readList(r *http.Request) (l list, err error) {
	f := l.fields()
	f["state"] = into(&l.state)
	return l, f.read(r)
}

// readRange reads the query of a list of parts of one thing.
func readRange(r *http.Request) (store.Range, error) {
	var l list
	err := l.fields().read(r)
	return store.Range{Before: l.before, Limit: l.limit}, err
}

// fields are the parameters that a query may have, each with what reads it.
type fields map[string]func(v string) error

// read reads a query. Parameters that it may not have are invalid: a misspelt bound must not give the whole list.
func (f fields) read(r *http.Request) error {
	for name, values := range r.URL.Query() {
		field, known := f[name]
		if !known {
			return model.Invalid(name, "is not known here")
		}
		if len(values) != 1 {
			return model.Invalid(name, "may be given once")
		}
		if err := field(values[0]); err != nil {
			return err
		}
	}
	return nil
}

// into takes a parameter as it is.
func into(text *string) func(string) error {
	return func(v string) error {
		*text = v
		return nil
	}
}

// pathID reads the ID in a path.
func pathID(r *http.Request) (model.ID, error) { return model.ParseID("id", r.PathValue("id")) }

// readNothing is for calls that take no input: no body, or {}.
func readNothing(w http.ResponseWriter, r *http.Request) error {
	return readOptional(w, r, &struct{}{})
}

// readOptional reads the body of a call that may have none.
func readOptional(w http.ResponseWriter, r *http.Request, v any) error {
	if r.ContentLength == 0 {
		return nil
	}
	return web.DecodeJSON(w, r, maxBody, v)
}
