package social

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Grant is what a member allows an app.
type Grant struct {
	App         App
	By          Proof
	RedirectURI string   // one of the app's
	Scopes      []string // within the app's; none means "read"
	Challenge   string   // the PKCE code challenge (RFC 7636, S256), or empty when the app sent none
}

// challengeLen is how long a S256 challenge is: 32 bytes in base64url (RFC 7636 section 4.2).
const challengeLen = 43

// CheckGrant reports what is wrong with a grant, before the member is asked for it. By is not looked at. Unless
// the error is about "redirect_uri" it may be told to that address.
func (n *Network) CheckGrant(g Grant) error {
	if !slices.Contains(g.App.RedirectURIs, g.RedirectURI) {
		return model.Invalid("redirect_uri", "is not one of the app's")
	}
	if _, err := grantScopes(g.App, g.Scopes); err != nil {
		return err
	}
	if g.Challenge != "" && len(g.Challenge) != challengeLen {
		return model.Invalid("code_challenge", "must have %d characters", challengeLen)
	}
	return nil
}

// grantScopes are the scopes that an app gets when it asks for some.
func grantScopes(app App, scopes []string) ([]string, error) {
	scopes, err := checkScopes(scopes)
	if err == nil && !coversAll(app.Scopes, scopes) {
		err = model.Invalid("scopes", "go beyond what the app was registered with")
	}
	return scopes, err
}

// CodeLife is how long an authorization code can be exchanged.
const CodeLife = 10 * time.Minute

// AuthorizeApp gives a code that the app can exchange once for a token (RFC 6749 section 4.1).
func (n *Network) AuthorizeApp(ctx context.Context, g Grant) (code string, err error) {
	if err := n.CheckGrant(g); err != nil {
		return "", err
	}
	scopes, err := grantScopes(g.App, g.Scopes)
	if err != nil {
		return "", err
	}
	now := n.cfg.Now()
	code = rand.Text() + rand.Text()
	return code, n.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.DropExpiredCodes(ctx, now); err != nil {
			return err
		}
		if err := tx.HoldEpoch(ctx, g.By.Account, g.By.Epoch); err != nil {
			return err
		}
		return tx.AddCode(ctx, store.Code{Hash: secretHash(code), App: g.App.ID, Account: g.By.Account,
			RedirectURI: g.RedirectURI, Scopes: scopes, Challenge: g.Challenge, ExpiresAt: now.Add(CodeLife)})
	})
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

// ExchangeCode gives a token for a code. verifier is the PKCE code verifier, needed when the grant had a challenge. A
// code that is unknown, used, expired or another app's, or whose proof is wrong, is invalid with field "code"; trying
// uses it up.
func (n *Network) ExchangeCode(ctx context.Context, app App, code, redirectURI, verifier string) (Token, error) {
	bad := model.Invalid("code", "is invalid, expired, or was used already")
	now := n.cfg.Now()
	var t Token
	err := n.store.Write(ctx, func(tx *store.Tx) error {
		t = Token{}
		c, err := tx.TakeCode(ctx, secretHash(code))
		if model.KindOf(err) == model.KindNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if c.App != app.ID || c.RedirectURI != redirectURI || !now.Before(c.ExpiresAt) || !proves(verifier, c.Challenge) {
			return nil // committed: the code is gone
		}
		t, err = n.addToken(ctx, tx, app, c.Account, c.Scopes)
		return err
	})
	if err == nil && t.Token == "" {
		err = bad
	}
	return t, err
}

// proves checks a PKCE code verifier (RFC 7636 section 4.6).
func proves(verifier, challenge string) bool {
	if challenge == "" {
		return true
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

// IssueToken gives a token for an account whose owner signed in (the zero Proof: for the app itself).
func (n *Network) IssueToken(ctx context.Context, app App, by Proof, scopes []string) (t Token, err error) {
	if scopes, err = grantScopes(app, scopes); err != nil {
		return Token{}, err
	}
	err = n.store.Write(ctx, func(tx *store.Tx) error {
		if by.Account != 0 {
			if err := tx.HoldEpoch(ctx, by.Account, by.Epoch); err != nil {
				return err
			}
		}
		t, err = n.addToken(ctx, tx, app, by.Account, scopes)
		return err
	})
	return t, err
}

func (n *Network) addToken(ctx context.Context, tx *store.Tx, app App, account model.ID, scopes []string) (Token, error) {
	t := Token{Token: rand.Text() + rand.Text(), ID: tx.NextID(), App: app, Account: account, Scopes: scopes,
		CreatedAt: n.cfg.Now()}
	return t, tx.AddToken(ctx, store.Token{Hash: secretHash(t.Token), ID: t.ID, App: app.ID, Account: account,
		Scopes: scopes, CreatedAt: t.CreatedAt})
}

// TokenOf finds what a token stands for; an unknown or revoked one is unauthenticated.
func (n *Network) TokenOf(ctx context.Context, token string) (Token, error) {
	row, err := n.store.Token(ctx, secretHash(token))
	if model.KindOf(err) == model.KindNotFound {
		return Token{}, model.Errorf(model.KindUnauthenticated, "The access token is invalid")
	}
	if err != nil {
		return Token{}, err
	}
	app, err := n.store.App(ctx, row.App)
	return Token{ID: row.ID, App: appOf(app), Account: row.Account, Scopes: row.Scopes, CreatedAt: row.CreatedAt}, err
}

// RevokeToken ends a token of the app; a token that it does not have is left alone (RFC 7009).
func (n *Network) RevokeToken(ctx context.Context, app App, token string) error {
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.RemoveToken(ctx, app.ID, secretHash(token)) })
}
