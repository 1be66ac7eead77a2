package staff

import (
	"fmt"
	"testing"
	"time"
)

func TestFailuresAreBounded(t *testing.T) {
	var s Staff
	now := time.Date(2017, 11, 2, 18, 0, 30, 0, time.UTC)
	for i := range maxFailures + 500 {
		s.failures.count(fmt.Sprint(i), now)
	}
	s.failures.count("0", now)
	all := s.Failures()
	if len(all) != maxFailures+1 {
		t.Fatalf("%d sources are kept", len(all))
	}
	counts := map[string]int64{}
	for _, f := range all {
		counts[f.Source] += f.Count
		if want := now.Truncate(time.Minute); !f.Minute.Equal(want) {
			t.Fatalf("minute %v, want %v", f.Minute, want)
		}
	}
	if counts["0"] != 2 || counts[otherSource] != 500 {
		t.Errorf("source 0 has %d, the others %d", counts["0"], counts[otherSource])
	}
	s.failures.count("late", now.Add(failuresKept))
	if all := s.Failures(); len(all) != 1 || all[0].Source != "late" {
		t.Errorf("after an hour %d sources are kept", len(all))
	}
}
