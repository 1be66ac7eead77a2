package model

import (
	"strconv"
	"strings"
	"time"
)

// Counted is a number with its noun: "1 follower", "41,700,000 followers".
func Counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// Lasting is a length of time in words, to the second and below a minute to its tenth: "15 minutes", "1 day 12 hours", "1.5
// seconds".
func Lasting(d time.Duration) string {
	if tenths := d.Round(time.Second / 10); tenths < time.Minute && tenths%time.Second != 0 {
		return strconv.FormatFloat(tenths.Seconds(), 'f', 1, 64) + " seconds"
	}
	var parts []string
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := int64(d / u.of); n > 0 {
			parts = append(parts, Counted(n, u.name, u.name+"s"))
			d %= u.of
		}
	}
	if len(parts) == 0 {
		return "less than a second"
	}
	return strings.Join(parts, " ")
}
