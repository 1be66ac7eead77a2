package mastodon

import (
	"keyturn/internal/model"
	"keyturn/internal/social"
)

// none is a list that this server has nothing for. It is [] in JSON.
type none [0]struct{}

// accountEntity is https://docs.joinmastodon.org/entities/Account/.
type accountEntity struct {
	ID             model.ID `json:"id"`
	Username       string   `json:"username"`
	Acct           string   `json:"acct"`
	DisplayName    string   `json:"display_name"`
	Locked         bool     `json:"locked"`
	Bot            bool     `json:"bot"`
	Discoverable   bool     `json:"discoverable"`
	Group          bool     `json:"group"`
	CreatedAt      moment   `json:"created_at"`
	Note           string   `json:"note"`
	URL            string   `json:"url"`
	URI            string   `json:"uri"`
	Avatar         string   `json:"avatar"`
	AvatarStatic   string   `json:"avatar_static"`
	Header         string   `json:"header"`
	HeaderStatic   string   `json:"header_static"`
	FollowersCount int64    `json:"followers_count"`
	FollowingCount int64    `json:"following_count"`
	StatusesCount  int64    `json:"statuses_count"`
	LastStatusAt   date     `json:"last_status_at"`
	Suspended      bool     `json:"suspended,omitempty"`
	Limited        bool     `json:"limited,omitempty"`
	Emojis         none     `json:"emojis"`
	Roles          []role   `json:"roles"`
	Fields         none     `json:"fields"`
}

// role is a badge on an account; the verification mark is one.
type role struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color"`
}

// The pictures of accounts, which the public pages serve.
const (
	avatarPath = "/static/avatar.png"
	headerPath = "/static/header.png"
)

// account is the entity of an account. A suspended one comes from the view emptied already.
func (a *api) account(v social.Account) accountEntity {
	url := a.markup.AccountURL(v.Handle)
	e := accountEntity{
		ID:             v.ID,
		Username:       v.Handle,
		Acct:           v.Handle,
		DisplayName:    v.DisplayName,
		Locked:         v.Locked,
		Bot:            v.Bot,
		Discoverable:   !v.Suspended,
		CreatedAt:      midnight(v.CreatedAt),
		Note:           a.markup.Note(v.Note),
		URL:            url,
		URI:            url,
		Avatar:         a.cfg.URL + avatarPath,
		AvatarStatic:   a.cfg.URL + avatarPath,
		Header:         a.cfg.URL + headerPath,
		HeaderStatic:   a.cfg.URL + headerPath,
		FollowersCount: v.Followers,
		FollowingCount: v.Following,
		StatusesCount:  v.Posts,
		LastStatusAt:   date(v.LastPostAt),
		Suspended:      v.Suspended,
		Limited:        v.Limited,
		Roles:          []role{},
	}
	if v.Verified {
		e.Roles = append(e.Roles, role{ID: "1", Name: "Verified"})
	}
	return e
}

// credentialEntity is https://docs.joinmastodon.org/entities/Account/#CredentialAccount.
type credentialEntity struct {
	accountEntity
	Source source     `json:"source"`
	Role   roleEntity `json:"role"`
}

// source is an account as its owner edits it.
type source struct {
	Note           string           `json:"note"`
	Fields         none             `json:"fields"`
	Privacy        model.Visibility `json:"privacy"`
	Sensitive      bool             `json:"sensitive"`
	Language       *string          `json:"language"`
	FollowRequests int              `json:"follow_requests_count"`
}
