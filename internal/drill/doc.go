// Package drill replays the night of the eleven minutes against a running server, over its public interfaces only, and
// keeps the score: what the rogue could do, how fast the right people could, and what was lost.
//
// It must never open a store, and never ask the server for anything that its members and staff cannot ask.
package drill
