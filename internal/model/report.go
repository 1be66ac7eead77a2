package model

import "time"

// ReportCategory is why a member reports an account.
type ReportCategory string

// The categories of Mastodon's Report entity.
const (
	ReportSpam      ReportCategory = "spam"
	ReportLegal     ReportCategory = "legal"
	ReportViolation ReportCategory = "violation"
	ReportOther     ReportCategory = "other"
)

// ParseReportCategory checks a category; the empty one is "other".
func ParseReportCategory(field, s string) (ReportCategory, error) {
	switch c := ReportCategory(s); c {
	case "":
		return ReportOther, nil
	case ReportSpam, ReportLegal, ReportViolation, ReportOther:
		return c, nil
	}
	return "", Invalid(field, "must be spam, legal, violation or other")
}

// MaxReportComment is the most characters that a report's comment may have.
const MaxReportComment = 1000

// Report is one member's complaint about an account, with the posts it is about.
type Report struct {
	ID        ID
	Reporter  ID
	Target    ID
	Posts     []ID
	Category  ReportCategory
	Comment   string
	Case      ID
	CreatedAt time.Time
}

// CaseState is where a case stands.
type CaseState string

// The states of a case.
const (
	CaseOpen     CaseState = "open"
	CaseResolved CaseState = "resolved"
)

// Case is the desk's work on one account: what reports say of it, and what was done.
type Case struct {
	ID         ID
	Account    ID
	State      CaseState
	Reports    int64
	Assignee   ID // the person who works on it, zero when nobody does
	OpenedAt   time.Time
	ResolvedAt time.Time
}
