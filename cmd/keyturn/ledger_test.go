package main

import (
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
)

func TestMoment(t *testing.T) {
	now := time.Date(2017, 11, 3, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"":                          now,
		"2017-11-02T18:48:00Z":      time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC),
		"2017-11-02T20:48:00+02:00": time.Date(2017, 11, 2, 18, 48, 0, 0, time.UTC),
		"2017-11-02":                time.Date(2017, 11, 2, 23, 59, 59, 999e6, time.UTC),
		"2017-11-03":                now,
	} {
		if got, err := moment(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v, want %v (%v)", text, got, want, err)
		}
	}
	for _, text := range []string{"yesterday", "2017-13-01", "2017-11-04", "2017-11-03T12:00:01Z", "1"} {
		if _, err := moment(text, now); model.KindOf(err) != model.KindInvalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestProgress(t *testing.T) {
	now := time.Unix(0, 0)
	var out strings.Builder
	show := progressOn(&out, "entries", func() time.Time { return now })
	show(1000, 100_000) // too early
	now = now.Add(2 * time.Second)
	show(20_000, 100_000)
	show(21_000, 100_000) // too soon after
	if got, want := out.String(), "\r\033[K20000 of 100000 entries (20 %), 10000 entries/s, 8 seconds left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
