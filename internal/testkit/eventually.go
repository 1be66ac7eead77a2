package testkit

import (
	"testing"
	"time"
)

// pollEvery is how long Eventually pauses between two looks.
const pollEvery = 5 * time.Millisecond

// Eventually waits until cond returns nil, and fails the test with cond's last error when that takes longer than
// within. It looks at once, every few milliseconds, and a last time when the time is over. It is the one way to wait in
// a test.
func Eventually(t testing.TB, within time.Duration, cond func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	for {
		last := !time.Now().Before(deadline)
		err := cond()
		if err == nil {
			return
		}
		if last {
			t.Fatalf("not within %v: %v", within, err)
		}
		time.Sleep(min(pollEvery, max(0, time.Until(deadline))))
	}
}
