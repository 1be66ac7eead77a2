// Package model holds Keyturn's nouns: the values that every other package speaks in, their IDs, and the
// kinds of error that they report.
//
// It imports the standard library only. It must never read a store, a clock of its own, or the network: what
// needs the time is given it.
package model
