package mastodon

import "context"

// empty is the answer about what this server does not have.
func empty(context.Context, *call) (any, error) { return none{}, nil }

// noLanguages says that nothing is translated, from any language.
func noLanguages(context.Context, *call) (any, error) { return struct{}{}, nil }

// preferences are https://docs.joinmastodon.org/entities/Preferences/: the same for all, since none can be set.
func preferences(context.Context, *call) (any, error) {
	return struct {
		Visibility string  `json:"posting:default:visibility"`
		Sensitive  bool    `json:"posting:default:sensitive"`
		Language   *string `json:"posting:default:language"`
		Media      string  `json:"reading:expand:media"`
		Spoilers   bool    `json:"reading:expand:spoilers"`
	}{Visibility: "public", Media: "default"}, nil
}
