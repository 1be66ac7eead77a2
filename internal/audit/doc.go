// Package audit holds the database against the ledger: whether the ledger is whole, every signature is good, and
// replaying the ledger gives exactly the privileged rows that are there; and it answers who did what to an account.
//
// It must never write, and never decide: it only reads and says what it found.
package audit
