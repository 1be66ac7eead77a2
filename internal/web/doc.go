// Package web is the HTTP that every listener shares: errors to responses, decoding of what clients send, request IDs,
// the access log, security headers, limits by source and account, and running a server until it is told to stop.
//
// It knows no entity of any API and no rule of the network. It is the only place that maps error kinds to statuses, and
// it must never write a secret to the log: no query, no header and no body goes there.
package web
