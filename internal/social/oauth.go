package social

import (
	"context"
	"time"

	"keyturn/internal/model"
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

// RegisterApp makes an app from its name, website, redirect URIs and scopes, and gives its client secret, which is
// not kept. No scopes is "read".
func (n *Network) RegisterApp(ctx context.Context, a App) (App, string, error) {
	return App{}, "", errSkeleton
}

// AppByClientID finds an app; an unknown one is unauthenticated.
func (n *Network) AppByClientID(ctx context.Context, clientID string) (App, error) {
	return App{}, errSkeleton
}

// AuthenticateApp finds an app by its client ID and secret.
func (n *Network) AuthenticateApp(ctx context.Context, clientID, secret string) (App, error) {
	return App{}, errSkeleton
}

// Grant is what a member allows an app.
type Grant struct {
	App         App
	Account     model.ID
	RedirectURI string   // one of the app's
	Scopes      []string // within the app's; none means "read"
	Challenge   string   // the PKCE code challenge (RFC 7636, S256), or empty when the app sent none
}

// CheckGrant reports what is wrong with a grant, before the member is asked for it. Account is not looked at.
func (n *Network) CheckGrant(g Grant) error { return errSkeleton }

// CodeLife is how long an authorization code can be exchanged.
const CodeLife = 10 * time.Minute

// AuthorizeApp gives a code that the app can exchange once for a token (RFC 6749 section 4.1).
func (n *Network) AuthorizeApp(ctx context.Context, g Grant) (code string, err error) {
	return "", errSkeleton
}

// Token is what an app calls with.
type Token struct {
	Token     string // set only when it was just made: a hash is kept
	ID        model.ID
	App       App
	Account   model.ID // 0: the app's own token, with which it can register members
	Scopes    []string
	CreatedAt time.Time
}

// ExchangeCode gives a token for a code. verifier is the PKCE code verifier, needed when the grant had a challenge.
// A code that is unknown, used, expired or another app's is invalid with field "code".
func (n *Network) ExchangeCode(ctx context.Context, app App, code, redirectURI, verifier string) (Token, error) {
	return Token{}, errSkeleton
}

// IssueToken gives a token for an account that signed in with its password (account 0: for the app itself).
func (n *Network) IssueToken(ctx context.Context, app App, account model.ID, scopes []string) (Token, error) {
	return Token{}, errSkeleton
}

// TokenOf finds what a token stands for; an unknown or revoked one is unauthenticated.
func (n *Network) TokenOf(ctx context.Context, token string) (Token, error) {
	return Token{}, errSkeleton
}

// RevokeToken ends a token of the app; a token that it does not have is left alone (RFC 7009).
func (n *Network) RevokeToken(ctx context.Context, app App, token string) error { return errSkeleton }
