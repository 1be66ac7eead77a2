package mastodon

import (
	"context"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// appEntity is https://docs.joinmastodon.org/entities/Application/; the app itself is told its client ID and, once,
// its secret.
type appEntity struct {
	ID           model.ID `json:"id"`
	Name         string   `json:"name"`
	Website      *string  `json:"website"`
	Scopes       []string `json:"scopes"`
	RedirectURIs []string `json:"redirect_uris"`
	RedirectURI  string   `json:"redirect_uri"`
	ClientID     string   `json:"client_id"`
	ClientSecret string   `json:"client_secret,omitempty"`
	ExpiresAt    int      `json:"client_secret_expires_at"` // 0: never
	VapidKey     string   `json:"vapid_key"`
}

func appOf(app social.App, secret string) appEntity {
	return appEntity{
		ID:           app.ID,
		Name:         app.Name,
		Website:      textOrNull(app.Website),
		Scopes:       append([]string{}, app.Scopes...),
		RedirectURIs: append([]string{}, app.RedirectURIs...),
		RedirectURI:  strings.Join(app.RedirectURIs, "\n"),
		ClientID:     app.ClientID,
		ClientSecret: secret,
	}
}

// maxRedirects is how many redirect URIs an app may have.
const maxRedirects = 20

// registerApp is how an app makes itself known. Several redirect URIs come as a list, or on lines of their own.
func registerApp(ctx context.Context, c *call) (any, error) {
	if err := c.api.registrations.Take(c.api.cfg.Sources.Of(c.r)); err != nil {
		return nil, err
	}
	app := social.App{Name: c.Required("client_name"), Website: c.Text("website")}
	for _, lines := range c.Texts("redirect_uris", maxRedirects) {
		app.RedirectURIs = append(app.RedirectURIs, strings.Fields(lines)...)
	}
	if len(app.RedirectURIs) == 0 || len(app.RedirectURIs) > maxRedirects {
		c.Fail(model.Invalid("redirect_uris", "must be 1 to %d", maxRedirects))
	}
	scopes, err := parseScopes("scopes", c.Text("scopes"))
	if err != nil {
		c.Fail(err)
	}
	app.Scopes = scopes
	if err := c.Err(); err != nil {
		return nil, err
	}
	made, secret, err := c.api.net.RegisterApp(ctx, app)
	if err != nil {
		return nil, renamed(err, map[string]string{"name": "client_name"})
	}
	return appOf(made, secret), nil
}

// verifyApp tells an app about itself.
func verifyApp(_ context.Context, c *call) (any, error) { return appOf(c.token.App, ""), nil }
