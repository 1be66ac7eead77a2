// Package guard is the one door that every staff action goes through. It decides — laws first, then the policy in
// force, then whose keys stand — and what it allows it does in the same transaction: effect, ledger entry and feed.
//
// The laws (laws.go) are code, not policy: they hold whatever the policy, the role, the schedule, the API or the flag.
//
// The guard must never act on a doubt: an error while deciding refuses darkening, silencing, takeover and governing. It
// never trusts a decision made outside the transaction that acts on it, and nobody but it opens a privileged one.
package guard
