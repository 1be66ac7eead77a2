package store

import (
	"context"
	"fmt"
	"strings"
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
	SecretHash   []byte // SHA-256
	CreatedAt    time.Time
}

// Code is an authorization code that was handed out.
type Code struct {
	Hash        []byte // SHA-256 of the code
	App         model.ID
	Account     model.ID
	RedirectURI string
	Scopes      []string
	Challenge   string // PKCE, S256; empty for none
	ExpiresAt   time.Time
}

// Token is an access token.
type Token struct {
	Hash      []byte // SHA-256 of the token
	ID        model.ID
	App       model.ID
	Account   model.ID // 0: the app's own
	Scopes    []string
	CreatedAt time.Time
}

const appCols = `id, name, website, redirect_uris, scopes, client_id, secret_hash, created_at`

func scanApp(row scanner) (a App, err error) {
	var uris, scopes string
	var created int64
	err = row.Scan(&a.ID, &a.Name, &a.Website, &uris, &scopes, &a.ClientID, &a.SecretHash, &created)
	a.RedirectURIs, a.Scopes, a.CreatedAt = strings.Fields(uris), strings.Fields(scopes), fromMillis(created)
	return a, err
}

// AddApp keeps an app. Neither its redirect URIs nor its scopes may hold spaces.
func (tx *Tx) AddApp(ctx context.Context, a App) error {
	_, err := tx.exec(ctx, `INSERT INTO oauth_apps (`+appCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Name, a.Website, strings.Join(a.RedirectURIs, " "), strings.Join(a.Scopes, " "), a.ClientID,
		a.SecretHash, millis(a.CreatedAt))
	if err != nil {
		return fmt.Errorf("keeping an app: %w", err)
	}
	return nil
}

// App reads an app.
func (r Reads) App(ctx context.Context, id model.ID) (App, error) {
	return one(ctx, r.q, scanApp, "app", `SELECT `+appCols+` FROM oauth_apps WHERE id = $1`, id)
}

// AppByClientID finds an app by its client ID.
func (r Reads) AppByClientID(ctx context.Context, clientID string) (App, error) {
	return one(ctx, r.q, scanApp, "app", `SELECT `+appCols+` FROM oauth_apps WHERE client_id = $1`, clientID)
}

const codeCols = `hash, app, account, redirect_uri, scopes, challenge, expires_at`

// AddCode keeps a code that is handed out.
func (tx *Tx) AddCode(ctx context.Context, c Code) error {
	_, err := tx.exec(ctx, `INSERT INTO oauth_codes (`+codeCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.Hash, c.App, c.Account, c.RedirectURI, strings.Join(c.Scopes, " "), c.Challenge, millis(c.ExpiresAt))
	if err != nil {
		return fmt.Errorf("keeping a code: %w", err)
	}
	return nil
}

// TakeCode reads a code and deletes it, so that nobody can use it again.
func (tx *Tx) TakeCode(ctx context.Context, hash []byte) (Code, error) {
	return one(ctx, tx.q, func(row scanner) (c Code, err error) {
		var scopes string
		var expires int64
		err = row.Scan(&c.Hash, &c.App, &c.Account, &c.RedirectURI, &scopes, &c.Challenge, &expires)
		c.Scopes, c.ExpiresAt = strings.Fields(scopes), fromMillis(expires)
		return c, err
	}, "code", `DELETE FROM oauth_codes WHERE hash = $1 RETURNING `+codeCols, hash)
}

// DropExpiredCodes forgets the codes that nobody can use any more.
func (tx *Tx) DropExpiredCodes(ctx context.Context, now time.Time) error {
	_, err := tx.exec(ctx, `DELETE FROM oauth_codes WHERE expires_at < $1`, millis(now))
	return err
}

const tokenCols = `hash, id, app, account, scopes, created_at`

// AddToken keeps a token.
func (tx *Tx) AddToken(ctx context.Context, t Token) error {
	_, err := tx.exec(ctx, `INSERT INTO oauth_tokens (`+tokenCols+`) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.Hash, t.ID, t.App, t.Account, strings.Join(t.Scopes, " "), millis(t.CreatedAt))
	if err != nil {
		return fmt.Errorf("keeping a token: %w", err)
	}
	return nil
}

// Token finds a token by its hash.
func (r Reads) Token(ctx context.Context, hash []byte) (Token, error) {
	return one(ctx, r.q, func(row scanner) (t Token, err error) {
		var scopes string
		var created int64
		err = row.Scan(&t.Hash, &t.ID, &t.App, &t.Account, &scopes, &created)
		t.Scopes, t.CreatedAt = strings.Fields(scopes), fromMillis(created)
		return t, err
	}, "token", `SELECT `+tokenCols+` FROM oauth_tokens WHERE hash = $1`, hash)
}

// RemoveToken ends a token of an app; one that the app does not have is left alone.
func (tx *Tx) RemoveToken(ctx context.Context, app model.ID, hash []byte) error {
	_, err := tx.exec(ctx, `DELETE FROM oauth_tokens WHERE hash = $1 AND app = $2`, hash, app)
	return err
}

// Access is what an app has of an account: how many tokens, and when it got the first and the last.
type Access struct {
	App    App
	Tokens int64
	First  time.Time
	Last   time.Time
}

// AccessTo lists the apps that have tokens of an account, the one that got its last first, at most limit.
func (r Reads) AccessTo(ctx context.Context, account model.ID, limit int) ([]Access, error) {
	type ofApp struct {
		app model.ID
		Access
	}
	rows, err := collect(ctx, r.q, func(row scanner) (a ofApp, err error) {
		var first, last int64
		err = row.Scan(&a.app, &a.Tokens, &first, &last)
		a.First, a.Last = fromMillis(first), fromMillis(last)
		return a, err
	}, `SELECT app, COUNT(*), MIN(created_at), MAX(created_at) AS last FROM oauth_tokens WHERE account = $1
		GROUP BY app ORDER BY last DESC, app LIMIT $2`, account, limit)
	if err != nil {
		return nil, fmt.Errorf("reading the apps of account %d: %w", account, err)
	}
	all := make([]Access, len(rows))
	for i, row := range rows {
		all[i] = row.Access
		if all[i].App, err = r.App(ctx, row.app); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// EndAccess ends what an app has of an account: its tokens, and codes that it has not exchanged yet.
func (tx *Tx) EndAccess(ctx context.Context, account, app model.ID) error {
	for _, text := range []string{`DELETE FROM oauth_codes WHERE account = $1 AND app = $2`,
		`DELETE FROM oauth_tokens WHERE account = $1 AND app = $2`} {
		if _, err := tx.exec(ctx, text, account, app); err != nil {
			return fmt.Errorf("ending an app's access: %w", err)
		}
	}
	return nil
}
