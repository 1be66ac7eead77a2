package policy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"keyturn/internal/model"
)

// MaxDocument is the most bytes that a bundle's document may have.
const MaxDocument = 64 << 10

// reader takes a JSON document apart and keeps the first thing that is wrong with it. Every value must be there and
// of its kind: a policy in which something is left out, misspelt or said twice is not guessed at.
type reader struct{ err error }

func (r *reader) fail(path, format string, args ...any) {
	if r.err == nil {
		r.err = model.Invalid(path, format, args...)
	}
}

// document reads the whole document into maps, slices, strings, bools and json.Numbers.
func (r *reader) document(doc []byte) any {
	if len(doc) > MaxDocument {
		r.fail("policy", "must have at most %d bytes", MaxDocument)
		return nil
	}
	if !utf8.Valid(doc) {
		r.fail("policy", "is not UTF-8")
		return nil
	}
	var whole any
	if err := json.Unmarshal(doc, &whole); err != nil {
		r.fail("policy", "is not JSON: %v", err)
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	return r.value(d, "")
}

// value reads one value token by token, since json.Unmarshal lets the last of two equal names win.
func (r *reader) value(d *json.Decoder, path string) any {
	token, err := d.Token()
	if err != nil {
		r.fail("policy", "is not JSON: %v", err)
		return nil
	}
	switch token {
	case json.Delim('{'):
		members := map[string]any{}
		for r.err == nil && d.More() {
			name, _ := r.value(d, path).(string)
			if _, twice := members[name]; twice {
				r.fail(within(path, name), "stands there twice")
			}
			members[name] = r.value(d, within(path, name))
		}
		_, _ = d.Token() // the closing brace: json.Unmarshal has seen that it is there
		return members
	case json.Delim('['):
		elements := []any{}
		for r.err == nil && d.More() {
			elements = append(elements, r.value(d, path))
		}
		_, _ = d.Token()
		return elements
	}
	return token
}

func within(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// object reads an object that has exactly the given members.
func object[K ~string](r *reader, path string, v any, names ...K) map[K]any {
	members, ok := v.(map[string]any)
	if !ok {
		r.fail(cmp.Or(path, "policy"), "must be an object")
		return nil
	}
	found := map[K]any{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(names, K(name)) {
			r.fail(within(path, name), "is not known here")
		}
		found[K(name)] = members[name]
	}
	for _, name := range names {
		if _, ok := found[name]; !ok {
			r.fail(within(path, string(name)), "is missing")
		}
	}
	return found
}

// integer reads a whole number from least to most.
func (r *reader) integer(path string, v any, least, most int64) int64 {
	text, _ := v.(json.Number)
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n < least || n > most {
		r.fail(path, "must be a whole number from %d to %d", least, most)
	}
	return n
}

// duration reads a duration as Go writes it ("15m", "24h"), in whole seconds from least to most.
func (r *reader) duration(path string, v any, least, most time.Duration) time.Duration {
	text, _ := v.(string)
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most || d%time.Second != 0 {
		r.fail(path, `must be a text such as "15m", in whole seconds from %s to %s`, span(least), span(most))
	}
	return d
}

// text reads a string.
func (r *reader) text(path string, v any) string {
	s, ok := v.(string)
	if !ok {
		r.fail(path, "must be a text")
	}
	return s
}

// roles reads a list of different roles that can turn a key, and puts them in the order of model.Roles.
func (r *reader) roles(path string, v any) []model.Role {
	list, ok := v.([]any)
	if !ok {
		r.fail(path, "must be a list of roles")
	}
	roles := []model.Role{}
	for _, e := range list {
		role, err := model.ParseRole(path, r.text(path, e))
		switch {
		case err != nil:
			r.fail(path, "%q is not one of %v", e, model.Roles())
		case role == model.RoleAuditor:
			r.fail(path, "an auditor turns no key")
		case slices.Contains(roles, role):
			r.fail(path, "names %s twice", role)
		}
		roles = append(roles, role)
	}
	slices.SortFunc(roles, func(a, b model.Role) int {
		return slices.Index(model.Roles(), a) - slices.Index(model.Roles(), b)
	})
	return roles
}

// span is the shortest text of a duration that time.ParseDuration reads back: 15m, not 15m0s.
func span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
