package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"keyturn/internal/model"
)

// body is a request's body with its content type.
type body struct{ contentType, text string }

func form(s string) body      { return body{"application/x-www-form-urlencoded", s} }
func jsonBody(s string) body  { return body{"application/json; charset=utf-8", s} }
func plainBody(s string) body { return body{"text/plain", s} }

func multipartBody(t *testing.T, pairs ...string) body {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.CreateFormFile("avatar", "me.png"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return body{w.FormDataContentType(), b.String()}
}

func readParams(target string, b body) (*Params, error) {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(b.text))
	r.Header.Set("Content-Type", b.contentType)
	return ReadParams(httptest.NewRecorder(), r)
}

func TestAllEncodingsMeanTheSame(t *testing.T) {
	type read struct {
		Status    string
		Sensitive bool
		IDs       []model.ID
		Limit     int
		Nested    model.ID
		Language  *string
		Absent    *bool
	}
	want := read{"a&b é", true, []model.ID{1, 2}, 80, 9, new(""), nil}
	for name, b := range map[string]body{
		"form":      form("status=a%26b+%C3%A9&sensitive=True&ids[]=1&ids%5B%5D=2&limit=500&home[last_read_id]=9&language="),
		"multipart": multipartBody(t, "status", "a&b é", "sensitive", "1", "ids[]", "1", "ids[]", "2", "limit", "500", "home[last_read_id]", "9", "language", ""),
		"JSON":      jsonBody(`{"status":"a&b é","sensitive":true,"ids":["1",2],"limit":500,"home":{"last_read_id":"9"},"language":"","absent":null}`),
	} {
		p, err := readParams("/?status=of+the+query&limit=3", b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := read{p.Text("status"), p.Bool("sensitive", false), p.IDs("ids", 5), p.Limit("limit", 80),
			p.ID("home[last_read_id]"), p.OptionalText("language"), p.OptionalBool("absent")}
		if p.Err() != nil {
			t.Errorf("%s: %v", name, p.Err())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestTheLastOfSeveralCounts(t *testing.T) {
	p, err := readParams("/?limit=20&max_id=5&limit=7", form(""))
	if err != nil || p.Limit("limit", 40) != 7 || p.Err() != nil {
		t.Errorf("limit is %d: %v %v", p.Limit("limit", 40), err, p.Err())
	}
}

func TestWrongParametersAreNamed(t *testing.T) {
	tests := []struct {
		name string
		body body
		read func(p *Params)
		want string // the field
	}{
		{"bool", form("sensitive=maybe"), func(p *Params) { p.Bool("sensitive", false) }, "sensitive"},
		{"number", form("limit=ten"), func(p *Params) { p.Limit("limit", 40) }, "limit"},
		{"zero", form("limit=0"), func(p *Params) { p.Limit("limit", 40) }, "limit"},
		{"negative", jsonBody(`{"limit":-1}`), func(p *Params) { p.Limit("limit", 40) }, "limit"},
		{"float", jsonBody(`{"offset":1.5}`), func(p *Params) { p.Int("offset", 0, 0, 9) }, "offset"},
		{"range", jsonBody(`{"offset":10}`), func(p *Params) { p.Int("offset", 0, 0, 9) }, "offset"},
		{"id", form("max_id=abc"), func(p *Params) { p.ID("max_id") }, "max_id"},
		{"huge id", form("max_id=99999999999999999999"), func(p *Params) { p.ID("max_id") }, "max_id"},
		{"id in list", form("ids[]=1&ids[]=x"), func(p *Params) { p.IDs("ids", 5) }, "ids"},
		{"long list", form("ids[]=1&ids[]=2&ids[]=3"), func(p *Params) { p.IDs("ids", 2) }, "ids"},
		{"missing", form("status="), func(p *Params) { p.Required("status") }, "status"},
		{"list for text", jsonBody(`{"status":["a"]}`), func(p *Params) { p.Text("status") }, "status"},
		{"empty list for text", jsonBody(`{"status":[]}`), func(p *Params) { p.Text("status") }, "status"},
		{"object for text", jsonBody(`{"status":{"a":"b"}}`), func(p *Params) { p.Text("status") }, "status"},
		{"members for text", form("status[a]=b"), func(p *Params) { p.Text("status") }, "status"},
		{"bool for text", jsonBody(`{"status":true}`), func(p *Params) { p.Text("status") }, "status"},
		{"object for list", jsonBody(`{"ids":{"a":"1"}}`), func(p *Params) { p.IDs("ids", 2) }, "ids"},
		{"file for text", multipartBody(t, "status", "x"), func(p *Params) { p.Text("avatar") }, "avatar"},
	}
	for _, tt := range tests {
		p, err := readParams("/", tt.body)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		tt.read(p)
		wantInvalid(t, tt.name, p.Err(), tt.want)
	}
}

func TestWrongBodiesAreNamed(t *testing.T) {
	tests := []struct {
		name string
		body body
		want string
	}{
		{"no JSON", jsonBody(`{"status":`), BodyField},
		{"two values", jsonBody(`{} {}`), BodyField},
		{"an array", jsonBody(`[1]`), BodyField},
		{"a text", jsonBody(`"x"`), BodyField},
		{"too deep", jsonBody(`{"a":[[[[[[1]]]]]]}`), "a[0][0][0][0]"},
		{"escapes", form("status=%zz"), BodyField},
		{"not UTF-8", form("status=%ff"), "status"},
		{"NUL", jsonBody(`{"status":"a\u0000b"}`), "status"},
		{"a name that is not UTF-8", form("%ff=1"), BodyField},
		{"no type", body{"", "status=x"}, BodyField},
		{"another type", plainBody("status=x"), BodyField},
		{"half a form", body{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx"}, BodyField},
		{"too large", form("status=" + strings.Repeat("x", MaxBody)), BodyField},
		{"too large a file", body{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n" + strings.Repeat("x", MaxBody)}, BodyField},
	}
	for _, tt := range tests {
		_, err := readParams("/", tt.body)
		wantInvalid(t, tt.name, err, tt.want)
		if tooLarge := strings.HasPrefix(tt.name, "too large"); (StatusOf(err) == http.StatusRequestEntityTooLarge) != tooLarge {
			t.Errorf("%s is %d", tt.name, StatusOf(err))
		}
	}
	_, err := readParams("/?a=%zz", form(""))
	wantInvalid(t, "query", err, "query")
}

func wantInvalid(t *testing.T, name string, err error, field string) {
	t.Helper()
	e, ok := err.(*model.Error) //nolint:errorlint // errors of a kind are not wrapped here
	if !ok || e.Kind != model.KindInvalid || e.Field != field {
		t.Errorf("%s: error is %v, want an invalid %q", name, err, field)
	}
}

func FuzzReadParams(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", "a[]=1&b=true&c[d]=2", "limit=3")
	f.Add("application/json", `{"a":[1,"2",{"b":true}],"c":null,"d":{"e":[[1]]}}`, "")
	f.Add("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n", "")
	f.Fuzz(func(t *testing.T, contentType, text, query string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(text))
		r.Header.Set("Content-Type", contentType)
		r.URL.RawQuery = query
		p, err := ReadParams(httptest.NewRecorder(), r)
		if err != nil {
			if model.KindOf(err) != model.KindInvalid {
				t.Fatalf("error %v has kind %q", err, model.KindOf(err))
			}
			return
		}
		for name, v := range p.values {
			for _, s := range append(v.texts, name) {
				if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
					t.Fatalf("%q holds %q", name, s)
				}
			}
			p.err = nil
			if text := p.Text(name); p.Err() != nil && text != "" {
				t.Fatalf("%q gives both %q and %v", name, text, p.Err())
			}
			p.Bool(name, false)
			p.IDs(name, 3)
			p.Limit(name, 40)
			if p.Err() != nil && model.KindOf(p.Err()) != model.KindInvalid {
				t.Fatalf("error %v has no kind", p.Err())
			}
		}
	})
}
