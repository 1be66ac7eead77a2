package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"keyturn/internal/model"
)

type command struct {
	Kind    string   `json:"kind"`
	Account model.ID `json:"account"`
	Inner   struct {
		N int `json:"n"`
	} `json:"inner"`
}

func decode(b body, limit int64) (command, error) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(b.text))
	r.Header.Set("Content-Type", b.contentType)
	var c command
	return c, DecodeJSON(httptest.NewRecorder(), r, limit, &c)
}

func TestDecodeJSON(t *testing.T) {
	if _, err := decode(jsonBody(`{"kind":"lock","account":"7","inner":{"n":3}} `), 100); err != nil {
		t.Error(err)
	}
	tests := []struct {
		name, want string
		body       body
	}{
		{"unknown member", "knd", jsonBody(`{"knd":"lock"}`)},
		{"wrong type", "kind", jsonBody(`{"kind":5}`)},
		{"wrong type within", "inner.n", jsonBody(`{"inner":{"n":"x"}}`)},
		{"wrong ID", "id", jsonBody(`{"account":"x"}`)},
		{"array", BodyField, jsonBody(`[]`)},
		{"null", BodyField, jsonBody(` null `)},
		{"two values", BodyField, jsonBody(`{}{}`)},
		{"half", BodyField, jsonBody(`{"kind":`)},
		{"nothing", BodyField, jsonBody(``)},
		{"a form", BodyField, form("kind=lock")},
		{"too large", BodyField, jsonBody(`{"kind":"` + strings.Repeat("x", 100) + `"}`)},
	}
	for _, tt := range tests {
		_, err := decode(tt.body, 100)
		wantInvalid(t, tt.name, err, tt.want)
	}
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add(`{"kind":"lock","account":"7","inner":{"n":3}}`)
	f.Add(`{"account":7}`)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := decode(jsonBody(text), 1000); err != nil && model.KindOf(err) != model.KindInvalid {
			t.Fatalf("error %v has kind %q", err, model.KindOf(err))
		}
	})
}
