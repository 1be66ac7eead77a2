// Package staff signs the people who work at the desk in and out, and lets them make passkeys: sign-ins, sessions,
// invitations.
//
// A sign-in says who somebody is, never what they may do: that is the guard's alone. A passkey that is made here has no
// power before the guard enrols it. The package must never write a privileged row, and never let an answer tell whether
// a login exists.
package staff
