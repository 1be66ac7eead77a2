package pages

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"keyturn/internal/markup"
	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/owner"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

// Config is what the pages say of their server, and what they are run with.
type Config struct {
	URL         string // the public address, without a slash at its end
	Title       string
	Description string // plain text, one sentence
	Now         func() time.Time
	Log         *slog.Logger
	Sources     web.Sources
	SignIns     *web.Limiter // of sign-ins that failed, by source; shared with the client API
	Owner       *owner.Owner
	Moderation  *moderation.Moderation
}

// How often one owner may change something on their pages, and one address call what takes no session.
const (
	writeBurst, writeEvery       = 60, time.Second
	strangerBurst, strangerEvery = 60, time.Second
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "templates/*.html"))

type site struct {
	net    *social.Network
	cfg    Config
	markup markup.Renderer
	host   string       // of cfg.URL, with the port
	cookie string       // the name of the owners' sessions
	writes *web.Limiter // of what owners change, by account

	strangers *web.Limiter // of calls without a session, by source
}

// New serves the pages: /, /@handle, /@handle/ID, /static/; for owners /auth/ and /settings.
func New(net *social.Network, cfg Config) (http.Handler, error) {
	dir, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, fmt.Errorf("finding static files: %w", err)
	}
	static, err := web.Static(dir)
	if err != nil {
		return nil, err
	}
	s := &site{net: net, cfg: cfg, markup: markup.Renderer{URL: cfg.URL}, host: hostOf(cfg.URL),
		writes:    web.NewLimiter(web.Rate{Burst: writeBurst, Every: writeEvery}, cfg.Now),
		strangers: web.NewLimiter(web.Rate{Burst: strangerBurst, Every: strangerEvery}, cfg.Now)}
	s.cookie = s.cookieName()
	mux := http.NewServeMux()
	mux.Handle("GET /static/{file}", static)
	mux.Handle("GET /{$}", s.handler(s.home))
	mux.Handle("GET /{name}", s.handler(s.profile))
	mux.Handle("GET /{name}/{id}", s.handler(s.post))
	s.authRoutes(mux)
	s.passkeyRoutes(mux)
	s.resetRoutes(mux)
	s.settingsRoutes(mux)
	mux.Handle("/", s.handler(func(context.Context, *http.Request) (shown, error) {
		return shown{}, model.NotFound("page")
	}))
	return mux, nil
}

// shown is a page to be written: a template and what it shows, or where else to go.
type shown struct {
	status   int // 0: 200
	template string
	data     any
	redirect string
}

func (s *site) handler(h func(context.Context, *http.Request) (shown, error)) http.Handler {
	return web.Handler(s.cfg.Log, s.problem, func(w http.ResponseWriter, r *http.Request) error {
		page, err := h(r.Context(), r)
		if err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "no-store")
		if page.redirect != "" {
			http.Redirect(w, r, page.redirect, http.StatusFound)
			return nil
		}
		return write(w, page)
	})
}

func write(w http.ResponseWriter, page shown) error {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, page.template, page.data); err != nil {
		return fmt.Errorf("writing page %s: %w", page.template, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if page.status != 0 {
		w.WriteHeader(page.status)
	}
	_, _ = b.WriteTo(w) // a reader who hung up is nobody's error
	return nil
}

// problemPage tells an error.
type problemPage struct {
	frame
	Message string
}

// problem tells an error on a page. What is not there and what is dark are told in the same words.
func (s *site) problem(w http.ResponseWriter, r *http.Request, p web.Problem) {
	title, message := "That did not work", p.Message
	switch {
	case p.Status == http.StatusNotFound:
		title, message = "That page doesn’t exist", "There is nothing at this address."
	case p.Field != "":
		message = p.Field + " " + p.Message
	}
	page := shown{status: p.Status, template: "problem.html", data: problemPage{s.frame(title, ""), message}}
	if err := write(w, page); err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "telling a problem", "err", err)
		http.Error(w, http.StatusText(p.Status), p.Status)
	}
}

// frame is what every page has around its content.
type frame struct {
	Site        string // the network's name
	Title       string
	Description string
	URL         string // of this page, absolute; empty for pages that are nobody's address
	Kind        string // of the page, for link previews (https://ogp.me/#types)
	Image       string
}

func (s *site) frame(title, path string) frame {
	f := frame{Site: s.cfg.Title, Title: title, Description: s.cfg.Description, Kind: "website",
		Image: s.cfg.URL + "/static/avatar.png"}
	if path != "" {
		f.URL = s.cfg.URL + path
	}
	return f
}

// summary is the beginning of a text on one line, for link previews.
func summary(text string) string {
	const most = 200
	words := strings.Join(strings.Fields(text), " ")
	if letters := []rune(words); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return words
}
