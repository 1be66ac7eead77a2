package testkit

import "math/rand/v2"

// Rand makes random numbers that are the same for the same seed, on every machine. They are no secrets. One goroutine
// may use them at a time.
func Rand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
