package testkit

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// failure is what Eventually tells a test that it fails.
type failure struct {
	testing.TB
	text string
}

func (f *failure) Helper() {}

func (f *failure) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestEventuallyWaitsNoLongerThanNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		Eventually(t, time.Minute, func() error {
			if time.Since(start) < time.Second {
				return errors.New("too early")
			}
			return nil
		})
		if took := time.Since(start); took > time.Second+pollEvery {
			t.Errorf("waited %v", took)
		}
	})
}

func TestEventuallyGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, within := range []time.Duration{0, time.Second} {
			var f failure
			start := time.Now()
			var wg sync.WaitGroup
			wg.Go(func() { Eventually(&f, within, func() error { return errors.New("it is dark") }) })
			wg.Wait()
			if want := fmt.Sprintf("not within %v: it is dark", within); f.text != want {
				t.Errorf("said %q, want %q", f.text, want)
			}
			if took := time.Since(start); took != within {
				t.Errorf("gave up after %v, want %v", took, within)
			}
		}
	})
}
