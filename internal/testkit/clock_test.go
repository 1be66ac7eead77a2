package testkit

import (
	"sync"
	"testing"
	"time"
)

func TestClockStandsUntilMoved(t *testing.T) {
	start := time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC)
	c := NewClock(start)
	time.Sleep(time.Millisecond)
	if got := c.Now(); !got.Equal(start) {
		t.Errorf("now %v, want %v", got, start)
	}
	if got, want := c.Advance(time.Hour), start.Add(time.Hour); got != want || c.Now() != want {
		t.Errorf("after an hour: %v and %v, want %v", got, c.Now(), want)
	}
	c.Set(start.Add(-time.Hour).In(time.FixedZone("", 3600)))
	if want := start.Add(-time.Hour); c.Now() != want {
		t.Errorf("set back: %v, want %v", c.Now(), want)
	}
}

func TestClockIsForManyGoroutines(t *testing.T) {
	start := time.Unix(0, 0)
	c := NewClock(start)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			c.Now()
			c.Advance(time.Second)
		})
	}
	wg.Wait()
	if want := start.Add(50 * time.Second); !c.Now().Equal(want) {
		t.Errorf("now %v, want %v", c.Now(), want)
	}
}
