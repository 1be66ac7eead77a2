package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// MaxBody is the largest body that any request may have, in bytes. Decoders may allow less.
const MaxBody = 1 << 20

// RequestTime is how long one request may take before its context ends.
const RequestTime = 30 * time.Second

// Common is what every listener does around its handler.
type Common struct {
	Log   *slog.Logger
	Now   func() time.Time
	Style Style // how a panic is told; nil is DeskStyle
}

// Wrap gives every request an ID, a deadline, a bounded body, security headers and a line in the access log, and turns
// a panic into a 500.
func (c Common) Wrap(h http.Handler) http.Handler {
	style := c.Style
	if style == nil {
		style = DeskStyle
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(withRequestID(r.Context()), RequestTime)
		defer cancel()
		r = r.WithContext(ctx)
		body := r.Body
		r.Body = http.MaxBytesReader(w, body, MaxBody)
		defer drain(body)
		SecurityHeaders(w.Header())
		rec := &recorder{ResponseWriter: w}
		start := c.Now()
		defer c.log(rec, r, start)
		defer c.recover(rec, r, style)
		h.ServeHTTP(rec, r)
	})
}

// maxDrain is how much of a body that nobody wanted is read all the same.
const maxDrain = 32 << 20

// drain reads what is left of a body. A client that is still sending when the connection closes sees a reset and not the
// answer that its body is too large. The server's read deadline bounds how long this takes.
func drain(body io.Reader) {
	io.CopyN(io.Discard, body, maxDrain) // an error means that the client has gone: nobody is left to tell
}

// log writes the line of the access log: no query, no header, no body, since each may hold a secret.
func (c Common) log(rec *recorder, r *http.Request, start time.Time) {
	c.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("request", RequestID(r.Context())),
		slog.String("method", r.Method),
		slog.String("path", loggedPath(r)),
		slog.Int("status", rec.status),
		slog.Int64("bytes", rec.bytes),
		slog.Duration("took", c.Now().Sub(start)))
}

// loggedPath is a request's path as it may stand in the log: without the secret that a route calls {token}.
func loggedPath(r *http.Request) string {
	if token := r.PathValue("token"); token != "" {
		return strings.Replace(r.URL.Path, token, "{token}", 1)
	}
	return r.URL.Path
}

// recover answers a request whose handler panicked, unless the answer has begun: then the connection is cut, so that
// the client does not take half an answer for a whole one.
func (c Common) recover(rec *recorder, r *http.Request, style Style) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler { //nolint:errorlint // net/http panics with this very value
		panic(v)
	}
	if rec.status != 0 {
		c.Log.ErrorContext(r.Context(), "handler panicked", "request", RequestID(r.Context()), "panic", v,
			"stack", string(debug.Stack()))
		panic(http.ErrAbortHandler)
	}
	WriteError(rec, r, c.Log, style, fmt.Errorf("handler panicked: %v\n%s", v, debug.Stack()))
}

// SecurityHeaders sets the headers that every response has. The policy allows this server's own styles, scripts and
// images, no inline code and no frames; a page that needs more sets its own Content-Security-Policy over it.
func SecurityHeaders(h http.Header) {
	h.Set("Content-Security-Policy", DefaultCSP)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// DefaultCSP is the Content-Security-Policy of responses that set none.
const DefaultCSP = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"

type requestIDKey struct{}

// RequestID is the ID of the request that a context belongs to: for logs and for telling defects.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

func withRequestID(ctx context.Context) context.Context {
	return context.WithValue(ctx, requestIDKey{}, rand.Text())
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
