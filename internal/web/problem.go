package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"keyturn/internal/model"
)

// RetryAfter is what a client is asked to wait when the node cannot answer now or a limit is used up.
const RetryAfter = 5 * time.Second

// Problem is an error as it is told to a client.
type Problem struct {
	Status  int // for the desk and for pages; see Style for other APIs
	Kind    model.ErrorKind
	Message string // for the person who caused it; of a defect only that there was one, and its ID
	Field   string
	Law     string
	Request model.ID
	Err     error // what was returned, for styles that know more of it; never shown
}

// A Style writes a problem in the form that an API's clients expect. It may answer with another status.
type Style func(w http.ResponseWriter, r *http.Request, p Problem)

// HandlerFunc is a handler that can fail. It writes nothing before it fails.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Handler serves h and tells its errors in a style. Errors without a kind are defects: they are logged here, once, and
// the client is told only the request's ID.
func Handler(log *slog.Logger, style Style, h HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			WriteError(w, r, log, style, err)
		}
	})
}

// WriteError tells an error in a style, as Handler does.
func WriteError(w http.ResponseWriter, r *http.Request, log *slog.Logger, style Style, err error) {
	p := problemOf(r, err)
	switch {
	case p.Status == statusClientGone:
		return // nobody is listening
	case p.Status >= http.StatusInternalServerError:
		log.ErrorContext(r.Context(), "request failed", "request", RequestID(r.Context()), "method", r.Method,
			"path", loggedPath(r), "status", p.Status, "err", cause(err))
	}
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(int(RetryAfter/time.Second)))
	}
	w.Header().Set("Cache-Control", "no-store")
	style(w, r, p)
}

// statusClientGone is nginx's word for a client that hung up; it is never written.
const statusClientGone = 499

// StatusOf is the one mapping of error kinds to statuses. An error without a kind is a defect: 500.
func StatusOf(err error) int {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return http.StatusRequestEntityTooLarge
	}
	switch model.KindOf(err) {
	case model.KindInvalid:
		return http.StatusBadRequest
	case model.KindUnauthenticated:
		return http.StatusUnauthorized
	case model.KindForbidden, model.KindNeedsKeys:
		return http.StatusForbidden
	case model.KindNotFound:
		return http.StatusNotFound
	case model.KindConflict:
		return http.StatusConflict
	case model.KindFrozen:
		return http.StatusLocked
	case model.KindTooMany:
		return http.StatusTooManyRequests
	case model.KindUnavailable:
		return http.StatusServiceUnavailable
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func problemOf(r *http.Request, err error) Problem {
	p := Problem{Status: StatusOf(err), Kind: model.KindOf(err), Err: err}
	switch e, ok := errors.AsType[*model.Error](err); {
	case ok:
		p.Message, p.Field, p.Law, p.Request = e.Message, e.Field, e.Law, e.Request
	case errors.Is(r.Context().Err(), context.Canceled):
		p.Status = statusClientGone
	case p.Status == http.StatusServiceUnavailable:
		p.Kind, p.Message = model.KindUnavailable, "this took too long, try again"
	default:
		p.Message = "something went wrong here; its number is " + RequestID(r.Context())
	}
	return p
}

// cause is the error to log: what is behind a message, when there is something.
func cause(err error) error {
	if e, ok := errors.AsType[*model.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}

// DeskStyle is the desk's JSON: {"error","kind","field","law","request"}, empty members left out.
func DeskStyle(w http.ResponseWriter, _ *http.Request, p Problem) {
	body := struct {
		Error   string          `json:"error"`
		Kind    model.ErrorKind `json:"kind,omitempty"`
		Field   string          `json:"field,omitempty"`
		Law     string          `json:"law,omitempty"`
		Request model.ID        `json:"request,omitzero"`
	}{p.Message, p.Kind, p.Field, p.Law, p.Request}
	writeJSONBody(w, p.Status, body)
}

// MastodonStyle is the client API's JSON (https://docs.joinmastodon.org/entities/Error/), with its statuses: what is
// wrong in well-formed input, and what exists already, is 422.
func MastodonStyle(w http.ResponseWriter, _ *http.Request, p Problem) {
	body := struct {
		Error string `json:"error"`
		Field string `json:"field,omitempty"`
	}{p.Message, p.Field}
	if p.Field != "" {
		body.Error = p.Field + ": " + p.Message
	}
	writeJSONBody(w, MastodonStatus(p), body)
}

// MastodonStatus is the status with which the client API tells a problem.
func MastodonStatus(p Problem) int {
	malformed := p.Field == BodyField
	if p.Status == http.StatusBadRequest && !malformed || p.Status == http.StatusConflict {
		return http.StatusUnprocessableEntity
	}
	return p.Status
}
