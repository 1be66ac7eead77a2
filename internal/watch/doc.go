// Package watch notices what must not pass unseen: rows and entries that are not what the ledger says, a ledger that was
// rolled back, a protected account that went dark, somebody who tries to harm one and is refused by a law, that
// it could not look itself. It opens incidents, by the guard, and has the guard doubt a database that it doubts itself.
//
// It must never repair, and never decide.
package watch
