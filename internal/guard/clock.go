package guard

import "time"

// maxJump is how far the wall clock may run ahead of the monotonic one.
const maxJump = 60 * time.Second

// clockWatch compares the wall clock with the monotonic one, which nobody can set, from the start of the process on.
type clockWatch struct {
	start time.Time
	ran   func(now time.Time) time.Duration // since start, by the monotonic clock
}

// newClockWatch begins at start, which has a monotonic reading when it comes from time.Now.
func newClockWatch(start time.Time) clockWatch {
	return clockWatch{start: start, ran: func(now time.Time) time.Duration { return now.Sub(start) }}
}

// jumped reports whether the wall clock is over maxJump ahead of where it should be: it was set forward, or the machine
// was suspended. It stays so until the clock is set back or the process starts anew.
func (c clockWatch) jumped(now time.Time) bool {
	return now.Round(0).Sub(c.start.Round(0))-c.ran(now) > maxJump
}
