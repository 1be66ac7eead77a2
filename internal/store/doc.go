// Package store keeps everything that Keyturn remembers, in SQLite (the embedded default) or PostgreSQL. All SQL of
// the program is here, once: one text serves both engines, and what differs between them stands in the two dialect
// files alone.
//
// Writes by members go through Write. Privileged writes — sanctions, classes, people, roles, credentials, requests,
// keys, policies — go through Privileged, the only way to get a PrivTx; each is one entry of the ledger, committed
// with what it records or not at all. Only package guard may call Privileged.
//
// The store must never decide anything: it has no rules, no HTTP, and no opinion on who may do what.
//
// Times are integers in the database (Unix milliseconds, 0 for none), IDs 64-bit integers (0 for none).
package store
