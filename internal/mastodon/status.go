package mastodon

import (
	"keyturn/internal/model"
	"keyturn/internal/social"
)

// statusEntity is https://docs.joinmastodon.org/entities/Status/. The marks of the viewer are left out for the public.
type statusEntity struct {
	ID                 model.ID         `json:"id"`
	CreatedAt          moment           `json:"created_at"`
	InReplyToID        *model.ID        `json:"in_reply_to_id"`
	InReplyToAccountID *model.ID        `json:"in_reply_to_account_id"`
	Sensitive          bool             `json:"sensitive"`
	SpoilerText        string           `json:"spoiler_text"`
	Visibility         model.Visibility `json:"visibility"`
	Language           *string          `json:"language"`
	URI                string           `json:"uri"`
	URL                string           `json:"url"`
	RepliesCount       int64            `json:"replies_count"`
	ReblogsCount       int64            `json:"reblogs_count"`
	FavouritesCount    int64            `json:"favourites_count"`
	EditedAt           moment           `json:"edited_at"`
	*marks
	Content          string          `json:"content"`
	Text             *string         `json:"text,omitempty"` // as written, for the author who deletes it to write it anew
	Reblog           *statusEntity   `json:"reblog"`
	Application      *appName        `json:"application,omitempty"`
	Account          accountEntity   `json:"account"`
	MediaAttachments none            `json:"media_attachments"`
	Mentions         []mentionEntity `json:"mentions"`
	Tags             none            `json:"tags"`
	Emojis           none            `json:"emojis"`
	Card             *none           `json:"card"`
	Poll             *none           `json:"poll"`
}

// marks are what the viewer did with a post.
type marks struct {
	Favourited bool `json:"favourited"`
	Reblogged  bool `json:"reblogged"`
	Muted      bool `json:"muted"`
	Bookmarked bool `json:"bookmarked"`
	Filtered   none `json:"filtered"`
}

type appName struct {
	Name    string  `json:"name"`
	Website *string `json:"website"`
}

// mentionEntity is https://docs.joinmastodon.org/entities/Status/#Mention.
type mentionEntity struct {
	ID       model.ID `json:"id"`
	Username string   `json:"username"`
	Acct     string   `json:"acct"`
	URL      string   `json:"url"`
}

// status is the entity of a post or boost, for the call's viewer.
func (c *call) status(p social.Post) statusEntity {
	a := c.api
	url := a.markup.AccountURL(p.Author.Handle) + "/" + p.ID.String()
	e := statusEntity{
		ID:                 p.ID,
		CreatedAt:          moment(p.CreatedAt),
		InReplyToID:        idOrNull(p.InReplyTo),
		InReplyToAccountID: idOrNull(p.InReplyToOwner),
		Sensitive:          p.Sensitive,
		SpoilerText:        p.Spoiler,
		Visibility:         p.Visibility,
		Language:           textOrNull(p.Language),
		URI:                url,
		URL:                url,
		RepliesCount:       p.Replies,
		ReblogsCount:       p.Reblogs,
		FavouritesCount:    p.Favourites,
		EditedAt:           moment(p.EditedAt),
		Content:            a.markup.Post(p.Text, p.Mentioned),
		Account:            a.account(p.Author),
		Mentions:           entities(p.Mentioned, a.mention),
	}
	if p.App != "" {
		e.Application = &appName{Name: p.App}
	}
	if c.actor() != 0 {
		e.marks = &marks{Favourited: p.Favourited, Reblogged: p.Reblogged}
	}
	if p.Boosted != nil {
		of := c.status(*p.Boosted)
		e.Reblog = &of
	}
	return e
}

func (a *api) mention(m social.Mention) mentionEntity {
	return mentionEntity{ID: m.Account, Username: m.Handle, Acct: m.Handle, URL: a.markup.AccountURL(m.Handle)}
}

// sourceEntity is https://docs.joinmastodon.org/entities/StatusSource/.
type sourceEntity struct {
	ID          model.ID `json:"id"`
	Text        string   `json:"text"`
	SpoilerText string   `json:"spoiler_text"`
}
