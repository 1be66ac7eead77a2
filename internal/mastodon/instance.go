package mastodon

import (
	"context"
	"html"

	"keyturn/internal/model"
)

// mastodonVersion is the version of the API that clients may take for granted.
const mastodonVersion = "4.2.0"

// version is what clients compare with, and what it really is.
func (a *api) version() string {
	return mastodonVersion + " (compatible; Keyturn " + a.cfg.Version + ")"
}

// configurationEntity is what a post may be.
type configurationEntity struct {
	Statuses struct {
		MaxCharacters       int `json:"max_characters"`
		MaxMediaAttachments int `json:"max_media_attachments"`
		CharactersPerURL    int `json:"characters_reserved_per_url"`
	} `json:"statuses"`
	MediaAttachments struct {
		SupportedMimeTypes  none `json:"supported_mime_types"`
		ImageSizeLimit      int  `json:"image_size_limit"`
		ImageMatrixLimit    int  `json:"image_matrix_limit"`
		VideoSizeLimit      int  `json:"video_size_limit"`
		VideoFrameRateLimit int  `json:"video_frame_rate_limit"`
		VideoMatrixLimit    int  `json:"video_matrix_limit"`
	} `json:"media_attachments"`
	Polls struct {
		MaxOptions    int `json:"max_options"`
		MaxCharacters int `json:"max_characters_per_option"`
		MinExpiration int `json:"min_expiration"`
		MaxExpiration int `json:"max_expiration"`
	} `json:"polls"`
	Accounts struct {
		MaxFeaturedTags   int `json:"max_featured_tags"`
		MaxPinnedStatuses int `json:"max_pinned_statuses"`
	} `json:"accounts"`
}

// configuration: text only, of so many characters; what is not offered has a limit of 0. An address counts with all its
// characters; the number tells clients the shortest one.
func configuration() configurationEntity {
	var e configurationEntity
	e.Statuses.MaxCharacters = model.MaxPost
	e.Statuses.CharactersPerURL = len("https://a.b")
	return e
}

// instance is https://docs.joinmastodon.org/entities/V1_Instance/. It counts nothing: a count would tell of a
// darkening.
func (a *api) instance(context.Context, *call) (any, error) {
	type stats struct {
		Users    int `json:"user_count"`
		Statuses int `json:"status_count"`
		Domains  int `json:"domain_count"`
	}
	return struct {
		URI              string              `json:"uri"`
		Title            string              `json:"title"`
		ShortDescription string              `json:"short_description"`
		Description      string              `json:"description"`
		Email            string              `json:"email"`
		Version          string              `json:"version"`
		URLs             struct{}            `json:"urls"`
		Stats            stats               `json:"stats"`
		Thumbnail        string              `json:"thumbnail"`
		Languages        []string            `json:"languages"`
		Registrations    bool                `json:"registrations"`
		ApprovalRequired bool                `json:"approval_required"`
		InvitesEnabled   bool                `json:"invites_enabled"`
		Configuration    configurationEntity `json:"configuration"`
		ContactAccount   *none               `json:"contact_account"`
		Rules            none                `json:"rules"`
	}{
		URI:              a.host,
		Title:            a.cfg.Title,
		ShortDescription: html.EscapeString(a.cfg.Description),
		Description:      html.EscapeString(a.cfg.Description),
		Email:            a.cfg.Contact,
		Version:          a.version(),
		Stats:            stats{Domains: 1},
		Thumbnail:        a.cfg.URL + headerPath,
		Languages:        []string{"en"},
		Registrations:    true,
		Configuration:    configuration(),
	}, nil
}

// instanceV2 is https://docs.joinmastodon.org/entities/Instance/.
func (a *api) instanceV2(context.Context, *call) (any, error) {
	type thumbnail struct {
		URL string `json:"url"`
	}
	type enabled struct {
		Enabled bool `json:"enabled"`
	}
	type configured struct {
		URLs struct{} `json:"urls"`
		configurationEntity
		Translation enabled `json:"translation"`
	}
	type users struct {
		ActiveMonth int `json:"active_month"`
	}
	type usage struct {
		Users users `json:"users"`
	}
	type registrations struct {
		enabled
		ApprovalRequired bool    `json:"approval_required"`
		Message          *string `json:"message"`
	}
	type contact struct {
		Email   string `json:"email"`
		Account *none  `json:"account"`
	}
	return struct {
		Domain        string        `json:"domain"`
		Title         string        `json:"title"`
		Version       string        `json:"version"`
		SourceURL     string        `json:"source_url"`
		Description   string        `json:"description"`
		Usage         usage         `json:"usage"`
		Thumbnail     thumbnail     `json:"thumbnail"`
		Icon          none          `json:"icon"`
		Languages     []string      `json:"languages"`
		Configuration configured    `json:"configuration"`
		Registrations registrations `json:"registrations"`
		Contact       contact       `json:"contact"`
		Rules         none          `json:"rules"`
	}{
		Domain:        a.host,
		Title:         a.cfg.Title,
		Version:       a.version(),
		Description:   html.EscapeString(a.cfg.Description),
		Thumbnail:     thumbnail{a.cfg.URL + headerPath},
		Languages:     []string{"en"},
		Configuration: configured{configurationEntity: configuration()},
		Registrations: registrations{enabled: enabled{true}},
		Contact:       contact{Email: a.cfg.Contact},
	}, nil
}
