package web

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"keyturn/internal/model"
)

// Params are what a client gave a call, wherever and however it gave it; see ReadParams. Its methods read one each;
// the first that is wrong is kept and told by Err, so that a handler reads all of them and asks once. A parameter that
// is absent, empty or null has its zero value. It is not safe for concurrent use.
type Params struct {
	values map[string]param
	err    error
}

// param is the value of one parameter: its texts, and how it was written.
type param struct {
	texts []string
	shape shape
}

type shape int

const (
	scalar  shape = iota // one text or number; in a query or form a name given twice has the last value
	boolean              // true or false in JSON
	list                 // a JSON array, or names that end in []
	object               // a JSON object, or names like field[member]: its members are parameters of their own
	file                 // a file in a multipart form
)

// Err is the first thing that was wrong with a parameter that was read.
func (p *Params) Err() error { return p.err }

// Fail keeps an error for Err, unless there is one already.
func (p *Params) Fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// Has reports whether a parameter was given at all, even empty.
func (p *Params) Has(field string) bool {
	_, ok := p.values[field]
	return ok
}

// HasValue reports whether a parameter was given and holds something: a text, an item of a list, a member, a file.
func (p *Params) HasValue(field string) bool {
	v, ok := p.values[field]
	return ok && (v.shape >= object || slices.ContainsFunc(v.texts, func(s string) bool { return s != "" }))
}

// Text reads one text.
func (p *Params) Text(field string) string {
	v := p.values[field]
	if v.shape == boolean {
		p.Fail(model.Invalid(field, "must be text"))
		return ""
	}
	return p.one(field, v)
}

// one is the value of a parameter that is not a list or more.
func (p *Params) one(field string, v param) string {
	if v.shape > boolean {
		p.Fail(model.Invalid(field, "must be one value"))
		return ""
	}
	if len(v.texts) == 0 {
		return ""
	}
	return v.texts[len(v.texts)-1]
}

// Required reads one text that must not be empty.
func (p *Params) Required(field string) string {
	s := p.Text(field)
	if s == "" {
		p.Fail(model.Invalid(field, "is missing"))
	}
	return s
}

// OptionalText reads one text that may be given as empty: nil when it is absent.
func (p *Params) OptionalText(field string) *string {
	if !p.Has(field) {
		return nil
	}
	s := p.Text(field)
	return &s
}

// Bool reads a yes or no, written as true, t, on or 1, or false, f, off or 0, in any case.
func (p *Params) Bool(field string, absent bool) bool {
	switch strings.ToLower(p.one(field, p.values[field])) {
	case "":
		return absent
	case "true", "t", "on", "1":
		return true
	case "false", "f", "off", "0":
		return false
	}
	p.Fail(model.Invalid(field, "must be true or false"))
	return absent
}

// OptionalBool reads a yes or no: nil when it is absent or empty.
func (p *Params) OptionalBool(field string) *bool {
	if !p.HasValue(field) {
		return nil
	}
	b := p.Bool(field, false)
	return &b
}

// Int reads a whole number from lowest to highest.
func (p *Params) Int(field string, absent, lowest, highest int) int {
	s := p.Text(field)
	if s == "" {
		return absent
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < lowest || n > highest {
		p.Fail(model.Invalid(field, "must be a number from %d to %d", lowest, highest))
		return absent
	}
	return n
}

// Limit reads how many items are wanted: 0 when it is absent. More than most is most, as clients expect.
func (p *Params) Limit(field string, most int) int {
	s := p.Text(field)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		p.Fail(model.Invalid(field, "must be a number from 1 to %d", most))
		return 0
	}
	return min(n, most)
}

// ID reads an ID: 0 when it is absent.
func (p *Params) ID(field string) model.ID {
	s := p.Text(field)
	if s == "" {
		return 0
	}
	id, err := model.ParseID(field, s)
	if err != nil {
		p.Fail(err)
	}
	return id
}

// IDs reads at most most IDs, given as a list or one alone.
func (p *Params) IDs(field string, most int) []model.ID {
	var ids []model.ID
	for _, s := range p.Texts(field, most) {
		id, err := model.ParseID(field, s)
		if err != nil {
			p.Fail(err)
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}

// Texts reads at most most texts, given as a list or one alone. Empty ones are left out.
func (p *Params) Texts(field string, most int) []string {
	v := p.values[field]
	if v.shape > list {
		p.Fail(model.Invalid(field, "must be a list"))
		return nil
	}
	if len(v.texts) > most {
		p.Fail(model.Invalid(field, "must be at most %d", most))
		return nil
	}
	return slices.DeleteFunc(slices.Clone(v.texts), func(s string) bool { return s == "" })
}

// add puts a text under a name as it stands in a query or form: a name that ends in [] is a list, and name[member]
// makes name an object.
func (p *Params) add(name, text string) error {
	name, isList := strings.CutSuffix(name, "[]")
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return model.Invalid(BodyField, "holds a name that is not UTF-8 text")
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return model.Invalid(name, "must be UTF-8 text without NUL")
	}
	v := p.values[name]
	v.texts = append(v.texts, text)
	if isList {
		v.shape = max(v.shape, list)
	}
	p.values[name] = v
	p.markObject(name)
	return nil
}

// markObject remembers that name[member] was given, for those who ask for name.
func (p *Params) markObject(name string) {
	if outer, _, nested := strings.Cut(name, "["); nested {
		v := p.values[outer]
		v.shape = max(v.shape, object)
		p.values[outer] = v
	}
}
