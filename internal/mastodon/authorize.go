package mastodon

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

//go:embed templates/*.html
var templateFiles embed.FS

// The pages of signing in with an app: ask, code and problem.
var templates = template.Must(template.ParseFS(templateFiles, "templates/*.html"))

// request is what an app asks a member for (RFC 6749 section 4.1.1, RFC 7636 section 4.3), as the form carries it on.
type request struct {
	ClientID        string
	RedirectURI     string
	Scope           string
	State           string
	Challenge       string
	ChallengeMethod string
}

// askPage is the sign-in page.
type askPage struct {
	Title   string
	App     social.App
	Scopes  []string
	Request request
	Name    string // what was typed before
	Problem string
}

// readGrant reads and checks what an app asks for.
func (a *api) readGrant(ctx context.Context, p *web.Params) (request, social.Grant, error) {
	q := request{
		ClientID:        p.Required("client_id"),
		RedirectURI:     p.Required("redirect_uri"),
		Scope:           p.Text("scope"),
		State:           p.Text("state"),
		Challenge:       p.Text("code_challenge"),
		ChallengeMethod: p.Text("code_challenge_method"),
	}
	if p.Required("response_type") != "code" {
		p.Fail(model.Invalid("response_type", "must be code"))
	}
	scopes, err := parseScopes("scope", q.Scope)
	if err != nil {
		p.Fail(err)
	}
	challenge, err := s256(q.Challenge, q.ChallengeMethod)
	if err != nil {
		p.Fail(err)
	}
	if err := p.Err(); err != nil {
		return q, social.Grant{}, err
	}
	app, err := a.net.AppByClientID(ctx, q.ClientID)
	if err != nil {
		return q, social.Grant{}, err
	}
	g := social.Grant{App: app, RedirectURI: q.RedirectURI, Scopes: scopes, Challenge: challenge}
	return q, g, a.net.CheckGrant(g)
}

// s256 is a code challenge as the network keeps it. A plain challenge is the verifier itself: it is kept hashed like
// the others.
func s256(challenge, method string) (string, error) {
	if challenge == "" {
		return "", nil
	}
	switch method {
	case "S256":
		return challenge, nil
	case "", "plain":
		sum := sha256.Sum256([]byte(challenge))
		return base64.RawURLEncoding.EncodeToString(sum[:]), nil
	}
	return "", model.Invalid("code_challenge_method", "must be S256 or plain")
}

// askGrant shows the sign-in page.
func (a *api) askGrant(w http.ResponseWriter, r *http.Request) error {
	p, err := web.ReadParams(w, r)
	if err != nil {
		return err
	}
	q, g, err := a.readGrant(r.Context(), p)
	if err != nil {
		return err
	}
	return a.ask(w, http.StatusOK, askPage{App: g.App, Scopes: g.Scopes, Request: q})
}

// ask writes the sign-in page. Its form may lead on to the app, which the browser must be told.
func (a *api) ask(w http.ResponseWriter, status int, page askPage) error {
	page.Title = a.cfg.Title
	if len(page.Scopes) == 0 {
		page.Scopes = []string{"read"}
	}
	if u, err := url.Parse(page.Request.RedirectURI); err == nil && u.Scheme != "urn" {
		w.Header().Set("Content-Security-Policy", strings.Replace(web.DefaultCSP, "form-action 'self'",
			"form-action 'self' "+u.Scheme+":", 1))
	}
	return writePage(w, status, "ask.html", page)
}

// decideGrant is what the sign-in page's form sends: who signs in, and whether the app is let in. There is no session:
// the password is asked each time, and nothing is remembered.
func (a *api) decideGrant(w http.ResponseWriter, r *http.Request) error {
	p, err := web.ReadParams(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	q, g, err := a.readGrant(ctx, p)
	if err != nil {
		return err
	}
	if p.Text("decision") == "deny" {
		return a.answerApp(w, r, q, url.Values{"error": {"access_denied"}})
	}
	name, password := p.Text("username"), p.Text("password")
	if err := p.Err(); err != nil {
		return err
	}
	if g.By, err = a.signIn(ctx, r, name, password); err == nil {
		err = a.mayHave(ctx, g.By.Account, g.Scopes)
	}
	if e, told := errors.AsType[*model.Error](err); told && e.Kind == model.KindInvalid {
		return a.ask(w, http.StatusUnprocessableEntity, askPage{App: g.App, Scopes: g.Scopes, Request: q, Name: name,
			Problem: "That did not work: your " + e.Field + " " + e.Message + "."})
	}
	if err != nil {
		return err
	}
	code, err := a.net.AuthorizeApp(ctx, g)
	if err != nil {
		return err
	}
	return a.answerApp(w, r, q, url.Values{"code": {code}})
}

// answerApp leads the member back to the app, or shows what the app wants copied.
func (a *api) answerApp(w http.ResponseWriter, r *http.Request, q request, answer url.Values) error {
	if q.RedirectURI == social.OutOfBand {
		return writePage(w, http.StatusOK, "code.html", struct{ Title, Code string }{a.cfg.Title, answer.Get("code")})
	}
	to, err := url.Parse(q.RedirectURI)
	if err != nil {
		return model.Invalid("redirect_uri", "is not an address")
	}
	if q.State != "" {
		answer.Set("state", q.State)
	}
	query := to.Query()
	for name := range answer {
		query.Set(name, answer.Get(name))
	}
	to.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
	return nil
}

// pageStyle tells an error on a page. It never leads back to an app: what asked may not be one.
func (a *api) pageStyle(w http.ResponseWriter, r *http.Request, p web.Problem) {
	message := p.Message
	if p.Field != "" {
		message = p.Field + ": " + message
	}
	if err := writePage(w, p.Status, "problem.html", struct{ Title, Message string }{a.cfg.Title, message}); err != nil {
		web.MastodonStyle(w, r, p)
	}
}

func writePage(w http.ResponseWriter, status int, name string, data any) error {
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, name, data); err != nil {
		return fmt.Errorf("writing page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w)
	return nil
}
