// Package ledger is the tamper-evident log of everything that staff do, as data: entries and their public leaves,
// the Merkle tree over the leaves (RFC 6962, by golang.org/x/mod/sumdb/tlog), its signed heads
// (https://c2sp.org/tlog-checkpoint), its tiles (https://c2sp.org/tlog-tiles), proofs, and their checking.
//
// It must never open a store, serve HTTP, read a clock or keep a head in memory: whoever appends reads the hashes of
// the tree inside the transaction that writes the new ones.
package ledger
