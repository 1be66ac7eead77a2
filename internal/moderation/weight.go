package moderation

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"keyturn/internal/model"
)

// Standing is what is known of a member at the moment of a report.
type Standing struct {
	Age     time.Duration // of the account
	Held    int64         // earlier reports whose cases were acted on
	NotHeld int64         // earlier reports whose cases were resolved without action
	Recent  int64         // other reports filed within busyTime
}

const (
	// busyTime and busyReports bound what one member weighs in a day: past so many reports in that time each weighs less.
	// Ten are a bad day on a network; hundreds are a campaign.
	busyTime    = 24 * time.Hour
	busyReports = 10
	// goodWill is how many reports that held a member begins with: one mistake makes nobody a liar.
	goodWill = 2
)

// ages are how much of its weight a young account's report has: accounts made for the occasion are cheap, and new
// members learn the rules.
var ages = []struct {
	below   time.Duration
	percent int64
}{{24 * time.Hour, 10}, {7 * 24 * time.Hour, 25}, {30 * 24 * time.Hour, 50}}

// Weigh is how much a member's report weighs, 1 to model.FullWeight, and in words why it is not FullWeight. A member who
// is older, or whose reports held more often, or less often did not hold, or who filed less in the last day, never weighs
// less. Nobody weighs nothing: a liar can be right once.
func Weigh(s Standing) (weight int64, doubts string) {
	var why []string
	percent := int64(100)
	for _, a := range ages {
		if s.Age < a.below {
			percent = a.percent
			why = append(why, "the account is "+aged(s.Age))
			break
		}
	}
	if s.NotHeld > 0 {
		why = append(why, fmt.Sprintf("%d of %s came to nothing", s.NotHeld, count(s.Held+s.NotHeld, "earlier report")))
	}
	if s.Recent >= busyReports {
		why = append(why, count(s.Recent, "other report")+" within a day")
	}
	weight = percent * (s.Held + goodWill) * busyReports / ((s.Held + s.NotHeld + goodWill) * max(s.Recent+1, busyReports))
	return max(weight, 1), strings.Join(why, "; ")
}

// aged is an account's age in words.
func aged(d time.Duration) string {
	switch {
	case d < time.Hour:
		return "less than an hour old"
	case d < 2*24*time.Hour:
		return count(int64(d/time.Hour), "hour") + " old"
	}
	return count(int64(d/(24*time.Hour)), "day") + " old"
}

// count is a number with its noun.
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return humanize.Comma(n) + " " + noun + "s"
}

// lightLimit is the most that the light reports on a case weigh together, however many there are: a thousand accounts
// that were made today are no more than three members.
const lightLimit = 3 * model.FullWeight

// together is what the reports of a case weigh together.
func together(s model.Stakes) int64 { return s.Full + min(s.Light, lightLimit) }
