package mastodon

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/markup"
	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

// Config is what the API says of its server, and what it is run with.
type Config struct {
	URL         string // the public address, without a slash at its end
	Title       string
	Description string // plain text
	Version     string // Keyturn's
	Contact     string // an email address, or empty
	Guard       *guard.Guard
	Moderation  *moderation.Moderation
	Now         func() time.Time
	Log         *slog.Logger
	Limits      Limits
	SignIns     *web.Limiter // of sign-ins that failed, by source; shared with the pages. nil: one of Limits.SignIns
	Sources     web.Sources
}

// Limits are how often things may be done. The zero Limits limit nothing; a server that others reach has DefaultLimits
// or its own.
type Limits struct {
	Registrations web.Rate // accounts and apps registered, by source
	SignIns       web.Rate // sign-ins that failed, by source
	Writes        web.Rate // everything that changes something, by account
}

// DefaultLimits leave a household and a busy app room, and somebody who guesses or floods none.
func DefaultLimits() Limits {
	return Limits{
		Registrations: web.Rate{Burst: 30, Every: time.Minute},
		SignIns:       web.Rate{Burst: 20, Every: 15 * time.Second},
		Writes:        web.Rate{Burst: 300, Every: 100 * time.Millisecond},
	}
}

type api struct {
	net    *social.Network
	cfg    Config
	host   string // of cfg.URL, with the port: what follows a second @ in an address
	markup markup.Renderer

	registrations *web.Limiter
	writes        *web.Limiter
}

// New serves the client API: /api/, /oauth/, /.well-known/ and /nodeinfo/.
func New(net *social.Network, cfg Config) (http.Handler, error) {
	public, err := url.Parse(cfg.URL)
	if err != nil || public.Host == "" || strings.HasSuffix(cfg.URL, "/") {
		return nil, model.Invalid("url", "must be an address with a host and no slash at its end")
	}
	if cfg.SignIns == nil {
		cfg.SignIns = web.NewLimiter(cfg.Limits.SignIns, cfg.Now)
	}
	a := &api{
		net:           net,
		cfg:           cfg,
		host:          public.Host,
		markup:        markup.Renderer{URL: cfg.URL},
		registrations: web.NewLimiter(cfg.Limits.Registrations, cfg.Now),
		writes:        web.NewLimiter(cfg.Limits.Writes, cfg.Now),
	}
	mux := http.NewServeMux()
	for _, rt := range a.routes() {
		mux.Handle(rt.pattern, a.handler(rt))
	}
	a.oauthRoutes(mux)
	mux.Handle("/", a.plain(web.MastodonStyle, func(http.ResponseWriter, *http.Request) error {
		return model.Errorf(model.KindNotFound, "this server does not have that")
	}))
	return outer(mux), nil
}

// outer is around every route. Clients write some paths with a slash at the end. Web apps call from anywhere: nothing
// here is signed in by a cookie, and the one page with a form checks its origin itself.
func outer(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "Link, Retry-After")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if path := strings.TrimRight(r.URL.Path, "/"); path != "" && path != r.URL.Path {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = path, ""
		}
		mux.ServeHTTP(w, r)
	})
}

func (a *api) plain(style web.Style, h web.HandlerFunc) http.Handler {
	return web.Handler(a.cfg.Log, style, h)
}
