// Package demo fills an empty store with the world of the night: the members, their posts and follows, the reports, and
// the staff with software keys.
//
// A store that it makes says for ever that it is a demo: in the ledger's first entry, in the ledger's origin, and by
// serving loopback only. Nothing here may ever touch a store that was born otherwise.
package demo
