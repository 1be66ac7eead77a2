package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"keyturn/internal/model"
)

// Rate is how much is allowed: Burst at once, and one more each Every. The zero Rate allows everything.
type Rate struct {
	Burst int
	Every time.Duration
}

// Limiter bounds how often each source or account does something. It remembers at most twice maxKeys of them: the
// least recently seen are forgotten first. It is safe for concurrent use.
//
// What one party does must never use up another's allowance: key by source what is not signed in (above all wrong
// passwords: keyed by account, anyone could lock anyone out), by account what is.
type Limiter struct {
	rate Rate
	now  func() time.Time

	mu       sync.Mutex
	recent   map[string]*rate.Limiter // seen since the last turn
	previous map[string]*rate.Limiter // seen before it
}

// maxKeys is how many keys fill one generation of a limiter's memory.
const maxKeys = 50_000

// NewLimiter makes a limiter with a clock.
func NewLimiter(r Rate, now func() time.Time) *Limiter {
	return &Limiter{rate: r, now: now, recent: map[string]*rate.Limiter{}}
}

// Take uses one of the key's allowance, or says too_many.
func (l *Limiter) Take(key string) error {
	_, err := l.Hold(key)
	return err
}

// TakeMany uses n of the key's allowance, or none of it and says too_many.
func (l *Limiter) TakeMany(key string, n int) error {
	_, err := l.hold(key, n)
	return err
}

// Hold is Take for what counts only when it fails: giveBack returns what was taken.
func (l *Limiter) Hold(key string) (giveBack func(), err error) { return l.hold(key, 1) }

func (l *Limiter) hold(key string, n int) (giveBack func(), err error) {
	if l.rate.Burst == 0 {
		return func() {}, nil
	}
	at := l.now()
	r := l.of(key).ReserveN(at, n)
	if !r.OK() || r.DelayFrom(at) > 0 {
		r.CancelAt(at)
		return nil, model.Errorf(model.KindTooMany, "too many attempts, try again later")
	}
	// The reservation is cancelled as of the moment it was made: later ones count as acted upon.
	return func() { r.CancelAt(at) }, nil
}

// Guess is Take for guesses at a secret: only those count for which fn says unauthenticated.
func (l *Limiter) Guess(key string, fn func() error) error {
	giveBack, err := l.Hold(key)
	if err != nil {
		return err
	}
	if err = fn(); model.KindOf(err) != model.KindUnauthenticated {
		giveBack()
	}
	return err
}

func (l *Limiter) of(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lim, ok := l.recent[key]; ok {
		return lim
	}
	lim, ok := l.previous[key]
	if !ok {
		lim = rate.NewLimiter(rate.Every(l.rate.Every), l.rate.Burst)
	}
	if len(l.recent) >= maxKeys {
		l.previous, l.recent = l.recent, make(map[string]*rate.Limiter)
	}
	l.recent[key] = lim
	return lim
}
