package founding

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"keyturn/internal/desk"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/web"
)

// Where the founders' pages and calls are. A link's token is in the query, which no log shows.
const (
	pagePath  = "/founding"
	apiPath   = "/api/v1/founding"
	linkParam = "link"
)

// maxBody is the largest body of a call, in bytes: a credential, its name, and JSON around them.
const maxBody = passkey.MaxResponse + 4<<10

// How often anybody at one address may come without a founder's link.
const (
	strangerBurst, strangerEvery = 60, time.Second
)

// site is the founding's pages and calls.
type site struct {
	*Founding
	pages     pages
	sources   web.Sources
	strangers *web.Limiter
}

// Handler serves the founders' pages until the founding is over, and says so from then on.
func (f *Founding) Handler() (http.Handler, error) {
	s := &site{Founding: f, strangers: web.NewLimiter(web.Rate{Burst: strangerBurst, Every: strangerEvery}, f.cfg.Now)}
	var err error
	if s.pages, err = parsePages(); err != nil {
		return nil, err
	}
	static, err := desk.Static()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/{file}", static)
	for pattern, h := range map[string]web.HandlerFunc{
		"POST " + apiPath + "/options":  s.options,
		"POST " + apiPath + "/passkeys": s.register,
		"GET " + apiPath:                s.state,
		"/api/":                         func(http.ResponseWriter, *http.Request) error { return model.NotFound("path") },
	} {
		mux.Handle(pattern, web.Handler(f.cfg.Log, web.DeskStyle, h))
	}
	for pattern, h := range map[string]web.HandlerFunc{
		"GET " + pagePath: s.founderPage,
		"GET /{$}":        s.frontPage,
		"/":               func(http.ResponseWriter, *http.Request) error { return model.NotFound("page") },
	} {
		mux.Handle(pattern, web.Handler(f.cfg.Log, s.pageStyle, h))
	}
	common := web.Common{Log: f.cfg.Log, Now: f.cfg.Now}
	return common.Wrap(web.SameOrigin(f.cfg.Log, web.DeskStyle, mux)), nil
}

// token is the link's token. Guessing is bounded: it costs whoever has none, and founders nothing.
func (s *site) token(r *http.Request) (string, error) {
	token := r.URL.Query().Get(linkParam)
	s.mu.Lock()
	_, err := s.seat(token)
	s.mu.Unlock()
	if err != nil {
		if many := s.strangers.Take(s.sources.Of(r)); many != nil {
			return "", many
		}
	}
	return token, err
}

func (s *site) options(w http.ResponseWriter, r *http.Request) error {
	token, err := s.token(r)
	if err != nil {
		return err
	}
	options, err := s.Options(token)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, map[string]json.RawMessage{"publicKey": options})
}

func (s *site) register(w http.ResponseWriter, r *http.Request) error {
	token, err := s.token(r)
	if err != nil {
		return err
	}
	var in struct {
		Name       string          `json:"name"`
		Credential json.RawMessage `json:"credential"`
	}
	if err := web.DecodeJSON(w, r, maxBody, &in); err != nil {
		return err
	}
	if len(in.Credential) == 0 {
		return model.Invalid("credential", "is needed")
	}
	made, err := s.Register(r.Context(), token, in.Name, in.Credential)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, map[string]any{"login": made.Login, "fingerprint": made.Fingerprint,
		"made": made.Count, "of": KeysEach})
}

// state is how far the founders are: pages that wait for the others follow it.
func (s *site) state(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.token(r); err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, map[string]string{"state": s.progress()})
}

// progress is how far the founders are, in a word.
func (f *Founding) progress() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.born:
		return "born"
	case f.err != nil:
		return "failed"
	}
	return fmt.Sprintf("%d of %d", f.made(), KeysEach*len(f.seats))
}
