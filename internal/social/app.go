package social

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/url"
	"slices"
	"strings"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// App is a program that members sign in with.
type App struct {
	ID           model.ID
	Name         string
	Website      string
	RedirectURIs []string
	Scopes       []string
	ClientID     string
	CreatedAt    time.Time
}

// OutOfBand is the redirect URI of apps that have the member copy the code.
const OutOfBand = "urn:ietf:wg:oauth:2.0:oob"

// Bounds of what an app may register.
const (
	maxAppName      = 60
	maxWebsite      = 2000
	maxRedirectURIs = 10
	maxScopes       = 60
)

// RegisterApp makes an app from its name, website, redirect URIs and scopes, and gives its client secret, which is
// not kept. No scopes is "read".
func (n *Network) RegisterApp(ctx context.Context, a App) (App, string, error) {
	if strings.TrimSpace(a.Name) == "" {
		return App{}, "", model.Invalid("client_name", "can't be blank")
	}
	if err := model.CheckText("client_name", a.Name, maxAppName); err != nil {
		return App{}, "", err
	}
	if a.Website != "" && !isURL(a.Website, "http", "https") {
		return App{}, "", model.Invalid("website", "must be an http or https URL")
	}
	if len(a.RedirectURIs) == 0 || len(a.RedirectURIs) > maxRedirectURIs {
		return App{}, "", model.Invalid("redirect_uris", "must be 1 to %d", maxRedirectURIs)
	}
	for _, u := range a.RedirectURIs {
		if u != OutOfBand && !isURL(u) {
			return App{}, "", model.Invalid("redirect_uris", "must be absolute URIs without a fragment")
		}
	}
	var err error
	if a.Scopes, err = checkScopes(a.Scopes); err != nil {
		return App{}, "", err
	}
	secret := rand.Text() + rand.Text()
	a.ID, a.ClientID, a.CreatedAt = n.store.IDs().Next(), rand.Text()+rand.Text(), n.cfg.Now()
	return a, secret, n.store.Write(ctx, func(tx *store.Tx) error {
		return tx.AddApp(ctx, store.App{ID: a.ID, Name: a.Name, Website: a.Website, RedirectURIs: a.RedirectURIs,
			Scopes: a.Scopes, ClientID: a.ClientID, SecretHash: secretHash(secret), CreatedAt: a.CreatedAt})
	})
}

// isURL reports whether a text is an absolute URI of one of the schemes (any but those that run code, when none are
// named), without a fragment, that can stand in a header and in a list separated by spaces.
func isURL(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Fragment != "" || len(s) > maxWebsite ||
		strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return false
	}
	if len(schemes) > 0 {
		return u.Host != "" && slices.Contains(schemes, u.Scheme)
	}
	return !slices.Contains([]string{"javascript", "data", "vbscript", "file", "blob"}, u.Scheme) &&
		(u.Host != "" || u.Scheme != "http" && u.Scheme != "https")
}

// AppByClientID finds an app; an unknown one is unauthenticated.
func (n *Network) AppByClientID(ctx context.Context, clientID string) (App, error) {
	row, err := n.appRow(ctx, clientID)
	return appOf(row), err
}

// AuthenticateApp finds an app by its client ID and secret.
func (n *Network) AuthenticateApp(ctx context.Context, clientID, secret string) (App, error) {
	row, err := n.appRow(ctx, clientID)
	if err != nil {
		return App{}, err
	}
	if subtle.ConstantTimeCompare(row.SecretHash, secretHash(secret)) != 1 {
		return App{}, unknownApp()
	}
	return appOf(row), nil
}

func (n *Network) appRow(ctx context.Context, clientID string) (store.App, error) {
	if err := model.CheckText("client_id", clientID, maxWebsite); err != nil {
		return store.App{}, unknownApp()
	}
	row, err := n.store.AppByClientID(ctx, clientID)
	if model.KindOf(err) == model.KindNotFound {
		err = unknownApp()
	}
	return row, err
}

func unknownApp() error {
	return model.Errorf(model.KindUnauthenticated, "Unknown app or wrong secret")
}

func appOf(a store.App) App {
	return App{ID: a.ID, Name: a.Name, Website: a.Website, RedirectURIs: a.RedirectURIs, Scopes: a.Scopes,
		ClientID: a.ClientID, CreatedAt: a.CreatedAt}
}

// secretHash is the form in which secrets, codes and tokens are kept. They are random and long: no salt is needed.
func secretHash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
