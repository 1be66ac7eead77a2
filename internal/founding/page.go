package founding

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"

	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/web"
)

//go:embed templates
var templateFiles embed.FS

// pages are the templates by name, each with the layout.
type pages map[string]*template.Template

func parsePages() (pages, error) {
	all := pages{}
	for _, name := range []string{"founder", "front", "error"} {
		t, err := template.ParseFS(templateFiles, "templates/layout.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("reading the founding's pages: %w", err)
		}
		all[name] = t
	}
	return all, nil
}

// view is what a page's template gets.
type view struct {
	Title string
	Data  any
}

// founderView is one founder's page.
type founderView struct {
	Founder
	Link     string // the token
	Follow   string // the path whose state the page follows
	State    string
	Desk     string
	Network  string
	Keys     []keyView
	Next     int // the passkey that is made next, from 1; 0: all are made
	Born     bool
	Failed   error
	Founders []founderRow
}

type keyView struct{ Name, Fingerprint string }

// founderRow is a founder in the list that all of them see.
type founderRow struct {
	Founder
	You  bool
	Done bool
	Keys []keyView
}

func (s *site) founderPage(w http.ResponseWriter, r *http.Request) error {
	token, err := s.token(r)
	if err != nil {
		return err
	}
	v, err := s.founderView(token)
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "founder", view{Title: "Found the network", Data: v})
}

func (f *Founding) founderView(token string) (founderView, error) {
	state := f.progress()
	f.mu.Lock()
	defer f.mu.Unlock()
	own, err := f.seat(token)
	if err != nil {
		return founderView{}, err
	}
	v := founderView{Founder: own.Founder, Link: token, State: state, Desk: f.cfg.DeskURL, Network: f.cfg.URL, Born: f.born,
		Failed: f.err, Follow: apiPath + "?" + linkParam + "=" + url.QueryEscape(token), Keys: own.shown()}
	if len(own.keys) < KeysEach {
		v.Next = len(own.keys) + 1
	}
	for _, s := range f.seats {
		v.Founders = append(v.Founders, founderRow{Founder: s.Founder, You: s == own, Done: len(s.keys) == KeysEach, Keys: s.shown()})
	}
	return v, nil
}

// shown are the founder's passkeys as pages show them.
func (s *seat) shown() []keyView {
	var all []keyView
	for _, k := range s.keys {
		all = append(all, keyView{k.Name, passkey.Fingerprint(k.PublicKey)})
	}
	return all
}

// Duty is in a sentence what the founder's key does.
func (f Founder) Duty() string {
	switch f.Role {
	case model.RoleAdmin:
		return "Your key helps to bring people in, to change roles, and to publish policy."
	case model.RoleSecurity:
		return "Your key helps to bring people in, to end freezes, and to act on government accounts."
	}
	return "Your key helps to bring agents in, and to act on protected accounts."
}

func (s *site) frontPage(w http.ResponseWriter, _ *http.Request) error {
	return s.show(w, http.StatusOK, "front", view{Title: "First start"})
}

// show renders a page. It is rendered whole before anything is sent, so that an error is an error page.
func (s *site) show(w http.ResponseWriter, status int, name string, v view) error {
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, "layout.html", v); err != nil {
		return fmt.Errorf("rendering %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // a browser that hung up is nobody's error
	return nil
}

// pageStyle tells an error as a page, in words.
func (s *site) pageStyle(w http.ResponseWriter, _ *http.Request, p web.Problem) {
	if err := s.show(w, p.Status, "error", view{Title: http.StatusText(p.Status), Data: p}); err != nil {
		s.cfg.Log.Error("an error page cannot be shown", "err", err)
		http.Error(w, p.Message, p.Status)
	}
}
