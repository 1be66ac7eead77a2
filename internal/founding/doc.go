// Package founding is the first start of a real store: three people, an admin, a security officer and a lead from at
// least two teams, each make two passkeys by a link of their own, and then the store is born with them.
//
// Until the last passkey is made everything is in memory, so that a founding which stops half-way leaves the store
// empty. The package must never touch a store that has anything in it, never take a software key, and never give
// anybody a way to sign in: the desk does that, once the store is served.
package founding
