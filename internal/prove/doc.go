// Package prove explores the real guard on a real store in a small world, looking for a way round the laws: it has each
// role, and each pair of roles, do whatever they can in every order to a bounded depth, while everybody else is idle, and
// holds what came of it to the laws, which it writes down a second time (execution.go, laws.go) from what the ledger and
// the rows say.
//
// It must never ask the guard whether something was right, and never touch a store that it did not make itself.
package prove
