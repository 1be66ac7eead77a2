package guard

import "time"

// StopMonotonic has the monotonic clock stand from now on, so that whatever the test's clock does counts as setting it.
func (g *Guard) StopMonotonic() {
	g.clock.start = g.now()
	g.clock.ran = func(time.Time) time.Duration { return 0 }
}
