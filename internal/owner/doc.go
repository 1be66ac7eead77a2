// Package owner is what the owner of an account does with more than a session: makes passkeys and signs in with them,
// lifts a brief lock, turns the owner's key on a request of the staff's, and sets a new password by a link that the staff
// handed out.
//
// It must never decide whether an owner's signature counts: the guard does. It knows of no HTTP.
package owner
