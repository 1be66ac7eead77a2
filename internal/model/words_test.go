package model_test

import (
	"testing"
	"time"

	"keyturn/internal/model"
)

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "less than a second", time.Millisecond: "less than a second", 1500 * time.Millisecond: "1.5 seconds",
		time.Second: "1 second", 15 * time.Minute: "15 minutes", 24 * time.Hour: "1 day", 36 * time.Hour: "1 day 12 hours",
		144*time.Second + 300*time.Millisecond: "2 minutes 24 seconds", 30 * 24 * time.Hour: "30 days",
		90 * time.Second: "1 minute 30 seconds", time.Hour: "1 hour", 5 * 365 * 24 * time.Hour: "1,825 days"} {
		if got := model.Lasting(d); got != want {
			t.Errorf("%v is %q, not %q", d, got, want)
		}
	}
	if one, many := model.Counted(1, "follower", "followers"), model.Counted(41_700_000, "follower", "followers"); one != "1 follower" || many != "41,700,000 followers" {
		t.Error(one, many)
	}
}
