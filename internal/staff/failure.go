package staff

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// Failure is how many sign-ins from one source failed in one minute.
type Failure struct {
	Source string
	Minute time.Time
	Count  int64
}

const (
	// failuresKept is how long failures are remembered.
	failuresKept = time.Hour
	// maxFailures bounds how many sources and minutes are told apart; what is beyond is counted as one source.
	maxFailures = 10_000
	otherSource = "other"
)

// failures counts failed sign-ins by source and minute (law 6: unauthenticated noise is counted, not logged by call).
// Its zero value is ready.
type failures struct {
	mu     sync.Mutex
	counts map[failureKey]int64
	pruned time.Time // the minute in which old ones were last forgotten
}

type failureKey struct {
	source string
	minute time.Time
}

func (f *failures) count(source string, now time.Time) {
	minute := now.UTC().Truncate(time.Minute)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil {
		f.counts = map[failureKey]int64{}
	}
	if !f.pruned.Equal(minute) {
		f.pruned = minute
		maps.DeleteFunc(f.counts, func(k failureKey, _ int64) bool { return minute.Sub(k.minute) >= failuresKept })
	}
	k := failureKey{source, minute}
	if _, known := f.counts[k]; !known && len(f.counts) >= maxFailures {
		k.source = otherSource
	}
	f.counts[k]++
}

// Failures are the failed sign-ins of the last hour in which there were any, the oldest first.
func (s *Staff) Failures() []Failure {
	s.failures.mu.Lock()
	defer s.failures.mu.Unlock()
	var all []Failure
	for k, n := range s.failures.counts {
		all = append(all, Failure{Source: k.source, Minute: k.minute, Count: n})
	}
	slices.SortFunc(all, func(a, b Failure) int {
		return cmp.Or(a.Minute.Compare(b.Minute), cmp.Compare(a.Source, b.Source))
	})
	return all
}
