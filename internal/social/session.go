package social

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode/utf8"

	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Session is an owner's sign-in on the web pages.
type Session struct {
	ID        model.ID
	Account   model.ID
	Agent     string // what the browser calls itself
	CreatedAt time.Time
	UsedAt    time.Time // to within sessionNoted
	ExpiresAt time.Time
}

const (
	// SessionLife is how long a sign-in lasts that nobody uses.
	SessionLife = 30 * 24 * time.Hour
	// sessionNoted is how often the use of a sign-in is written down.
	sessionNoted = time.Hour
	maxAgent     = 200 // characters kept of what a browser calls itself
)

// StartSession signs an owner in on the web. The token is told once; its hash is kept.
func (n *Network) StartSession(ctx context.Context, by Proof, agent string) (token string, s Session, err error) {
	now := n.cfg.Now()
	token = rand.Text() + rand.Text()
	err = n.store.Write(ctx, func(tx *store.Tx) error {
		s = Session{ID: tx.NextID(), Account: by.Account, Agent: shorten(agent), CreatedAt: now, UsedAt: now,
			ExpiresAt: now.Add(SessionLife)}
		if err := tx.HoldEpoch(ctx, by.Account, by.Epoch); err != nil {
			return err
		}
		return tx.AddAccountSession(ctx, store.AccountSession{Hash: secretHash(token), ID: s.ID, Account: s.Account,
			Agent: s.Agent, CreatedAt: s.CreatedAt, UsedAt: s.UsedAt, ExpiresAt: s.ExpiresAt})
	})
	return token, s, err
}

// shorten keeps of what a browser calls itself what a database and a page can take.
func shorten(agent string) string {
	agent = strings.ReplaceAll(strings.ToValidUTF8(agent, ""), "\x00", "")
	if utf8.RuneCountInString(agent) <= maxAgent {
		return agent
	}
	return string([]rune(agent)[:maxAgent])
}

// SessionOf finds the sign-in that a token stands for, also of an owner whose account is dark or locked; one that ended
// is unauthenticated. It is read from the store each time: what another node ended has ended here.
func (n *Network) SessionOf(ctx context.Context, token string) (Session, error) {
	ended := model.Errorf(model.KindUnauthenticated, "You are not signed in")
	if token == "" {
		return Session{}, ended
	}
	row, err := n.store.AccountSession(ctx, secretHash(token))
	now := n.cfg.Now()
	if model.KindOf(err) == model.KindNotFound || err == nil && !now.Before(row.ExpiresAt) {
		return Session{}, ended
	}
	if err != nil {
		return Session{}, err
	}
	if now.Sub(row.UsedAt) >= sessionNoted {
		row.UsedAt, row.ExpiresAt = now, now.Add(SessionLife)
		err = n.store.Write(ctx, func(tx *store.Tx) error { return tx.UseAccountSession(ctx, row) })
	}
	return sessionOf(row), err
}

func sessionOf(s store.AccountSession) Session {
	return Session{ID: s.ID, Account: s.Account, Agent: s.Agent, CreatedAt: s.CreatedAt, UsedAt: s.UsedAt, ExpiresAt: s.ExpiresAt}
}

// Sessions are an owner's sign-ins on the web, the one used last first.
func (n *Network) Sessions(ctx context.Context, account model.ID) ([]Session, error) {
	rows, err := n.store.AccountSessions(ctx, account, n.cfg.Now())
	all := make([]Session, len(rows))
	for i, row := range rows {
		all[i] = sessionOf(row)
	}
	return all, err
}

// EndSession ends one of an owner's sign-ins; what is not theirs is left alone.
func (n *Network) EndSession(ctx context.Context, account, session model.ID) error {
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.EndAccountSession(ctx, account, session) })
}

// AppAccess is an app that an owner is signed in with.
type AppAccess struct {
	App   App
	First time.Time // when it was first let in
	Last  time.Time // when it was last let in
}

// maxApps is how many apps an owner is shown.
const maxApps = 200

// Apps are the apps that an owner is signed in with, the one let in last first.
func (n *Network) Apps(ctx context.Context, account model.ID) ([]AppAccess, error) {
	rows, err := n.store.AccessTo(ctx, account, maxApps)
	all := make([]AppAccess, len(rows))
	for i, row := range rows {
		all[i] = AppAccess{App: appOf(row.App), First: row.First, Last: row.Last}
	}
	return all, err
}

// EndApp signs an owner out of an app.
func (n *Network) EndApp(ctx context.Context, account, app model.ID) error {
	return n.store.Write(ctx, func(tx *store.Tx) error { return tx.EndAccess(ctx, account, app) })
}
