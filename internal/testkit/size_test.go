package testkit

import "testing"

func TestSizeGrowsInLongRuns(t *testing.T) {
	for _, test := range []struct {
		long string
		want int
	}{{"", 100}, {"1", 10_000}} {
		t.Setenv("KEYTURN_TEST_LONG", test.long)
		if got := Size(100, 10_000); got != test.want {
			t.Errorf("KEYTURN_TEST_LONG=%q: %d, want %d", test.long, got, test.want)
		}
	}
}
