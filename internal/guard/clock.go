package guard

import (
	"sync"
	"time"
)

// maxJump is how far the wall clock may run ahead of the monotonic one between two looks.
const maxJump = 60 * time.Second

// clockWatch compares the wall clock with the monotonic one, which nobody can set.
type clockWatch struct {
	mu   sync.Mutex
	last time.Time     // with its monotonic reading
	off  time.Duration // how far the wall clock is ahead of where it should be
}

func newClockWatch(now time.Time) *clockWatch { return &clockWatch{last: now} }

// jumped reports whether the wall clock is over maxJump ahead by a jump. Small steps (slewing) are forgiven; a jump is
// not until the clock is set back.
func (c *clockWatch) jumped(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	step := now.Round(0).Sub(c.last.Round(0)) - now.Sub(c.last)
	c.last = now
	if step > time.Second || step < -time.Second || c.off > maxJump {
		c.off += step
	}
	return c.off > maxJump
}
