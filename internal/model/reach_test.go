package model_test

import (
	"testing"

	"keyturn/internal/model"
)

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 41_700_000: "41,700,000", 123456: "123,456", -1234: "-1,234"} {
		if got := model.Count(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}

func TestPreview(t *testing.T) {
	for _, tt := range []struct {
		reach, daily int64
		want         string
	}{
		{41_700_000, 49_800, "41,700,000 followers lose sight of this account; 837 times your daily budget"},
		{41_700_000, 10_000_000, "41,700,000 followers lose sight of this account; 4.2 times your daily budget"},
		{10_000, 10_000_000, "10,000 followers lose sight of this account; less than 1 % of your daily budget"},
		{1, 2, "1 follower loses sight of this account; 50 % of your daily budget"},
		{5, 5, "5 followers lose sight of this account; all of your daily budget"},
		{5, 0, "5 followers lose sight of this account; more than your daily budget"},
		{0, 5, "Nobody follows this account, and so nobody loses sight of it"},
	} {
		if got := model.Preview(tt.reach, tt.daily, "your"); got != tt.want {
			t.Errorf("%d of %d:\n got %s\nwant %s", tt.reach, tt.daily, got, tt.want)
		}
	}
}
