package web

import (
	"fmt"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/testkit"
)

func TestLimiter(t *testing.T) {
	clock := testkit.NewClock(time.Unix(0, 0))
	l := NewLimiter(Rate{Burst: 2, Every: time.Minute}, clock.Now)
	take := func(key string, want bool) {
		t.Helper()
		err := l.Take(key)
		if (err == nil) != want || err != nil && model.KindOf(err) != model.KindTooMany {
			t.Errorf("taking for %s: %v, want allowed=%v", key, err, want)
		}
	}
	take("a", true)
	take("a", true)
	take("a", false)
	take("b", true) // what a does is nothing to b
	clock.Advance(time.Minute)
	take("a", true)
	take("a", false)
}

func TestLimiterTakesMany(t *testing.T) {
	clock := testkit.NewClock(time.Unix(0, 0))
	l := NewLimiter(Rate{Burst: 5, Every: time.Minute}, clock.Now)
	for i, tt := range []struct {
		n    int
		want bool
	}{{3, true}, {3, false}, {2, true}, {0, true}, {1, false}, {6, false}} {
		if err := l.TakeMany("a", tt.n); (err == nil) != tt.want {
			t.Errorf("%d: taking %d: %v", i, tt.n, err)
		}
	}
	clock.Advance(5 * time.Minute)
	if err := l.TakeMany("a", 5); err != nil {
		t.Errorf("what was refused was taken: %v", err)
	}
}

func TestWhatSucceedsIsGivenBack(t *testing.T) {
	clock := testkit.NewClock(time.Unix(0, 0))
	l := NewLimiter(Rate{Burst: 2, Every: time.Hour}, clock.Now)
	for range 10 {
		giveBack, err := l.Hold("a")
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(50 * time.Millisecond) // the work takes time
		giveBack()
	}
}

func TestLimiterForgetsTheOldestFirst(t *testing.T) {
	l := NewLimiter(Rate{Burst: 1, Every: time.Hour}, testkit.NewClock(time.Unix(0, 0)).Now)
	if err := l.Take("busy"); err != nil {
		t.Fatal(err)
	}
	for i := range 3 * maxKeys {
		if err := l.Take(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if i%(maxKeys/2) == 0 && l.Take("busy") == nil {
			t.Fatalf("after %d others the busy one was forgotten", i)
		}
	}
	if n := len(l.recent) + len(l.previous); n > 2*maxKeys {
		t.Errorf("%d keys are kept", n)
	}
}

func TestNoRateAllowsAll(t *testing.T) {
	l := NewLimiter(Rate{}, time.Now)
	for range 1000 {
		if err := l.Take("a"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSources(t *testing.T) {
	s := Sources{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	tests := []struct{ peer, forwarded, want string }{
		{"192.0.2.7:5", "", "192.0.2.7"},
		{"192.0.2.7:5", "203.0.113.9", "192.0.2.7"}, // anyone can say so
		{"10.0.0.1:5", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:5", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"},
		{"10.0.0.1:5", "nonsense", "10.0.0.1"},
		{"10.0.0.1:5", "", "10.0.0.1"},
		{"[2001:db8:1:2:3::4]:5", "", "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.7]:5", "", "192.0.2.7"},
		{"@", "", "unknown"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		if got := s.Of(r); got != tt.want {
			t.Errorf("%s for %q is %s, want %s", tt.peer, tt.forwarded, got, tt.want)
		}
	}
}
