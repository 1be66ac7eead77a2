// Package testkit is what tests share: a throwaway PostgreSQL, a clock that stands until it is moved, one way to wait,
// seeded randomness, a check for leaked goroutines.
//
// Only tests may import it. It must never stand in for code of ours: a test's store is a real one.
package testkit
