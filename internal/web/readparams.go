package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"keyturn/internal/model"
)

// maxDepth is how deep lists and objects of a JSON body may be nested.
const maxDepth = 4

// ReadParams reads the query of a request and then its body, which may be a urlencoded form, a multipart form or a JSON
// object; all mean the same (https://docs.joinmastodon.org/client/intro/#parameters). A parameter of the body replaces
// the query's of that name. Files are noticed and not kept. A body that cannot be read, or is over MaxBody, is invalid
// with field "body".
func ReadParams(w http.ResponseWriter, r *http.Request) (*Params, error) {
	p := &Params{values: map[string]param{}}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, model.Invalid("query", "is not well-formed")
	}
	if err := p.addForm(query); err != nil {
		return nil, err
	}
	if r.Body == nil || r.Body == http.NoBody {
		return p, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
	body := &Params{values: map[string]param{}}
	if err := body.read(r); err != nil {
		return nil, err
	}
	for name, v := range body.values {
		p.values[name] = v
	}
	return p, nil
}

func (p *Params) read(r *http.Request) error {
	contentType, args, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		contentType = ""
	}
	if contentType == "multipart/form-data" && args["boundary"] != "" {
		return p.readMultipart(multipart.NewReader(r.Body, args["boundary"]))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return bodyError(err)
	}
	switch {
	case len(body) == 0:
		return nil
	case contentType == "application/json":
		return p.readJSON(body)
	case contentType == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return model.Invalid(BodyField, "is not a well-formed form")
		}
		return p.addForm(form)
	}
	return model.Invalid(BodyField, "must be a form or JSON, and say so in Content-Type")
}

func (p *Params) readMultipart(parts *multipart.Reader) error {
	form, err := parts.ReadForm(MaxBody)
	if err != nil {
		return bodyError(err)
	}
	defer func() { _ = form.RemoveAll() }() // nothing is on disk: the memory allowed is the largest body
	for name := range form.File {
		p.values[name] = param{shape: file}
	}
	return p.addForm(form.Value)
}

func (p *Params) addForm(form url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, text := range form[name] {
			if err := p.add(name, text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Params) readJSON(body []byte) error {
	var members map[string]any
	if err := decodeNumbers(body, &members); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if err := p.addJSON(name, members[name], 1); err != nil {
			return err
		}
	}
	return nil
}

// addJSON puts a JSON value under the name that it would have in a form.
func (p *Params) addJSON(name string, v any, depth int) error {
	if depth > maxDepth {
		return model.Invalid(name, "is nested too deep")
	}
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return p.add(name, v)
	case json.Number:
		return p.add(name, v.String())
	case bool:
		if err := p.add(name, strconv.FormatBool(v)); err != nil {
			return err
		}
		if have, alone := p.values[name]; alone { // not an item of a list
			have.shape = max(have.shape, boolean)
			p.values[name] = have
		}
		return nil
	case []any:
		return p.addJSONList(name, v, depth)
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(v)) {
			if err := p.addJSON(name+"["+member+"]", v[member], depth+1); err != nil {
				return err
			}
		}
		p.values[name] = param{shape: object}
		return nil
	}
	return fmt.Errorf("decoding JSON gave a %T", v)
}

func (p *Params) addJSONList(name string, items []any, depth int) error {
	p.values[name] = param{shape: list}
	for i, item := range items {
		member := name + "[]"
		switch item.(type) {
		case []any, map[string]any:
			member = name + "[" + strconv.Itoa(i) + "]"
		}
		if err := p.addJSON(member, item, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// bodyError is what to tell when reading a body failed.
func bodyError(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return bodyTooLarge(tooLarge)
	}
	return &model.Error{Kind: model.KindInvalid, Field: BodyField, Message: "could not be read", Err: err}
}
