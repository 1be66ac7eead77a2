package moderation

import (
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"keyturn/internal/model"
)

// Reason is one part of a case's priority, for people to read.
type Reason struct {
	What   string
	Points int64
}

// The points of a case. What reports can claim without being reports of something illegal stays below legalPoints: all
// the others together (reportsLimit, violationPoints, a government account, reachLimit) are 100, and a report of
// something illegal has 100 and its own weight.
const (
	doublingPoints  = 10 // for each doubling of what the reports weigh: the tenth reporter tells less than the first
	reportsLimit    = 60 // a case of 63 ordinary reports has them all
	legalPoints     = 100
	violationPoints = 20
	spamPoints      = 10
	reachPoints     = 2 // for each tenfold of followers, from 1,000
	reachLimit      = 10
	// surely is what the reports in a category must weigh for its points to count in full: a quarter of an ordinary report.
	// So one member of a day's standing who reports something illegal is heard at once, and somebody whose reports never
	// held is not.
	surely = model.FullWeight / 4
	// pointTime is how long a case waits for one point more. It never ends, so that no case waits forever.
	pointTime = time.Hour
)

// classPoints: what is done to or by an account whose word is taken for that of an office is seen by more.
var classPoints = map[model.Class]int64{model.ClassVerified: 3, model.ClassHighProfile: 6, model.ClassGovernment: 10}

// Priority is how urgent a case is at a moment, in points, and where they come from: their sum is the priority. It does
// not depend on the order in which the reports came.
func Priority(c model.Case, now time.Time) (points int64, reasons []Reason) {
	reasons = standing(c.Stakes)
	if c.State == model.CaseResolved {
		now = c.ResolvedAt
	}
	if hours := int64(now.Sub(c.Since) / pointTime); hours > 0 {
		what := "waits for " + count(hours, "hour")
		if c.Overdue(now) {
			what += ", past its due time"
		}
		reasons = append(reasons, Reason{what, hours})
	}
	return sum(reasons), reasons
}

func sum(reasons []Reason) (points int64) {
	for _, r := range reasons {
		points += r.Points
	}
	return points
}

// standing are the parts of the priority that do not change with time.
func standing(s model.Stakes) []Reason {
	var reasons []Reason
	add := func(points int64, what string) {
		if points > 0 {
			reasons = append(reasons, Reason{what, points})
		}
	}
	w := together(s)
	what := "the reports weigh as much as " + ordinary(w)
	if s.Light > lightLimit {
		what += fmt.Sprintf("; those of new and doubtful accounts count for %s at most", ordinary(lightLimit))
	}
	add(min(doublings(w), reportsLimit), what)
	category, points := gravest(s)
	add(points, categoryWords[category])
	add(classPoints[s.Class], "a "+class(s.Class)+" account")
	add(reach(s.Followers), humanize.Comma(s.Followers)+" followers")
	return reasons
}

var categoryWords = map[model.ReportCategory]string{
	model.ReportLegal:     "reported as illegal",
	model.ReportViolation: "reported as against the rules",
	model.ReportSpam:      "reported as spam",
}

// ordinary is a weight in words.
func ordinary(w int64) string {
	n := strings.TrimSuffix(fmt.Sprintf("%d.%d", w/model.FullWeight, w%model.FullWeight/10), ".0")
	if n == "1" {
		return "1 ordinary report"
	}
	return n + " ordinary reports"
}

// doublings is doublingPoints for each time that the weight, with one ordinary report on top, is twice as much, and in
// proportion between: 1 ordinary report has 10 points, 3 have 20, 7 have 30.
func doublings(w int64) int64 {
	w += model.FullWeight
	n := bits.Len64(uint64(w/model.FullWeight)) - 1
	base := int64(model.FullWeight) << n
	return int64(n)*doublingPoints + (w-base)*doublingPoints/base
}

// gravest is the category that gives a case the most points.
func gravest(s model.Stakes) (category model.ReportCategory, points int64) {
	category = model.ReportOther
	for _, c := range []struct {
		category model.ReportCategory
		weight   int64
		points   int64
	}{{model.ReportLegal, s.Legal, legalPoints}, {model.ReportViolation, s.Violation, violationPoints}, {model.ReportSpam, s.Spam, spamPoints}} {
		if p := c.points * min(c.weight, surely) / surely; p > points {
			category, points = c.category, p
		}
	}
	return category, points
}

// reach is the points for an account's followers.
func reach(followers int64) (points int64) {
	for n := int64(1000); n <= followers && points < reachLimit; n *= 10 {
		points += reachPoints
	}
	return points
}

// How long a case may take from the report that puts it into its category.
const (
	dueLegal     = 24 * time.Hour     // laws on illegal content ask for hours or a day (NetzDG: 24 hours for what is plainly illegal)
	dueUrgent    = 24 * time.Hour     // many weigh in, or on a large account: tomorrow it is old news
	dueViolation = 3 * 24 * time.Hour // before the person who was hurt gives up on reports
	dueSpam      = 3 * 24 * time.Hour
	dueOther     = 7 * 24 * time.Hour
	// urgentPoints, without those for waiting, make a case urgent.
	urgentPoints = 60
)

// allowance is how long a case may take.
func allowance(s model.Stakes) time.Duration {
	category, _ := gravest(s)
	due := map[model.ReportCategory]time.Duration{model.ReportLegal: dueLegal, model.ReportViolation: dueViolation,
		model.ReportSpam: dueSpam, model.ReportOther: dueOther}[category]
	if sum(standing(s)) >= urgentPoints {
		due = min(due, dueUrgent)
	}
	return due
}

// ranked is an open case with its place in the order, and with its due time, which only ever comes nearer: at is when
// its stakes became what they are. The points for waiting grow alike for all, so the order does not change with time:
// it is that of the moments at which cases would have had no points.
func ranked(c model.Case, a model.Account, at time.Time) model.Case {
	c.Stakes.Class, c.Stakes.Followers = a.Class, a.Followers
	c.Rank = sum(standing(c.Stakes))*pointTime.Milliseconds() - c.Since.UnixMilli()
	if due := at.Add(allowance(c.Stakes)); c.DueAt.IsZero() || due.Before(c.DueAt) {
		c.DueAt = due
	}
	return c
}
