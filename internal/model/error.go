package model

import (
	"errors"
	"fmt"
)

// ErrorKind says what an error means to the caller; package web alone maps kinds to HTTP statuses.
type ErrorKind string

// The kinds of error.
const (
	KindInvalid         ErrorKind = "invalid"         // the input is wrong; Field names which
	KindUnauthenticated ErrorKind = "unauthenticated" // no valid sign-in
	KindForbidden       ErrorKind = "forbidden"       // known caller, not allowed; Law or Rule says why
	KindNotFound        ErrorKind = "not_found"       // no such thing, or not for this viewer
	KindConflict        ErrorKind = "conflict"        // it exists already, or changed meanwhile
	KindNeedsKeys       ErrorKind = "needs_keys"      // a request was opened and waits for other people's keys
	KindFrozen          ErrorKind = "frozen"          // a freeze or the breaker stops this for now
	KindTooMany         ErrorKind = "too_many"        // a rate or budget is used up
	KindUnavailable     ErrorKind = "unavailable"     // the store or this node cannot answer now; try again
)

// Error is the one error type that crosses package borders with a meaning. Message is written for the person who
// caused it; Err, when set, is the cause, for the log only.
type Error struct {
	Kind    ErrorKind
	Field   string // the input that is wrong, for KindInvalid
	Law     string // the law that refused, as named in guard/laws.go
	Message string
	Request ID // the request that was opened or refused, when there is one
	Err     error
}

// Error is Message, led by the field it is about.
func (e *Error) Error() string {
	if e.Field != "" {
		return e.Field + ": " + e.Message
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a kind.
func Errorf(kind ErrorKind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Invalid says that the input called field is wrong, and how: Invalid("limit", "must be 1 to 80").
func Invalid(field, format string, args ...any) *Error {
	return &Error{Kind: KindInvalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// NotFound says that there is no such thing for this viewer: NotFound("account").
func NotFound(what string) *Error {
	return &Error{Kind: KindNotFound, Message: what + " not found"}
}

// Refused says that a law stops this.
func Refused(law, format string, args ...any) *Error {
	return &Error{Kind: KindForbidden, Law: law, Message: fmt.Sprintf(format, args...)}
}

// Unavailable wraps trouble below (store, feed, clock) that the caller may try again after.
func Unavailable(err error, format string, args ...any) *Error {
	return &Error{Kind: KindUnavailable, Message: fmt.Sprintf(format, args...), Err: err}
}

// KindOf is the kind of err, or "" for an error that has none (a defect, to be answered with 500).
func KindOf(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
