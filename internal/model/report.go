package model

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ReportCategory is why a member reports an account.
type ReportCategory string

// The categories of Mastodon's Report entity.
const (
	ReportSpam      ReportCategory = "spam"
	ReportLegal     ReportCategory = "legal"
	ReportViolation ReportCategory = "violation"
	ReportOther     ReportCategory = "other"
)

// ReportCategories lists the categories, from the least urgent to the most.
func ReportCategories() []ReportCategory {
	return []ReportCategory{ReportOther, ReportSpam, ReportViolation, ReportLegal}
}

// ParseReportCategory checks a category; the empty one is "other".
func ParseReportCategory(field, s string) (ReportCategory, error) {
	switch c := ReportCategory(s); {
	case c == "":
		return ReportOther, nil
	case slices.Contains(ReportCategories(), c):
		return c, nil
	}
	return "", Invalid(field, "must be spam, legal, violation or other")
}

// Bounds of a report: of what is filed at once, and of what one member's report on one case gathers.
const (
	MaxReportComment  = 1000 // characters of one comment
	MaxReportComments = 5000 // characters of all comments
	MaxReportPosts    = 50   // posts
)

// Weights of reports, in hundredths of an ordinary member's report.
const (
	FullWeight  = 100 // what a report of a member weighs about whom nothing speaks against it; none weighs more
	LightWeight = 50  // reports that weigh less are light: together they count for little (see package moderation)
)

// Report is one member's complaint about an account, with the posts it is about. What the same member files on the same
// case later is added to it.
type Report struct {
	ID        ID
	Reporter  ID
	Target    ID
	Posts     []ID
	Category  ReportCategory // the most urgent that was given
	Comment   string         // the comments, a blank line between them
	Case      ID
	Filed     int64  // how often it was filed
	Weight    int64  // 1 to FullWeight, as it was when it was first filed
	Doubts    string // why it weighs less than FullWeight, in words; empty when it does not
	CreatedAt time.Time
}

// Join adds to a report what the same member files once more. Posts and comments that it has already are not added
// again; where it would outgrow its bounds the error names the input.
func (r Report) Join(more Report) (Report, error) {
	r.Posts = slices.Clone(r.Posts)
	for _, id := range more.Posts {
		if !slices.Contains(r.Posts, id) {
			r.Posts = append(r.Posts, id)
		}
	}
	if len(r.Posts) > MaxReportPosts {
		return r, Invalid("posts", "your report on this account would name more than %d", MaxReportPosts)
	}
	if more.Comment != "" && !slices.Contains(strings.Split(r.Comment, "\n\n"), more.Comment) && r.Comment != more.Comment {
		r.Comment = strings.TrimPrefix(r.Comment+"\n\n"+more.Comment, "\n\n")
	}
	if utf8.RuneCountInString(r.Comment) > MaxReportComments {
		return r, Invalid("comment", "your comments on this account would have more than %d characters together", MaxReportComments)
	}
	urgency := ReportCategories()
	if slices.Index(urgency, more.Category) > slices.Index(urgency, r.Category) {
		r.Category = more.Category
	}
	r.Filed++
	return r, nil
}
