package model

import "time"

// Visibility says who may see a post.
type Visibility string

// The visibilities, as Mastodon's Status entity has them.
const (
	Public   Visibility = "public"
	Unlisted Visibility = "unlisted"
	Private  Visibility = "private" // followers and the mentioned
	Direct   Visibility = "direct"  // the mentioned only
)

// ParseVisibility checks a visibility; field names the input in the error.
func ParseVisibility(field, s string) (Visibility, error) {
	switch v := Visibility(s); v {
	case Public, Unlisted, Private, Direct:
		return v, nil
	}
	return "", Invalid(field, "must be public, unlisted, private or direct")
}

// MaxPost is the most characters that a post and its content warning may have together.
const MaxPost = 500

// Post is one post or, when ReblogOf is set, one boost of a post.
type Post struct {
	ID             ID
	Account        ID
	Text           string // plain text as written; HTML is made of it when it is shown
	Spoiler        string // the content warning
	Sensitive      bool
	Visibility     Visibility
	Language       string // BCP 47, or empty
	InReplyTo      ID
	InReplyToOwner ID
	ReblogOf       ID
	Mentions       []ID
	CreatedAt      time.Time
	EditedAt       time.Time
	DeletedAt      time.Time // set when its author deleted it: then nobody sees it, but the desk keeps it as evidence
	Replies        int64
	Reblogs        int64
	Favourites     int64
	App            string // the name of the app that it was posted with
}

// Notification tells an account of something that another account did.
type Notification struct {
	ID        ID
	Account   ID // who is told
	From      ID // who did it
	Kind      NotificationKind
	Post      ID
	CreatedAt time.Time
}

// NotificationKind is a type of Mastodon's Notification entity.
type NotificationKind string

// The kinds of notification.
const (
	NotifyMention       NotificationKind = "mention"
	NotifyReblog        NotificationKind = "reblog"
	NotifyFavourite     NotificationKind = "favourite"
	NotifyFollow        NotificationKind = "follow"
	NotifyFollowRequest NotificationKind = "follow_request"
	NotifyWarning       NotificationKind = "moderation_warning" // ID is the sanction's or strike's, From the account itself
)
