package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"keyturn/internal/model"
)

// BodyField is the field that an error names when the body as a whole cannot be read.
const BodyField = "body"

// WriteJSON answers with a value as JSON and forbids keeping the answer: what a member may see can change at any moment.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding an answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that hung up is nobody's error
	return nil
}

// writeJSONBody is WriteJSON for values that are known to encode.
func writeJSONBody(w http.ResponseWriter, status int, v any) {
	if err := WriteJSON(w, status, v); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// DecodeJSON reads a JSON body of at most limit bytes into v and nothing else: members that v does not have, a second
// value, another content type and wrong types are invalid, and the error names the member.
func DecodeJSON(w http.ResponseWriter, r *http.Request, limit int64, v any) error {
	if mt, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mt != "application/json" {
		return model.Invalid(BodyField, "must be sent as application/json")
	}
	var raw json.RawMessage
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	if err := dec.Decode(&raw); err != nil {
		return jsonError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return model.Invalid(BodyField, "must be one JSON value")
	}
	if string(raw) == "null" { // which would be read as nothing at all
		return model.Invalid(BodyField, "must not be a JSON null")
	}
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	if err := strict.Decode(v); err != nil {
		return jsonError(err)
	}
	return nil
}

// decodeNumbers reads one JSON value whole, keeping numbers as they are written.
func decodeNumbers(body []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return jsonError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return model.Invalid(BodyField, "must be one JSON value")
	}
	return nil
}

// jsonError says what is wrong with a body that encoding/json could not read.
func jsonError(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return bodyTooLarge(tooLarge)
	}
	if known, ok := errors.AsType[*model.Error](err); ok {
		return known // a type's own UnmarshalJSON said it
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := wrong.Field
		if field == "" {
			field = BodyField
		}
		return model.Invalid(field, "must not be a JSON %s", wrong.Value)
	}
	if quoted, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return model.Invalid(strings.Trim(quoted, `"`), "is not known here")
	}
	if errors.Is(err, io.EOF) {
		return model.Invalid(BodyField, "is empty, and must be JSON")
	}
	return &model.Error{Kind: model.KindInvalid, Field: BodyField, Message: "is not JSON", Err: err}
}

func bodyTooLarge(err *http.MaxBytesError) error {
	return &model.Error{Kind: model.KindInvalid, Field: BodyField, Err: err,
		Message: fmt.Sprintf("is over %d bytes", err.Limit)}
}
